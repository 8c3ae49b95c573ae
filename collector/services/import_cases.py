"""Import cases: a file's cases taken in, with the stretch that the file is complete for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from collector.domain.cases import Case, ReadCase
from collector.domain.instants import Instant
from collector.domain.registers import Attestation, Register
from collector.domain.sources import Covered
from collector.kpi.case_history import settle
from collector.ports import CaseStore, DeskStore

STEP = 500
"""Cases in a transaction: a write of the agent's own never waits for more."""


@dataclass(frozen=True, slots=True)
class ImportedCases:
    """How many cases a file had, and how many of them were new or other than what was kept."""

    read: int
    new: int
    changed: int


@dataclass(frozen=True, slots=True)
class Links:
    """That a file tells which change caused a case and which disruption report was written of it:
    the register of these is whole where the file is (KPI.md "Changes that caused a disruption")."""

    file: str
    author: str


def import_cases(
    store: DeskStore,
    source: str,
    cases: Sequence[ReadCase],
    *,
    covered: Covered | None,
    links: Links | None,
    now: Instant,
) -> ImportedCases:
    """Take in a checked file; the same again changes nothing.

    That the file is complete for `covered` is stored last, so that an import that was cut off says
    of no stretch that it is known.
    """
    new = changed = 0
    for some in _steps(cases):
        differing = list(_differing(store, source, some))
        if differing:
            done = store.upsert_cases(differing)
            new += done.new
            changed += done.changed
    state = store.source_state(source)
    store.save_source_state(
        replace(state, complete_at=now, tried_at=now, failure=None, failing_since=None, message="")
    )
    if covered is not None:
        store.cover(covered)
        if links is not None:
            _attest(store, covered, links, now)
    return ImportedCases(len(cases), new, changed)


def _attest(store: DeskStore, covered: Covered, links: Links, now: Instant) -> None:
    """Attest the register of disruption reports as the import's author, unless that was said."""
    indicator = Register.DISRUPTION_REPORTS.indicator
    start = covered.end if covered.start is None else covered.start
    reason = f"{links.file} has the change and the disruption report of each case"
    said = {(it.start, it.end, it.author) for it in store.attestations(indicator)}
    if (start, covered.end, links.author) not in said:
        store.attest(Attestation(indicator, start, covered.end, links.author, now, reason))


def _steps(cases: Sequence[ReadCase]) -> Iterator[Sequence[ReadCase]]:
    for start in range(0, len(cases), STEP):
        yield cases[start : start + STEP]


def _differing(store: CaseStore, source: str, read: Sequence[ReadCase]) -> Iterator[Case]:
    """The cases that say something else than what is kept. A file does not tell when a case was
    changed, so that the time of the import is no difference, and never makes it the older."""
    kept = {case.id: case for case in store.cases(ids=[(source, case.id) for case in read])}
    for each in read:
        case, before = settle(each), kept.get(each.id)
        if before is None:
            yield case
        elif replace(case, changed=before.changed) != before:
            yield replace(case, changed=max(case.changed, before.changed))
