"""The outages of a period, those of everything behind a failed device folded under its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from collector.domain.corrections import Annotation, Correction
from collector.domain.instants import Duration, Instant
from collector.domain.periods import Period
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Attributes, TargetRecord
from collector.kpi.corrections import in_force
from collector.kpi.maintenance import MIN_NOTICE
from collector.kpi.outages import Outage, failed_at, outages_of
from collector.kpi.service_hours import AROUND_THE_CLOCK, ServiceHours
from collector.kpi.spans import ALWAYS
from collector.kpi.timelines import Timelines
from collector.ports import FigureStore
from collector.services.history import read_timelines


@dataclass(frozen=True, slots=True)
class Listed:
    """An outage with what its object was when it began.

    `open` says that it goes on; `cause` names the failed ancestor, `consequences` are the outages
    that began behind this one. `annotation` is the latest that was said of it, `corrections` are
    those in force that touch it.
    """

    outage: Outage
    name: str
    attributes: Attributes
    origin: Origin
    open: bool
    cause: str | None = None
    consequences: list["Listed"] = field(default_factory=list)
    annotation: Annotation | None = None
    corrections: tuple[Correction, ...] = ()


def list_outages(
    store: FigureStore,
    period: Period,
    now: Instant,
    *,
    site: str | None = None,
    kind: str | None = None,
    target: str | None = None,
    min_notice: Duration = MIN_NOTICE,
    service: ServiceHours = AROUND_THE_CLOCK,
) -> list[Listed]:
    """The outages that touch a period, oldest first, of one site, kind or target where asked.

    One whose ancestor's outage is not among them stands by itself, with its cause. `min_notice` is
    the definition's: planned maintenance is no outage. With `service` hours they are as the
    figures count them.
    """
    records = {record.id: record for record in store.targets()}
    corrections = in_force(store.corrections(-ALWAYS, period.measured_end))
    timelines = read_timelines(
        store,
        period.start,
        period.measured_end,
        now=now,
        min_notice=min_notice,
        records=list(records.values()),
        whole_outages=True,
    )
    said: dict[int, list[Annotation]] = defaultdict(list)
    for note in store.annotations(-ALWAYS, period.measured_end):
        said[note.target].append(note)
    found = [
        listed
        for each in sorted(records)
        for listed in _outages(
            timelines, records, each, period, service, said.get(each, ()), corrections.get(each, ())
        )
        if site in (None, listed.attributes.site)
        and kind in (None, listed.attributes.kind)
        and target in (None, listed.name)
    ]
    return _folded(sorted(found, key=lambda listed: (listed.outage.start, listed.name)))


def _said_of(outage: Outage, notes: Sequence[Annotation]) -> Annotation | None:
    """The latest; a correction may since have moved the beginning of what it was said of."""
    own = [note for note in notes if outage.start <= note.start < outage.end]
    return own[-1] if own else None


def _touches(correction: Correction, outage: Outage) -> bool:
    return correction.start <= outage.end and outage.start <= correction.end


def _outages(
    timelines: Timelines,
    records: Mapping[int, TargetRecord],
    target: int,
    period: Period,
    service: ServiceHours,
    said: Sequence[Annotation],
    corrections: Sequence[Correction],
) -> Iterable[Listed]:
    intervals, record = timelines.of(target), records[target]
    if not any(each.state in (State.DOWN, State.UNREACHABLE) for each in intervals):
        return
    last = next((each for each in reversed(intervals) if each.end is None), None)
    for outage in _counted(timelines, record, service):
        ongoing = last is not None and last.state is State.DOWN and outage.end > last.start
        open_ = ongoing and outage.end == timelines.until(target)
        if outage.start >= period.measured_end or not (open_ or outage.end > period.start):
            continue
        yield Listed(
            outage,
            record.name,
            _attributes_at(record, outage.start),
            _origin_at(intervals, outage.start),
            open_,
            None if outage.cause is None else records[outage.cause].name,
            annotation=_said_of(outage, said) if said else None,
            corrections=tuple(it for it in corrections if _touches(it, outage)),
        )


def _counted(timelines: Timelines, record: TargetRecord, service: ServiceHours) -> Iterator[Outage]:
    """An object's outages within the service hours of what it was when each began."""
    start = timelines.of(record.id)[0].start
    end = max(start, timelines.until(record.id))
    held = record.attributes
    if len({service.calendar(it.kind, record.name) for it in held}) == 1:
        held = held[:1]
    edges = [-ALWAYS, *(it.since for it in held[1:]), ALWAYS]
    for it, (since, until) in zip(held, pairwise(edges), strict=True):
        hours = service.hours(it.kind, start, end, record.name)
        for outage in outages_of(timelines, record.id, hours):
            if since <= outage.start < until:
                yield outage


def _attributes_at(record: TargetRecord, at: Instant) -> Attributes:
    held = record.attributes[0]
    for later in record.attributes[1:]:
        if later.since <= at:
            held = later
    return held


def _origin_at(intervals: Sequence[Interval], at: Instant) -> Origin:
    """Where the interval that an outage begins in comes from."""
    return failed_at(intervals, at).origin


def _folded(found: Sequence[Listed]) -> list[Listed]:
    """Consequences moved under the outage that caused them, where it is among them."""
    by_name: dict[str, list[Listed]] = defaultdict(list)
    for listed in found:
        by_name[listed.name].append(listed)
    top = []
    for listed in found:
        causes = by_name.get(listed.cause or "", ())
        cause = next((each for each in causes if _meet(each.outage, listed.outage)), None)
        if cause is None:
            top.append(listed)
        else:
            cause.consequences.append(listed)
    return top


def _meet(cause: Outage, consequence: Outage) -> bool:
    """Whether the one lasted while the other did."""
    return cause.start < consequence.end and consequence.start < cause.end
