"""snmp: does the device answer a GET, and what does it say of itself?"""

from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Literal

from pydantic import Field

from collector.domain.instants import SECOND
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.targets import DeviceFacts, ProbeSpec, Target
from collector.domain.uptime import WRAP
from collector.probes._failures import local_failure
from collector.probes._snmp.client import (
    Answer,
    LocalError,
    SnmpClient,
    SnmpError,
    Unauthorised,
    Value,
    Values,
    oid,
    text,
)
from collector.probes._snmp.credentials import Credential
from collector.probes._snmp.gufo import GufoClient
from collector.probes._snmp.second_look import look_again
from collector.probes.registry import ProbeContext, ProbeOptions, register

UPTIME = "1.3.6.1.2.1.1.3.0"
NAME = "1.3.6.1.2.1.1.5.0"
OBJECT_ID = "1.3.6.1.2.1.1.2.0"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"
"""SNMPv2-MIB sysUpTime, sysName and sysObjectID; SNMP-FRAMEWORK-MIB snmpEngineTime."""

_UP = Result.UP
_ASKED = [UPTIME, NAME, OBJECT_ID]
_NOTHING = "answered, but has none of sysUpTime, sysName and sysObjectID"
_RESENDS = (0, 2, 4)
"""How often a request is sent again in a regular poll, its first retry and the later ones."""


@register("snmp")
class SnmpProbe:
    """One GET of three objects. A device that answers is up, whatever it answers; one that has none
    of the objects is degraded."""

    class Options(ProbeOptions):
        """Which SNMP profile of the configuration a device is asked with, and at which port."""

        profile: str = "default"
        port: int = Field(default=161, ge=1, le=65_535)

    def __init__(self, context: ProbeContext) -> None:
        self._context = context
        self._resolver = context.resolver
        self._pacer = context.pacer
        self._defaults = self.Options()
        self._made: SnmpClient | None = None
        self._uptimes: dict[tuple[str, int], int] = {}

    async def __call__(self, target: Target, spec: ProbeSpec, attempt: int) -> Outcome:
        """Up with the device's facts, or why not; the duration is that of the whole exchange."""
        address = await self._resolver(target.address)
        if not isinstance(address, str):
            return address
        options = spec.options or self._defaults
        assert isinstance(options, self.Options)
        credential = self._context.snmp_profiles[options.profile]
        if not self._pacer.free():
            await self._pacer.turn()
        within = spec.timeout / SECOND
        started = perf_counter()
        try:
            values = await self._get(address, options.port, credential, within, attempt)
            seconds = perf_counter() - started
            engine_time = None
            if self._went_back(target, options.port, values):
                engine_time = await self._engine_time(address, options.port, credential, within)
        except (LocalError, SnmpError) as error:
            return _failure(error)
        return self._outcome(target, options.port, values, seconds, engine_time)

    def send(self, target: Target, spec: ProbeSpec, answered: Callable[[Answer], None]) -> bool:
        """One request where the client has what it takes; not of SNMPv1, which may take several."""
        address = self._resolver.known(target.address)
        client = self._made
        if address is None or client is None:
            return False
        options = spec.options or self._defaults
        assert isinstance(options, self.Options)
        credential = self._context.snmp_profiles[options.profile]
        if credential.version == "1" or not self._pacer.free():
            return False
        within = spec.timeout / SECOND
        return client.ask(address, options.port, credential, _ASKED, within, answered)

    def read(self, target: Target, spec: ProbeSpec, answer: Answer) -> Outcome | None:
        """As a call; None where that must look again, or ask for more."""
        found, seconds = answer
        if isinstance(found, SnmpError | LocalError):
            return None if isinstance(found, Unauthorised) else _failure(found)
        options = spec.options or self._defaults
        assert isinstance(options, self.Options)
        if self._went_back(target, options.port, found):
            return None
        return self._outcome(target, options.port, found, seconds)

    async def close(self) -> None:
        """Let go of the client's sockets."""
        if self._made is not None:
            await self._made.close()
            self._made = None

    @property
    def _client(self) -> SnmpClient:
        if self._made is None:
            self._made = _client(self._context.snmp_client)
        return self._made

    async def _get(
        self, address: str, port: int, credential: Credential, within: float, attempt: int
    ) -> Values:
        client = self._made or self._client
        values: Values | None = None
        if not attempt and not client.sees_all:
            # Which of user and key is wrong, the second look tells.
            with suppress(Unauthorised):
                values = await client.get(address, port, credential, _ASKED, within)
        if values is None:
            resends = _RESENDS[min(attempt, len(_RESENDS) - 1)]
            values = await look_again(client, address, port, credential, _ASKED, within, resends)
        if not values and credential.version == "1":
            return await self._one_by_one(address, port, credential, within)
        return values

    async def _one_by_one(
        self, address: str, port: int, credential: Credential, within: float
    ) -> Values:
        """SNMPv1 answers noSuchName for all when one object is missing (RFC 1157 4.1.2)."""
        found: dict[str, Value] = {}
        for asked in _ASKED:
            found |= await self._client.get(address, port, credential, [asked], within)
        return found

    def _went_back(self, target: Target, port: int, values: Values) -> bool:
        """Whether the device's uptime is less than at the last poll: only then does it matter what
        its engine's clock says."""
        uptime = _uptime(values)
        return uptime is not None and uptime < self._uptimes.get((target.address, port), 0)

    def _outcome(
        self,
        target: Target,
        port: int,
        values: Values,
        seconds: float,
        engine_time: int | None = None,
    ) -> Outcome:
        if not values:
            return Outcome(Result.DEGRADED, Reason.NO_SUCH_OBJECT, seconds, message=_NOTHING)
        facts, uptime = None, _uptime(values)
        if uptime is not None:
            self._uptimes[target.address, port] = uptime
            name, object_id = text(values.get(NAME)), oid(values.get(OBJECT_ID))
            facts = DeviceFacts(uptime, name, object_id, engine_time)
        return Outcome(_UP, None, seconds, None, facts)

    async def _engine_time(
        self, address: str, port: int, credential: Credential, within: float
    ) -> int | None:
        """What tells a wrap from a restart; the device has answered, so its silence here is no
        failure of the poll."""
        try:
            values = await self._client.get(address, port, credential, [ENGINE_TIME], within)
        except (SnmpError, LocalError):
            return None
        seconds = values.get(ENGINE_TIME)
        return seconds if isinstance(seconds, int) and seconds >= 0 else None


def _client(kind: Literal["gufo", "pysnmp"]) -> SnmpClient:
    if kind == "gufo":
        return GufoClient()
    # Imported where it is wanted: it is seldom used and takes 20 MB.
    from collector.probes._snmp.pysnmp import PysnmpClient  # noqa: PLC0415

    return PysnmpClient()


def _uptime(values: Values) -> int | None:
    uptime = values.get(UPTIME)
    return uptime if isinstance(uptime, int) and 0 <= uptime < WRAP else None


def _failure(error: SnmpError | LocalError) -> Outcome:
    if isinstance(error, LocalError):
        return local_failure(error.error)
    return Outcome(Result.DOWN, error.reason, message=str(error))
