"""Small networks of network namespaces: root only, taken down again whatever happens."""

import os
import subprocess
import sys
from pathlib import Path

from support.programs import program

_RELAY = Path(__file__).with_name("relay.py")


class Namespace:
    """A host: commands run in it, addresses can be put on it."""

    def __init__(self, name: str) -> None:
        self.name = name
        _ip("netns", "add", name)
        self.run("ip", "link", "set", "lo", "up")

    def inside(self, *command: object) -> list[str]:
        """The command line that runs a command in here."""
        return [program("ip"), "netns", "exec", self.name, *map(str, command)]

    def run(self, *command: object) -> str:
        """Run a command in here to its end; its standard output."""
        return _run(self.inside(*command))

    def forward(self) -> None:
        """Be a router."""
        self._sysctl("net/ipv4/ip_forward", 1)
        self._sysctl("net/ipv6/conf/all/forwarding", 1)

    def allow_datagram_icmp(self, groups: str = "0 2147483647") -> None:
        """Let these groups send ICMP without raw sockets; in a new namespace nobody may."""
        self._sysctl("net/ipv4/ping_group_range", groups)

    def answer_for(self, network: str) -> None:
        """Be every address of a network, like 10.9.2.0/24."""
        self.run("ip", "route", "add", "local", network, "dev", "lo")

    def route(self, network: str, via: "Link") -> None:
        """Send what goes to a network into a link."""
        self.run("ip", "route", "add", network, "dev", via.ends[self.name])

    def _sysctl(self, key: str, value: object) -> None:
        self.run("sh", "-c", f"echo '{value}' > /proc/sys/{key}")


class Link:
    """A cable between two namespaces; it knows how to break."""

    def __init__(
        self, near: Namespace, far: Namespace, near_address: str, far_address: str, number: int
    ) -> None:
        self.ends = {near.name: f"tun{number}", far.name: f"tun{number}"}
        self._relay = subprocess.Popen(
            [
                *(sys.executable, _RELAY),
                *(near.name, self.ends[near.name], far.name, self.ends[far.name]),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._done()
        for end, mine, other in (
            (near, near_address, far_address),
            (far, far_address, near_address),
        ):
            device = self.ends[end.name]
            end.run("ip", "address", "add", mine, "peer", other, "dev", device)
            end.run("ip", "link", "set", device, "up", "txqueuelen", "10000")

    def cut(self) -> None:
        """Lose everything from now on."""
        self._tell("cut")

    def mend(self) -> None:
        """Carry again."""
        self._tell("mend")

    def lose(self, share: float) -> None:
        """Lose a share of the packets, 0-1, each way."""
        self._tell(f"loss {share}")

    def close(self) -> None:
        """Take the cable away."""
        self._relay.communicate()

    def _tell(self, command: str) -> None:
        assert self._relay.stdin is not None
        self._relay.stdin.write(command + "\n")
        self._done()

    def _done(self) -> None:
        assert self._relay.stdout is not None
        if self._relay.stdout.readline() != "ok\n":
            raise RuntimeError("the relay between two namespaces has ended")


class Network:
    """Namespaces and the links between them."""

    def __init__(self) -> None:
        self._namespaces: list[Namespace] = []
        self._links: list[Link] = []

    def namespace(self, name: str) -> Namespace:
        """A new host; its real name carries the process id, so that test runs do not meet."""
        made = Namespace(f"drift{os.getpid()}-{name}")
        self._namespaces.append(made)
        return made

    def link(self, near: Namespace, far: Namespace, near_address: str, far_address: str) -> Link:
        """A new cable between bare addresses, like 10.9.1.1 and 10.9.1.2."""
        made = Link(near, far, near_address, far_address, len(self._links))
        self._links.append(made)
        return made

    def close(self) -> None:
        """Take everything down."""
        for link in self._links:
            link.close()
        for namespace in self._namespaces:
            _ip("netns", "delete", namespace.name)


def _ip(*arguments: str) -> str:
    return _run([program("ip"), *arguments])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
