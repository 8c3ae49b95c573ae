"""Availability as other monitoring systems publish that they work it out, for docs/jamforelse.md.

Each formula is of one object and one period, and is read from the source that its docstring names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from collector.domain.instants import MINUTE, SECOND, Duration, Instant
from collector.domain.targets import Kind
from collector.kpi.spans import Span, Spans, clip, overlap, subtract, total, union

INTERVAL: Duration = MINUTE
"""All of them poll once a minute …"""
RETRY: Duration = 10 * SECOND
"""… ask again after so long when a poll failed …"""
CONFIRMED_AFTER: Duration = 2 * RETRY
"""… and those with soft and hard states are certain at the third failure."""


@dataclass(frozen=True, slots=True)
class Story:
    """What befell one object, the same for all systems.

    It exists from `born`. It does not answer in `failed`, nobody polls in `unwatched`, work is
    planned in `planned`; at the instants `blips` a single poll fails and its retry succeeds. All of
    it is sorted and disjoint. None of the peers makes a difference to availability of whether the
    failure lay with `parent`, which it depends on.
    """

    name: str
    kind: Kind
    born: Instant
    failed: Spans = ()
    unwatched: Spans = ()
    planned: Spans = ()
    blips: tuple[Instant, ...] = ()
    parent: str | None = None


Formula = Callable[[Story, Instant, Instant], float | None]
"""Availability of an object in [start, end), as a ratio; None for no value."""


def nagios(story: Story, start: Instant, end: Instant) -> float | None:
    """Time up / (up + down + unreachable), "known time"; planned downtime is down like any other.

    Soft states are left out and the last state is assumed while nothing ran, both by default.
    Source: NagiosEnterprises/nagioscore, cgi/avail.c (include_soft_states,
    assume_states_during_notrunning, percent_time_up_known).
    """
    whole = _existence(story, start, end)
    return _ratio(total(whole) - total(_hard(story, whole)), total(whole))


def icinga(story: Story, start: Instant, end: Instant) -> float | None:
    """1 - problem time / time: hard problems outside downtimes; downtimes count as fine.

    The last state holds until the next; what is before the first check (pending) is left out.
    Source: Icinga/icingadb, schema/pgsql, function get_sla_ok_percent.
    """
    whole = _existence(story, start, end)
    problem = subtract(_hard(story, whole), story.planned)
    return _ratio(total(whole) - total(problem), total(whole))


def zabbix(
    story: Story, start: Instant, end: Instant, excluded: Iterable[Span] = ()
) -> float | None:
    """Uptime / (uptime + downtime) since the service was made; `excluded` is the SLA's excluded
    downtimes, which leave both terms for all services of the SLA. Maintenance of a host does not.

    A problem begins at the third failed poll in a row, max(…icmpping,#3)=0, and lasts until a poll
    succeeds. Source: Zabbix, ui/include/classes/api/services/CSla.php, calculateSli; the template
    "ICMP Ping".
    """
    whole = subtract(_existence(story, start, end), union(excluded))
    late = [(began + 2 * INTERVAL, until) for began, until in _carried(story)]
    down = _within(union(late), whole)
    return _ratio(total(whole) - total(down), total(whole))


def checkmk(
    story: Story,
    start: Instant,
    end: Instant,
    *,
    exclude_downtimes: bool = False,
    include_unmonitored: bool = True,
) -> float | None:
    """The share of the time that the state UP has; unmonitored goes before downtime, and downtime
    before the state. Both are columns of their own within the whole, unless left out by choice.

    Every failed check counts at once. Source: Checkmk/checkmk-docs,
    src/common/en/availability.asciidoc (the defaults of "Scheduled Downtimes" and "Include
    unmonitored time").
    """
    watched = subtract(_existence(story, start, end), story.unwatched)
    outside = subtract(watched, story.planned)
    short = [(at, at + RETRY) for at in story.blips]
    up = subtract(outside, union(story.failed, short))
    counted = end - start if include_unmonitored else total(watched)
    if exclude_downtimes:
        counted -= total(watched) - total(outside)
    return _ratio(total(up), counted)


def uptime_kuma(story: Story, start: Instant, end: Instant) -> float | None:
    """Beats up / (up + down); a beat of maintenance is neither, a missing one is not missed.

    PENDING, a failure that is to be tried again, is a beat down.
    Source: louislam/uptime-kuma, server/uptime-calculator.js (flatStatus, update, getData).
    """
    watched = subtract(_existence(story, start, end), story.unwatched)
    outside = subtract(watched, story.planned)
    down = _beats(_within(story.failed, outside))
    down += sum(overlap(outside, at, at + 1) for at in story.blips)
    up = _beats(outside) - down
    return _ratio(up, up + down)


PEERS: dict[str, Formula] = {
    "Nagios": nagios,
    "Icinga": icinga,
    "Zabbix": zabbix,
    "Checkmk": checkmk,
    "Uptime Kuma": uptime_kuma,
}


def _existence(story: Story, start: Instant, end: Instant) -> list[Span]:
    return clip([(story.born, end)], start, end)


def _carried(story: Story) -> list[Span]:
    """The failures, where the last state is taken to hold while nobody polls."""
    ends = {until for _, until in story.failed}
    kept = [(began, until) for began, until in story.unwatched if began in ends]
    return union(subtract(story.failed, story.unwatched), kept)


def _hard(story: Story, whole: Spans) -> list[Span]:
    """The carried failures from when they were certain, within some time."""
    hard = [(began + CONFIRMED_AFTER, until) for began, until in _carried(story)]
    return _within(union(hard), whole)


def _beats(spans: Spans) -> int:
    """How many polls fall within; they fall on whole minutes."""
    return sum(-(-until // INTERVAL) - -(-began // INTERVAL) for began, until in spans)


def _within(spans: Spans, whole: Spans) -> list[Span]:
    return [part for start, end in whole for part in clip(spans, start, end)]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
