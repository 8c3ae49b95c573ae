"""Targets as written, made into the domain's targets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from collector.domain.instants import Instant
from collector.domain.targets import Kind, Merge, ProbeSpec, Target
from collector.settings.entries import Entry, TargetEntry
from collector.settings.errors import Problem, problems_of, unknown
from collector.settings.members import made_of_members, own_problems
from collector.settings.probe_specs import ProbeSpecs
from collector.settings.quantities import parse_moment


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the configuration has that targets refer to."""

    zone: ZoneInfo
    sites: Collection[str]
    probes: ProbeSpecs


def build_target(
    entry: Entry, surroundings: Surroundings
) -> tuple[Target | None, Sequence[Problem]]:
    """The target that an entry describes, or what is wrong with it by itself."""
    given, problems = _read(entry)
    problems += own_problems(entry, given)
    specs: Sequence[ProbeSpec] = ()
    if not made_of_members(entry):
        specs, wrong = surroundings.probes.of(entry, given)
        problems += wrong
    problems += _lacks(entry, given, specs, surroundings)
    since, until, wrong = _lifetime(entry, given, surroundings.zone)
    problems += wrong
    if problems:
        return None, problems
    default = Merge.ALL if given.kind is Kind.INTEGRATION_PLATFORM else Merge.ANY
    target = Target(
        name=given.name,
        kind=given.kind,
        site=given.site,
        address=given.address,
        probes=tuple(specs),
        merge=given.merge or default,
        parent=given.parent or None,
        tags=given.tags,
        in_service_from=since,
        retired_at=until,
        members=given.members,
        needs=1 if given.needs is None else given.needs,
    )
    return target, ()


def _read(entry: Entry) -> tuple[TargetEntry, list[Problem]]:
    """What an entry says; where a value is wrong, its default or a stand-in, so that the others
    can be looked at too."""
    try:
        return TargetEntry.model_validate(entry.values), []
    except ValidationError as error:
        under = entry.path
        problems = problems_of(error, entry.file, entry.lines, model=TargetEntry, under=under)
        broken = {detail["loc"][0] for detail in error.errors()}
    sound = {key: value for key, value in entry.values.items() if key not in broken}
    return TargetEntry.model_validate({"name": "?", "kind": Kind.OTHER, **sound}), problems


def _lacks(
    entry: Entry, given: TargetEntry, specs: Sequence[ProbeSpec], surroundings: Surroundings
) -> list[Problem]:
    """A site that is not there, an address that is needed."""
    problems = []
    if given.site and given.site not in surroundings.sites:
        message = unknown("site", given.site, surroundings.sites, "sites")
        problems.append(entry.problem(("site",), message))
    if not given.address and surroundings.probes.need_address(specs):
        message = "is missing; write an IPv4 or IPv6 address or a host name"
        problems.append(entry.problem(("address",), message))
    return problems


def _lifetime(
    entry: Entry, given: TargetEntry, zone: ZoneInfo
) -> tuple[Instant | None, Instant | None, list[Problem]]:
    """From when and until when it is in service (KPI.md "Lifetime")."""
    problems = []
    found: dict[str, Instant | None] = {}
    for key, text in (("in_service_from", given.in_service_from), ("retired_at", given.retired_at)):
        try:
            found[key] = (
                parse_moment(text, zone, day_included=key == "retired_at") if text else None
            )
        except ValueError as error:
            problems.append(entry.problem((key,), str(error)))
    since, until = found.get("in_service_from"), found.get("retired_at")
    if since is not None and until is not None and since >= until:
        message = f"must come after in_service_from, {given.in_service_from}"
        problems.append(entry.problem(("retired_at",), message))
    return since, until, problems
