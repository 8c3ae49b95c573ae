"""A cable between two network namespaces that can be cut and can lose packets, run as a program.

A pair of TUN devices, one in each namespace, and this process between them: it needs no kernel
module but tun, and a cut is as silent as one far away – no carrier is lost, no ARP fails. Commands
come on stdin, a line each: `loss 0.05`, `cut`, `mend`; each is answered `ok`.
"""

import ctypes
import fcntl
import os
import random
import select
import struct
import sys
from contextlib import suppress

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_CLONE_NEWNET = 0x40000000
_LONGEST = 65536


def enter(namespace: str) -> None:
    """Move this thread to a named network namespace (setns(2), in os only from Python 3.12)."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(descriptor, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter network namespace {namespace}")
    finally:
        os.close(descriptor)


def tun(name: str) -> int:
    """Open a TUN device of the present namespace; it outlives a later `enter`."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor


def relay(near: int, far: int, chance: random.Random) -> None:
    """Carry packets both ways until stdin ends."""
    other = {near: far, far: near}
    loss, cut = 0.0, False
    commands = sys.stdin.fileno()
    while True:
        readable, _, _ = select.select([near, far, commands], [], [])
        for descriptor in readable:
            if descriptor == commands:
                line = os.read(commands, 1000).decode()
                match line.split():
                    case []:
                        return
                    case ["loss", share]:
                        loss = float(share)
                    case ["cut"]:
                        cut = True
                    case ["mend"]:
                        cut = False
                print("ok", flush=True)
                continue
            packet = os.read(descriptor, _LONGEST)
            if not cut and chance.random() >= loss:
                # A device that is not up yet takes nothing.
                with suppress(OSError):
                    os.write(other[descriptor], packet)


if __name__ == "__main__":
    near_namespace, near_name, far_namespace, far_name = sys.argv[1:5]
    enter(near_namespace)
    near_end = tun(near_name)
    enter(far_namespace)
    far_end = tun(far_name)
    print("ok", flush=True)
    relay(near_end, far_end, random.Random(1))
