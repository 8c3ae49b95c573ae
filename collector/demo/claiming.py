"""Ports for the made-up devices: the usual ones, or others where another demo has them."""

from collections.abc import Iterable, Mapping, Sequence
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, SocketKind, socket

Sockets = Mapping[str, socket]
"""By address."""

_OTHERS = range(20_000, 20_400)


class NoPortError(Exception):
    """All ports that were tried are taken."""


def claim(wanted: int, kinds: Mapping[SocketKind, Iterable[str]]) -> tuple[int, Sequence[Sockets]]:
    """A port that is free on all these addresses, the wanted one if it is, and bound sockets by
    address for each kind."""
    for port in (wanted, *_OTHERS):
        bound: list[dict[str, socket]] = [{} for _ in kinds]
        try:
            for sockets, (kind, addresses) in zip(bound, kinds.items(), strict=True):
                for address in addresses:
                    sockets[address] = _bound(kind, address, port)
        except OSError:
            for each in bound:
                for one in each.values():
                    one.close()
        else:
            return port, bound
    raise NoPortError(f"neither {wanted} nor any of {_OTHERS[0]} to {_OTHERS[-1]} is free")


def _bound(kind: SocketKind, address: str, port: int) -> socket:
    made = socket(AF_INET, kind)
    try:
        if kind is SOCK_STREAM:
            made.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        made.bind((address, port))
        if kind is SOCK_STREAM:
            # Two may bind one port before either listens on it: who is second fails here.
            made.listen()
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made
