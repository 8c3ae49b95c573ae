"""The probes of a target as written, `[icmp, {snmp: {port: 1161}}]`, made into the domain's."""

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError, create_model

from collector.domain.instants import Duration
from collector.domain.quantities import format_duration
from collector.domain.targets import ProbeSpec
from collector.settings.entries import Entry, TargetEntry
from collector.settings.errors import KeyPath, Problem, problems_of, unknown
from collector.settings.model import PollingSection, Section, as_pace, as_timeout


class _Pace(Section):
    interval: Annotated[int | None, BeforeValidator(as_pace)] = None
    timeout: Annotated[int | None, BeforeValidator(as_timeout)] = None


@cache
def _with_pace(options: type[BaseModel]) -> type[Any]:
    """A probe's own options and the pace that any probe may have; nothing else."""
    return create_model(options.__qualname__, __base__=(options, _Pace))


def too_short(polling: PollingSection, interval: Duration, timeout: Duration) -> str:
    """Says so where the retries of a failed poll would run into the next one (KPI.md "Samples to
    states"); else nothing."""
    needed = polling.confirmations * (polling.retry_interval + timeout)
    if needed < interval:
        return ""
    return (
        f"an interval of {format_duration(interval)} is too short; it must be longer than "
        f"confirmations × (retry_interval + timeout) = {polling.confirmations} × "
        f"({format_duration(polling.retry_interval)} + {format_duration(timeout)}) "
        f"= {format_duration(needed)}"
    )


class ProbeSpecs:
    """Makes probe specs; those that are alike are one object, so that 20,000 targets cost little.

    `kinds` maps each kind of probe to its class, whose `Options` say what it takes; `profiles` are
    the names of SNMP credentials; `polling` None means that its rules are not known to be sound.
    """

    def __init__(
        self,
        kinds: Mapping[str, Any],
        profiles: Collection[str],
        polling: PollingSection | None,
        folder: Path,
    ) -> None:
        self._kinds = kinds
        self._profiles = profiles
        self._polling = polling
        self._default = polling or PollingSection()
        self._context = {"folder": folder}
        self._alike: dict[str, tuple[ProbeSpec, ...]] = {}

    def of(self, entry: Entry, written: TargetEntry) -> tuple[tuple[ProbeSpec, ...], list[Problem]]:
        """The probes of a target, and what is wrong with them."""
        paced = (written.interval, written.timeout)
        key = repr((written.probes, written.snmp_profile, written.snmp_port, paced))
        if key in self._alike:
            return self._alike[key], []
        specs: list[ProbeSpec] = []
        problems: list[Problem] = []
        numbers: Counter[str] = Counter()
        for index, item in enumerate(written.probes):
            spec, wrong = self._probe(entry, written, ("probes", index), item, numbers)
            specs += [spec] if spec else []
            problems += wrong
        found = tuple(specs)
        if not problems:
            self._alike[key] = found
        return found, problems

    def need_address(self, specs: Collection[ProbeSpec]) -> bool:
        """Whether any of the probes looks for its target at the target's address."""
        return any(getattr(self._kinds[spec.kind], "needs_address", True) for spec in specs)

    def _probe(
        self, entry: Entry, written: TargetEntry, at: KeyPath, item: Any, numbers: Counter[str]
    ) -> tuple[ProbeSpec | None, list[Problem]]:
        match item:
            case str():
                kind, below = item, at
                options: Mapping[str, Any] = {}
            case dict() if len(item) == 1 and isinstance(next(iter(item.values())), dict | None):
                kind = next(iter(item))
                options, below = item[kind] or {}, (*at, kind)
            case _:
                message = "must be a probe's name or one name with its options, {snmp: {port: 161}}"
                return None, [entry.problem(at, message)]
        if kind not in self._kinds:
            message = unknown("probe", kind, self._kinds, "Driftkoll")
            return None, [entry.problem(below, message)]

        numbers[kind] += 1
        name = kind if numbers[kind] == 1 else f"{kind}-{numbers[kind]}"
        return self._spec(entry, written, below, (name, kind), options)

    def _spec(
        self,
        entry: Entry,
        written: TargetEntry,
        at: KeyPath,
        named: tuple[str, str],
        given: Mapping[str, Any],
    ) -> tuple[ProbeSpec | None, list[Problem]]:
        name, kind = named
        if kind == "snmp":
            given = {"profile": written.snmp_profile, "port": written.snmp_port, **given}
        plain: type[BaseModel] = self._kinds[kind].Options
        model = _with_pace(plain)
        try:
            checked = model.model_validate(given, context=self._context)
        except ValidationError as error:
            under = entry.path + at
            return None, problems_of(error, entry.file, entry.lines, model=model, under=under)
        spec = ProbeSpec(
            name,
            kind,
            checked.interval or written.interval or self._default.interval,
            checked.timeout or written.timeout or self._default.timeout,
            plain.model_construct(**{key: getattr(checked, key) for key in plain.model_fields}),
        )
        problems = []
        if kind == "snmp" and checked.profile not in self._profiles:
            own = (*entry.path, *at, "profile") in entry.lines
            where: KeyPath = (*at, "profile") if own else ("snmp_profile",)
            message = unknown("profile", checked.profile, self._profiles, "snmp.profiles")
            problems.append(entry.problem(where, message))
        own_pace = any((checked.interval, checked.timeout, written.interval, written.timeout))
        if own_pace and self._polling:
            message = too_short(self._polling, spec.interval, spec.timeout)
            problems += [entry.problem(at, message)] if message else []
        return spec, problems
