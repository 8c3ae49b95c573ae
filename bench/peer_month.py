"""A made-up October through Driftkoll and its peers' formulas, for docs/jamforelse.md.

`python -m bench.peer_month` prints the tables of that page.
"""

import math
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.peer_availability import PEERS, Formula, Story, checkmk, zabbix
from collector.domain.instants import DAY, Instant, instant, moment
from collector.domain.targets import Kind, Target
from collector.kpi.periods import parse_period
from collector.kpi.spans import Span, Spans, union
from collector.ports import ImportedRow, Store
from collector.services.measure import measure
from collector.services.outages import OutageRow, plan_import
from collector.settings.register import load_register
from collector.store import open_store

ZONE = ZoneInfo("Europe/Stockholm")
SITE = "laxa"


def at(day: int, clock: str) -> Instant:
    """A local time in October 2026."""
    return instant(datetime.fromisoformat(f"2026-10-{day:02}T{clock}").replace(tzinfo=ZONE))


def span(day: int, start: str, end: str) -> Span:
    """From one local time to another of a day in October 2026."""
    return at(day, start), at(day, end)


PERIOD = parse_period("2026-10", zone=ZONE, now=2**62)
STOPPED = [span(12, "02:00:00", "07:00:00")]
"""The monitoring itself stands still."""
BEHIND = span(6, "10:00:20", "11:00:40")


def _story(name: str, kind: Kind, born: Instant = PERIOD.start, **said: object) -> Story:
    return Story(name, kind, born, unwatched=STOPPED, **said)  # type: ignore[arg-type]  # as given


STORIES = (
    _story(
        "srv-journal",
        Kind.SERVER,
        failed=[span(14, "18:00:00", "21:00:00")],
        planned=[span(14, "20:00:00", "22:00:00")],
    ),
    _story(
        "srv-arkiv",
        Kind.SERVER,
        failed=[span(20, "09:00:00", "11:00:00")],
        planned=[span(20, "18:00:00", "22:00:00")],
    ),
    _story("srv-natt", Kind.SERVER, failed=[span(12, "01:00:00", "02:00:00")]),
    _story("srv-ny", Kind.SERVER, at(20, "00:00:00"), failed=[span(27, "13:00:00", "14:00:00")]),
    _story("sw-laxa", Kind.SWITCH, failed=[span(6, "10:00:00", "11:00:00")]),
    _story("ap-laxa-1", Kind.ACCESS_POINT, failed=[BEHIND], parent="sw-laxa"),
    _story("ap-laxa-2", Kind.ACCESS_POINT, failed=[BEHIND], parent="sw-laxa"),
    _story(
        "esb",
        Kind.INTEGRATION_PLATFORM,
        blips=tuple(at(day, f"{day % 24:02}:30:00") for day in range(1, 31)),
    ),
)

_ALL_WINDOWS = union(*(story.planned for story in STORIES))

CHOICES: dict[str, Formula] = {
    "Zabbix, undantagen tid i SLA:n": partial(zabbix, excluded=_ALL_WINDOWS),
    "Checkmk, underhåll och oövervakad tid uteslutna": partial(
        checkmk, exclude_downtimes=True, include_unmonitored=False
    ),
}
"""What the peers that let one choose come to with the choices nearest to Driftkoll's."""


class Own(NamedTuple):
    """What `indicator show --target` says: availability, and the five parts in seconds."""

    value: float | None
    seconds: Mapping[str, float]


def driftkoll() -> Mapping[str, Own]:
    """Driftkoll's own figures by name; the month is taken in by the rules of `outages import`."""
    now = PERIOD.end + DAY
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{Path(directory) / 'month.db'}", create=True)
        try:
            _take_in(store, now)
            return {story.name: _measured(store, story.name, now) for story in STORIES}
        finally:
            store.close()


def _take_in(store: Store, now: Instant) -> None:
    targets = [
        Target(
            story.name,
            story.kind,
            SITE,
            "192.0.2.1",
            (),
            parent=story.parent,
            in_service_from=story.born if story.born > PERIOD.start else None,
        )
        for story in STORIES
    ]
    ids = store.register(targets, now)
    rows = [row for story in STORIES for row in _rows(story)]
    lines = [replace(row, line=line) for line, row in enumerate(rows, 2)]
    plan = plan_import(lines, known=ids.keys(), existing={}, zone=ZONE, now=now)
    if plan.problems:
        raise AssertionError(plan.problems)
    found = [ImportedRow(ids[each.target], each.interval) for each in plan.spans]
    store.import_intervals(found, "bench", "month.csv", now)


def _rows(story: Story) -> Iterator[OutageRow]:
    """A blip is up: its retry succeeded."""
    of: dict[str, Spans] = {
        "up": [(story.born, PERIOD.end)],
        "down": story.failed,
        "unknown": [each for each in story.unwatched if each[0] >= story.born],
        "maintenance": story.planned,
    }
    for state, spans in of.items():
        for start, end in spans:
            yield OutageRow(0, story.name, state, _text(start), _text(end))


def _text(at: Instant) -> str:
    return moment(at).isoformat()


def _measured(store: Store, name: str, now: Instant) -> Own:
    found = measure(
        store,
        next(one for one in load_register() if one.id == "availability"),
        parse_period("2026-10", zone=ZONE, now=now),
        zone=ZONE,
        target=name,
        sites={SITE: "Laxå"},
        population={},
        now=now,
        known_until=None,
    )
    return Own(found.value, found.detail["seconds"])


def printed(ratio: float | None) -> str:
    """In percent with three decimals, never rounded up; a dash for no value."""
    if ratio is None:
        return "–"
    thousandths = math.floor(round(ratio * 100_000, 6))
    return f"{thousandths // 1000},{thousandths % 1000:03}"


def table() -> Iterator[str]:
    """Driftkoll's figure and its peers', in percent, object by object."""
    return _beside(PEERS)


def choices() -> Iterator[str]:
    """The peers' figures with other choices than their defaults."""
    return _beside(CHOICES)


def parts() -> Iterator[str]:
    """What Driftkoll makes of each object's time, in hours."""
    words = ("up", "down", "unreachable", "maintenance", "unknown")
    yield "| Objekt | Uppe | Nere | Onåbart | Underhåll | Okänt |"
    yield f"|---|{'--:|' * len(words)}"
    for name, found in driftkoll().items():
        hours = [f"{found.seconds[word] / 3600:.3f}".replace(".", ",") for word in words]
        yield f"| `{name}` | {' | '.join(hours)} |"


def differing(formulas: Mapping[str, Formula]) -> dict[str, list[str]]:
    """For each object those whose printed figure is not Driftkoll's."""
    own = driftkoll()
    return {
        story.name: [
            peer
            for peer, value in _of_peers(story, formulas).items()
            if printed(value) != printed(own[story.name].value)
        ]
        for story in STORIES
    }


def _beside(formulas: Mapping[str, Formula]) -> Iterator[str]:
    own = driftkoll()
    yield f"| Objekt | Driftkoll | {' | '.join(formulas)} |"
    yield f"|---|{'--:|' * (1 + len(formulas))}"
    for story in STORIES:
        values = [own[story.name].value, *_of_peers(story, formulas).values()]
        yield f"| `{story.name}` | {' | '.join(map(printed, values))} |"


def _of_peers(story: Story, formulas: Mapping[str, Formula]) -> dict[str, float | None]:
    return {peer: formula(story, PERIOD.start, PERIOD.end) for peer, formula in formulas.items()}


def main() -> None:
    """Print the tables."""
    for lines in (table(), parts(), choices()):
        print(*lines, "", sep="\n")


if __name__ == "__main__":
    main()
