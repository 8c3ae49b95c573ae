"""The six indicators of cases over a year of 100,000 cases: CPU and wall, reading and computing
apart.

`python -m bench.case_figures`: out of SQLite, and out of PostgreSQL where one is named.
"""

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bench.availability import Cost, Reading
from collector.domain.cases import (
    SERVICEDESK,
    Assignment,
    Case,
    CaseStatus,
    CaseType,
    Membership,
    ReadCase,
    StatusChange,
)
from collector.domain.desks import Desk, Feed
from collector.domain.instants import DAY, HOUR, Instant
from collector.domain.sources import Covered
from collector.indicators.registry import case_indicators
from collector.kpi.case_history import settle
from collector.kpi.groups import ALL
from collector.kpi.periods import parse_period
from collector.kpi.service_hours import OFFICE
from collector.ports import Store
from collector.services.case_facts import read_facts
from collector.services.measure_cases import Gauge
from collector.services.unswept import unswept
from collector.settings.register import load_register
from collector.store import open_store

ZONE = ZoneInfo("Europe/Stockholm")
YEAR = "2025"
NOW: Instant = parse_period(YEAR, zone=ZONE, now=2**62).end + 30 * DAY
PERIOD = parse_period(YEAR, zone=ZONE, now=NOW)
SOURCE = "servicedesk"
GROUPS = ("Servicedesk", "Nät", "Server", "Klient")
SITES = ("north", "south", "east", "west", "")
DESK = Desk((Feed(SOURCE),), (Membership(SERVICEDESK, "Servicedesk"),))
SEED = 2026
REPEATS = 5
AT_ONCE = 5000


def cases(count: int) -> Iterator[Case]:
    """Cases resolved through the year: with histories of status and group, some waiting, some
    reopened, a fifth rated, a few excluded or without a known type."""
    dice = random.Random(SEED)
    for number in range(count):
        resolved = PERIOD.start + int(dice.random() * (PERIOD.end - PERIOD.start))
        created = resolved - int(dice.expovariate(1 / (4 * DAY))) - HOUR
        history = [StatusChange(created, CaseStatus.OPEN)]
        if dice.random() < 0.3:
            waits = created + int(dice.random() * (resolved - created))
            history.append(StatusChange(waits, CaseStatus.WAITING_CUSTOMER))
            goes_on = waits + int(dice.random() * (resolved - waits))
            history.append(StatusChange(goes_on, CaseStatus.OPEN))
        history.append(StatusChange(resolved, CaseStatus.RESOLVED))
        groups = [Assignment("Servicedesk", created)]
        if dice.random() < 0.4:
            groups.append(Assignment(dice.choice(GROUPS[1:]), created + HOUR // 2))
        rated = dice.random() < 0.2
        yield settle(
            ReadCase(
                SOURCE,
                f"{number}",
                created,
                resolved,
                type=dice.choice((CaseType.INCIDENT, CaseType.INCIDENT, CaseType.REQUEST)),
                status=CaseStatus.RESOLVED,
                statuses=tuple(history),
                assignments=tuple(groups),
                site=dice.choice(SITES),
                satisfaction=dice.randint(1, 5) if rated else None,
                satisfaction_at=resolved + HOUR if rated else None,
            )
        )


def over(url: str, count: int) -> Iterator[str]:
    """What the year costs in an empty database, as lines."""
    store = open_store(url, create=True)
    if store.covered():
        store.close()
        raise SystemExit(f"{url}: is not empty; name a database of its own")
    try:
        made = list(cases(count))
        for start in range(0, count, AT_ONCE):
            store.upsert_cases(made[start : start + AT_ONCE])
        store.cover(Covered(SOURCE, None, NOW))
        found = figures(store)
        if found["incident_handling_time"] + found["request_handling_time"] != count:
            raise AssertionError(f"{found} of {count} cases")
        del made
        cost = timed(store)
    finally:
        store.close()
    yield f"{YEAR}, {count} cases, {url.partition(':')[0]}:"
    yield f"  all six indicators over the year  {cost}"


@unswept()
def figures(store: Store) -> dict[str, Any]:
    """How many cases each of the indicators rests on, from one reading of the year."""
    gauges = [Gauge(each) for each in load_register() if each.id in case_indicators()]
    modules = [gauge.module for gauge in gauges]
    facts = read_facts(store, modules, [PERIOD], desk=DESK, zone=ZONE, calendar=OFFICE)
    found = {gauge.indicator.id: gauge.figure(facts, PERIOD, ALL) for gauge in gauges}
    return {id_: figure.detail["n"] for id_, figure in found.items()}


def timed(store: Store) -> Cost:
    """The quickest of some runs, from a heap without garbage each time."""
    runs = []
    for _ in range(REPEATS):
        gc.collect()
        read = Reading(store)
        used, began = time.process_time(), time.monotonic()
        figures(cast("Store", read))
        runs.append(Cost(time.process_time() - used, time.monotonic() - began, read.cpu))
    return min(runs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m bench.case_figures", description=__doc__)
    options.add_argument("--cases", type=int, default=100_000, help="in the year")
    options.add_argument(
        "--postgres", metavar="URL", help="an empty PostgreSQL database, which is left filled"
    )
    chosen = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        for line in over(f"sqlite:///{Path(name) / 'cases.db'}", chosen.cases):
            print(line)
        if chosen.postgres:
            for line in over(chosen.postgres, chosen.cases):
                print(line)


if __name__ == "__main__":
    main()
