"""Host names to addresses, without threads: getaddrinfo's hang when the name servers are gone."""

import asyncio
import ipaddress
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import dns.asyncresolver
import dns.exception
import dns.resolver

from collector.domain.samples import Outcome, Reason, Result

log = logging.getLogger(__name__)

_KEEP = 300.0
_KEEP_FAILURE = 30.0
_KEEP_SILENCE = 5.0
_PATIENCE = 1.0
"""Seconds that a poll waits for a name; the lookup itself goes on and is there for the next."""
_LOOKUP = 5.0
_MANY_LITERALS = 100_000


class _Known(NamedTuple):
    """An answer and the loop's time when it is too old."""

    answer: str | Outcome
    until: float


@dataclass(frozen=True, slots=True)
class NameServers:
    """Whom to ask: resolv.conf's name servers, or (for tests) one at an address and port."""

    address: str | None = None
    port: int = 53

    def resolver(self) -> dns.asyncresolver.Resolver:
        """OSError or dns.exception.DNSException where resolv.conf is of no use."""
        resolver = dns.asyncresolver.Resolver(configure=self.address is None)
        if self.address is not None:
            resolver.nameservers = [self.address]
            resolver.port = self.port
        resolver.lifetime = _LOOKUP
        return resolver


class DnsResolver:
    """The resolver of a running agent: /etc/hosts, then DNS; an IPv4 address before an IPv6 one.

    An answer is kept for 5 minutes, a name that does not exist for 30 s, silence for 5 s; a name is
    looked up once at a time, however many ask.
    """

    def __init__(
        self, servers: NameServers = NameServers(), hosts: Path = Path("/etc/hosts")
    ) -> None:
        self._servers = servers
        self._hosts = hosts
        self._literals: set[str] = set()
        self._known: dict[str, _Known] = {}
        self._lookups: dict[str, asyncio.Task[_Known]] = {}

    def known(self, host: str) -> str | None:
        """The IP address as text, where it is one or was looked up of late."""
        if host in self._literals:
            return host
        if _is_literal(host):
            if len(self._literals) < _MANY_LITERALS:
                self._literals.add(host)
            return host
        answer = self._remembered(host)
        return answer if isinstance(answer, str) else None

    def _remembered(self, host: str) -> str | Outcome | None:
        known = self._known.get(host)
        fresh = known is not None and asyncio.get_running_loop().time() < known.until
        return known.answer if known is not None and fresh else None

    async def __call__(self, host: str) -> str | Outcome:
        """An IP address as text; else host_not_found (down) or resolver_silent (unknown)."""
        answer = self.known(host) or self._remembered(host)
        if answer is not None:
            return answer
        lookup = self._lookups.get(host)
        if lookup is None:
            lookup = self._lookups[host] = asyncio.create_task(self._look_up(host))
            lookup.add_done_callback(lambda _: self._lookups.pop(host, None))
        done, _ = await asyncio.wait({lookup}, timeout=_PATIENCE)
        return lookup.result().answer if done else _silent(host)

    async def close(self) -> None:
        """End the lookups that are under way."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    async def _look_up(self, host: str) -> _Known:
        answer = self._in_hosts(host) or await self._in_dns(host)
        keep = _KEEP
        if isinstance(answer, Outcome):
            silent = answer.reason is Reason.RESOLVER_SILENT
            keep = _KEEP_SILENCE if silent else _KEEP_FAILURE
        known = _Known(answer, asyncio.get_running_loop().time() + keep)
        self._known[host] = known
        return known

    def _in_hosts(self, host: str) -> str | None:
        """The hosts file's address; read anew each time, since lookups are minutes apart."""
        try:
            lines = self._hosts.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return None
        wanted = host.rstrip(".").lower()
        found = [
            words[0]
            for words in (line.partition("#")[0].split() for line in lines)
            if wanted in (word.lower() for word in words[1:]) and _is_literal(words[0])
        ]
        return min(found, key=lambda address: ":" in address, default=None)

    async def _in_dns(self, host: str) -> str | Outcome:
        try:
            resolver = self._servers.resolver()
        except (OSError, dns.exception.DNSException) as error:
            return _silent(host, f": {error}")
        failures = []
        for kind in ("A", "AAAA"):
            try:
                return str((await resolver.resolve(host, kind, search=True))[0])
            except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.exception.DNSException) as e:
                failures.append(e)
                if not isinstance(e, dns.resolver.NoAnswer):
                    break
            except OSError as error:
                return _silent(host, f": {error}")
        return _failure(host, failures[-1])


def _failure(host: str, error: dns.exception.DNSException) -> Outcome:
    if isinstance(error, dns.resolver.NXDOMAIN | dns.resolver.NoAnswer):
        message = f"{host} has no address in DNS"
        return Outcome(Result.DOWN, Reason.HOST_NOT_FOUND, message=message)
    if isinstance(error, dns.exception.Timeout | dns.resolver.NoNameservers):
        return _silent(host)
    # What is left says that no name server can ever know it: a label too long, an empty name.
    return Outcome(Result.DOWN, Reason.HOST_NOT_FOUND, message=f"{host} is no host name: {error}")


def _silent(host: str, why: str = "") -> Outcome:
    message = f"no name server answered for {host}{why}"
    return Outcome(Result.UNKNOWN, Reason.RESOLVER_SILENT, message=message)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
