"""List cases: those of a period, or those that are open, without anything that names a person."""

from collections.abc import Sequence

from collector.domain.cases import Case, CaseStatus, CaseType
from collector.domain.instants import Instant
from collector.ports import CaseStore


def list_cases(
    store: CaseStore,
    start: Instant,
    end: Instant,
    *,
    open_only: bool = False,
    type_: CaseType | None = None,
    status: CaseStatus | None = None,
    group: str | None = None,
    site: str | None = None,
) -> list[Case]:
    """Cases that were made or resolved in [start, end), or with `open_only` those that were open
    at its end, by when they were made; what is left out of the figures is among them.

    `group` is the one that resolved a case or, where it is not resolved, has it.
    """
    found = {(case.source, case.id): case for case in _candidates(store, start, end, open_only)}
    kept = [
        case
        for case in found.values()
        if type_ in (None, case.type)
        and status in (None, case.status)
        and site in (None, case.site)
        and (group is None or group.casefold() == group_of(case).casefold())
    ]
    return sorted(kept, key=lambda case: (case.created, case.source, case.id))


def group_of(case: Case) -> str:
    """The group that resolved a case or, where it is not resolved, has it; "" where unknown."""
    return case.resolving_group or case.group


def _candidates(store: CaseStore, start: Instant, end: Instant, open_only: bool) -> Sequence[Case]:
    if open_only:
        return store.cases(open_at=end)
    return [*store.cases(created=(start, end)), *store.cases(resolved=(start, end))]
