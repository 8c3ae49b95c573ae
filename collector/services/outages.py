"""Former outages taken in: what a CSV of another monitoring system says, as disjoint intervals.

The rules are those of DESIGN.md "CSV files": an `up` row is a span that was watched, rows of other
states lie inside one and come before it (KPI.md "Accounting"), maintenance may lie anywhere.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from difflib import get_close_matches

from collector.domain.instants import Instant
from collector.domain.states import Interval, Origin, State
from collector.kpi.spans import Spans, subtract, union
from collector.services.local_time import TWICE, read_time


@dataclass(frozen=True, slots=True)
class OutageRow:
    """A row of the CSV as it was written, with its line in the file."""

    line: int
    target: str
    state: str
    start: str
    end: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about a line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one state of a target, and the line that it comes from."""

    line: int
    target: str
    state: State
    start: Instant
    end: Instant
    comment: str = ""

    @property
    def interval(self) -> Interval:
        """As the store keeps it."""
        return Interval(self.start, self.end, self.state, None, Origin.IMPORTED)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would store; with `problems` nothing may be stored."""

    spans: tuple[Span, ...]
    problems: tuple[Remark, ...]
    warnings: tuple[Remark, ...]


def plan_import(
    rows: Iterable[OutageRow],
    *,
    known: Collection[str],
    existing: Mapping[str, Sequence[Interval]],
    zone: tzinfo,
    now: Instant,
) -> ImportPlan:
    """Read, check and flatten the rows; every problem at once.

    `known` are the targets' names, `existing` what is stored of them already: a span may repeat
    what was imported before, but not overlap it or anything that was measured.
    """
    problems: list[Remark] = []
    warnings: list[Remark] = []
    by_target: dict[str, list[Span]] = defaultdict(list)
    for row in rows:
        span, wrong, doubtful = _read(row, known, zone, now)
        problems += wrong
        warnings += doubtful
        if span:
            by_target[span.target].append(span)
    spans: list[Span] = []
    for target, own in by_target.items():
        flat = _flatten(sorted(own, key=lambda span: (span.start, span.line)), problems)
        problems += _collisions(flat, existing.get(target, ()))
        spans += flat
    return ImportPlan(
        tuple(spans), tuple(sorted(problems, key=lambda problem: problem.line)), tuple(warnings)
    )


def _read(
    row: OutageRow, known: Collection[str], zone: tzinfo, now: Instant
) -> tuple[Span | None, list[Remark], list[Remark]]:
    """A row's texts as a span, with what is wrong and what is worth a warning."""
    wrong, warnings = [], []
    if row.target not in known:
        wrong.append(f"unknown target {row.target!r}{_nearest(row.target, known)}")
    states = [state.value for state in State]
    if row.state not in states:
        near = _nearest(row.state, states)
        wrong.append(f"state {row.state!r} is none of {', '.join(states)}{near}")
    instants: list[Instant] = []
    for column, text in (("start", row.start), ("end", row.end)):
        try:
            at, ambiguous = read_time(text, zone)
        except ValueError as error:
            wrong.append(f"{column} {error}")
            continue
        instants.append(at)
        if at > now:
            wrong.append(f"{column} {text!r} lies in the future")
        if ambiguous:
            warnings.append(f"{column} {text!r} {TWICE}")
    if len(instants) == 2 and instants[1] <= instants[0]:
        wrong.append(f"end {row.end!r} is not after start {row.start!r}")
    span = None
    if not wrong:
        span = Span(row.line, row.target, State(row.state), instants[0], instants[1], row.comment)
    return (
        span,
        [Remark(row.line, text) for text in wrong],
        [Remark(row.line, text) for text in warnings],
    )


def _flatten(spans: Sequence[Span], problems: list[Remark]) -> list[Span]:
    """One target's spans, sorted by start, without overlap but for maintenance."""
    watched = [span for span in spans if span.state is State.UP]
    others = [span for span in spans if span.state not in (State.UP, State.MAINTENANCE)]
    flat = _once([span for span in spans if span.state is State.MAINTENANCE])
    overlaps = [*_overlaps(watched), *_overlaps(others)]
    if overlaps:
        problems += overlaps
        return flat
    stretches = union((span.start, span.end) for span in watched)
    for span in others:
        if not any(start <= span.start and span.end <= end for start, end in stretches):
            problems.append(
                Remark(
                    span.line,
                    f"{span.target!r} is {span.state} outside of what was watched; "
                    "an up row must reach over it",
                )
            )
    taken = union((span.start, span.end) for span in others)
    return flat + others + [part for span in watched for part in _without(span, taken)]


def _once(windows: Sequence[Span]) -> list[Span]:
    """Of the windows that begin together the longest; others may overlap."""
    longest: dict[Instant, Span] = {}
    for window in windows:
        if window.start not in longest or window.end > longest[window.start].end:
            longest[window.start] = window
    return list(longest.values())


def _overlaps(spans: Sequence[Span]) -> list[Remark]:
    """Those of the sorted spans that begin before an earlier one has ended."""
    found = []
    furthest: Span | None = None
    for span in spans:
        if furthest and span.start < furthest.end:
            first, second = sorted((furthest, span), key=lambda each: each.line)
            found.append(
                Remark(second.line, f"overlaps the {first.state} row in line {first.line}")
            )
        if furthest is None or span.end > furthest.end:
            furthest = span
    return found


def _without(span: Span, taken: Spans) -> list[Span]:
    """What is left of a span."""
    return [
        replace(span, start=start, end=end)
        for start, end in subtract([(span.start, span.end)], taken)
    ]


def _collisions(spans: Sequence[Span], existing: Sequence[Interval]) -> list[Remark]:
    """The spans that contradict what is stored, one remark a line; to repeat it is none."""
    repeated = {kept[:3] for kept in existing if kept.origin is Origin.IMPORTED}
    found: dict[int, Remark] = {}
    for span in spans:
        if (span.start, span.end, span.state) in repeated:
            continue
        kept = next((each for each in existing if _contradicts(span, each)), None)
        if kept is not None:
            what = "measured itself" if kept.origin is Origin.POLLED else "imported before"
            text = f"overlaps what Driftkoll has {what} of {span.target!r}"
            found.setdefault(span.line, Remark(span.line, text))
    return list(found.values())


def _contradicts(span: Span, kept: Interval) -> bool:
    """Maintenance may lie over anything but maintenance that begins at the same instant, as that
    is what it is known by."""
    if State.MAINTENANCE in (span.state, kept.state):
        return span.state is kept.state and span.start == kept.start
    return kept.start < span.end and (kept.end is None or span.start < kept.end)


def _nearest(word: str, words: Collection[str]) -> str:
    near = get_close_matches(word, sorted(words), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
