"""The connector and the figures of cases against a real Request Tracker 5, held against a plain
reading of its database."""

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.agent import run_driftkoll
from support.command_line import CommandLine
from support.figures import ZONE
from support.plain_figures import Plain
from support.request_tracker import RequestTracker
from support.tracked_cases import (
    CHANGE,
    FIELDS,
    NETWORK,
    QUEUES,
    REPORT,
    SERVERS,
    TYPE,
    plans,
    play,
    truth,
)

# A loaded machine takes minutes to make the cases: RT needs a second of CPU for ten calls.
pytestmark = pytest.mark.timeout(900)

COUNT = 300
SITES = "{laxa: Laxå, hallsberg: Hallsberg}"
SOURCE = """\
sources:
  desk:
    preset: rt
    base_url: {url}
    token: {token}
    groups: {{servicedesk: [Servicedesk], second_line: [{second_line}]}}
    statuses: {{ordered: scheduled, supplier: waiting_supplier}}
    fields:
      caused_by_change: "CustomFields[?name=='{change}'].values[0] | [0]"
      disruption_report: "CustomFields[?name=='{report}'].values[0] | [0]"
    supplies: [security_incidents]
    page_size: {page_size}
    cursor: {{tz: {zone}}}
"""


@pytest.fixture(scope="module")
def rt() -> Iterator[RequestTracker]:
    """A desk of three hundred cases, made in the last four months, and untouched for two days."""
    tracker = RequestTracker(QUEUES, FIELDS)
    try:
        tracker.start()
        now = datetime.now(UTC).replace(microsecond=0)
        play(tracker, plans(COUNT, now - timedelta(days=120), now - timedelta(days=2)))
        report_disruptions(tracker)
        yield tracker
    finally:
        tracker.close()


def report_disruptions(rt: RequestTracker) -> None:
    """Let changes have gone wrong: a report on each of some incidents, two on the first change."""
    cases = sorted(truth(rt).values(), key=lambda it: it.created)
    changes = [str(it.id) for it in cases if it.fields[TYPE] == "change"]
    incidents = [it.id for it in cases if it.fields[TYPE] == "incident"]
    assert len(changes) > 10
    blamed = [changes[0], *changes[::2]]
    rt.update(
        [
            {"id": incident, "CustomFields": {CHANGE: change, REPORT: f"IT-{number}"}}
            for number, (incident, change) in enumerate(zip(incidents, blamed, strict=False))
        ]
    )


def _source(rt: RequestTracker, page_size: int = 100, zone: str = "UTC") -> str:
    return SOURCE.format(
        url=rt.url,
        token=rt.token,
        second_line=f"{NETWORK}, {SERVERS}",
        change=CHANGE,
        report=REPORT,
        page_size=page_size,
        zone=zone,
    )


@pytest.fixture(scope="module")
def read_once(rt: RequestTracker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the desk was read whole."""
    database = tmp_path_factory.mktemp("read") / "driftkoll.db"
    config = database.with_name("driftkoll.yaml")
    config.write_text(f"database: sqlite:///{database}\nsites: {SITES}\n{_source(rt)}")
    said = run_driftkoll("cases", "sync", "-c", config, timeout=600)
    assert said.out == f"desk: {COUNT} read, {COUNT} new, 0 changed\n", said
    return database


class Followed:
    """A configuration with the desk as its only source."""

    def __init__(self, rt: RequestTracker, command: CommandLine) -> None:
        self._rt = rt
        self._command = command
        self.configure()

    def configure(self, page_size: int = 100, zone: str = "UTC") -> None:
        """Write how the desk is read."""
        self._command.configure(*_source(self._rt, page_size, zone).splitlines())

    def sync(self, *options: str) -> str:
        """Read the desk; what the command says."""
        said = self._command("cases", "sync", *options)
        assert (said.status, said.err) == (0, ""), said
        return said.out.strip()

    def cases(self) -> list[dict[str, Any]]:
        """All that are kept."""
        days = f"{_today() - timedelta(days=200)}..{_today()}"
        found: list[dict[str, Any]] = self._command(
            "cases", "list", "--period", days, "--format", "json"
        ).json
        return found

    def ids(self) -> list[int]:
        """The ids of all that are kept."""
        return sorted(int(case["id"]) for case in self.cases())

    def figure(self, indicator: str, period: str, *options: str) -> dict[str, Any]:
        """An indicator, with the cases behind it."""
        asked = ("show", indicator, "--period", period, "--format", "json", "--cases")
        found: dict[str, Any] = self._command("indicator", *asked, *options).json
        return found


@pytest.fixture
def desk(
    rt: RequestTracker, read_once: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Followed:
    """A configuration whose database has the desk as it was read first."""
    shutil.copy(read_once, tmp_path)
    return Followed(rt, CommandLine(tmp_path, capsys))


def _today() -> date:
    return datetime.now(ZONE).date()


def _month() -> tuple[str, datetime, datetime]:
    """Thirty days in the midst of the cases: as a period, and its edges."""
    first = _today() - timedelta(days=65)
    last = first + timedelta(days=29)
    edges = [
        datetime(day.year, day.month, day.day, tzinfo=ZONE)
        for day in (first, last + timedelta(days=1))
    ]
    return f"{first}..{last}", edges[0], edges[1]


def _about(expected: dict[str, Any]) -> dict[str, Any]:
    return {k: pytest.approx(v) if isinstance(v, float) else v for k, v in expected.items()}


def test_all_six_indicators_are_what_its_database_says(rt: RequestTracker, desk: Followed) -> None:
    period, start, end = _month()
    plain = Plain(truth(rt), start, end)

    for type_ in ("incident", "request"):
        found = desk.figure(f"{type_}_handling_time", period)
        target = found["target"]["value"]
        expected = plain.handling_time(type_, target)
        assert expected["n"] > 20
        told = {**found["detail"], "value": found["value"], "open": found["detail"]["open"]["n"]}
        told["ids"] = sorted(told["cases"])
        assert {key: told[key] for key in expected} == _about(expected)

    for indicator, expected in (
        ("servicedesk_resolution_share", plain.share()),
        ("user_satisfaction", plain.satisfaction()),
        ("changes_causing_disruption", plain.changes()),
    ):
        found = desk.figure(indicator, period)
        told = {**found["detail"], "value": found["value"]}
        assert {key: told[key] for key in expected} == _about(expected), indicator
        assert expected["value"] > 0

    found = desk.figure("security_incidents", period)
    expected = plain.security_incidents()
    assert (found["value"], sorted(found["detail"]["cases"])) == tuple(expected.values())

    for indicator in ("incident_handling_time", "servicedesk_resolution_share"):
        assert desk.figure(indicator, period)["coverage"] == 1


def test_a_sites_figure_is_of_that_sites_cases(rt: RequestTracker, desk: Followed) -> None:
    desk.sync()
    period, start, end = _month()
    for site in ("laxa", "hallsberg"):
        expected = Plain(truth(rt), start, end, site).handling_time("incident", 7)
        found = desk.figure("incident_handling_time", period, "--site", site)
        assert found["value"] == pytest.approx(expected["value"])
        assert found["detail"]["n"] == expected["n"]


@pytest.mark.parametrize(
    ("zone", "priority"), [("UTC", 901), ("America/New_York", 902), ("Asia/Tokyo", 903)]
)
def test_the_cursor_is_in_the_zone_of_who_asks(
    rt: RequestTracker, desk: Followed, zone: str, priority: int
) -> None:
    desk.sync()
    rt.set_zone(zone)
    try:
        desk.configure(zone=zone)
        case = min(truth(rt))
        rt.update([{"id": case, "Priority": priority}])
        assert desk.sync().endswith(" read, 0 new, 1 changed")
    finally:
        rt.set_zone("UTC")


def test_a_case_that_is_worked_on_is_read_again_with_its_history(
    rt: RequestTracker, desk: Followed
) -> None:
    desk.sync()
    (case,) = rt.create(
        [{"Queue": "Servicedesk", "Subject": "x", "CustomFields": {TYPE: "request"}}]
    )
    desk.sync()
    for change in ({"Status": "open"}, {"Queue": NETWORK}, {"Status": "resolved"}):
        rt.update([{"id": case, **change}])
    desk.sync()
    (kept,) = [each for each in desk.cases() if each["id"] == str(case)]
    assert (kept["status"], kept["type"], kept["group"]) == ("resolved", "request", NETWORK)
    rt.update([{"id": case, "Status": "open"}])
    desk.sync()
    (kept,) = [each for each in desk.cases() if each["id"] == str(case)]
    assert (kept["status"], kept["resolved"]) == ("open", None)


def test_merged_and_deleted_cases_are_found_by_the_sweep(
    rt: RequestTracker, desk: Followed
) -> None:
    desk.sync()
    before = desk.ids()
    merged, into, deleted = before[10], before[11], before[12]
    rt.merge(merged, into)
    rt.update([{"id": deleted, "Status": "deleted"}])
    desk.sync()
    assert desk.ids() == before, "search does not tell of what is gone"
    assert desk.sync("--sweep").endswith(", 2 gone")
    assert (
        desk.ids() == sorted(truth(rt)) == [id_ for id_ in before if id_ not in (merged, deleted)]
    )
    period, start, end = _month()
    expected = Plain(truth(rt), start, end).handling_time("incident", 7)
    assert desk.figure("incident_handling_time", period)["value"] == pytest.approx(
        expected["value"]
    )


def test_every_case_is_kept_once_though_others_edit_while_it_is_read(
    rt: RequestTracker, desk: Followed, tmp_path: Path
) -> None:
    (tmp_path / "driftkoll.db").unlink()
    desk.configure(page_size=20)
    ids = sorted(truth(rt))
    # Every other one, so that what is still to be read moves from under the reader.
    with editing(rt, ids[::-2]) as edited:
        desk.sync()
    assert edited() > 10
    assert desk.ids() == ids
    desk.sync()
    assert desk.ids() == ids
    period, start, end = _month()
    expected = Plain(truth(rt), start, end).handling_time("incident", 7)
    found = desk.figure("incident_handling_time", period)
    assert found["value"] == pytest.approx(expected["value"])


class editing:  # noqa: N801 - reads as what is done meanwhile
    """Give each of some cases another priority, one by one and two at a time, while the block
    lasts."""

    def __init__(self, rt: RequestTracker, ids: list[int]) -> None:
        self._rt, self._ids = rt, ids
        self._ended = threading.Event()
        self._count = 0
        self._threads = [threading.Thread(target=self._edit, args=(n,)) for n in range(2)]

    def __enter__(self) -> Callable[[], int]:
        for thread in self._threads:
            thread.start()
        return lambda: self._count

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _edit(self, number: int) -> None:
        for id_ in self._ids[number::2]:
            if self._ended.is_set():
                return
            self._rt.update([{"id": id_, "Priority": 10 + number}])
            self._count += 1
