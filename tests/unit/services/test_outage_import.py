"""What a former system's outages become, and what is refused of them (DESIGN.md "CSV files")."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from collector.domain.instants import HOUR, SECOND, instant
from collector.domain.states import Interval, Origin, State
from collector.services.outages import ImportPlan, OutageRow, Remark, plan_import

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = instant(datetime(2026, 12, 1, tzinfo=UTC))
KNOWN = {"srv-1", "srv-2"}


def at(text: str) -> int:
    return instant(datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM))


def plan(*rows: tuple[str, str, str, str], existing: dict[str, list[Interval]] | None = None
         ) -> ImportPlan:  # fmt: skip
    numbered = [OutageRow(line, *row) for line, row in enumerate(rows, start=2)]
    return plan_import(numbered, known=KNOWN, existing=existing or {}, zone=STOCKHOLM, now=NOW)


def spans(of: ImportPlan) -> list[tuple[State, int, int]]:
    assert of.problems == ()
    return sorted(((span.state, span.start, span.end) for span in of.spans), key=lambda s: s[1])


def refused(of: ImportPlan) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in of.problems]


OCTOBER = ("srv-1", "up", "2026-10-01", "2026-11-01")


def test_an_outage_cuts_the_span_that_was_watched() -> None:
    result = plan(OCTOBER, ("srv-1", "down", "2026-10-10T10:00", "2026-10-10T13:00"))
    assert spans(result) == [
        (State.UP, at("2026-10-01"), at("2026-10-10T10:00")),
        (State.DOWN, at("2026-10-10T10:00"), at("2026-10-10T13:00")),
        (State.UP, at("2026-10-10T13:00"), at("2026-11-01")),
    ]


def test_intervals_are_marked_as_imported() -> None:
    (span,) = plan(OCTOBER).spans
    assert span.interval == Interval(
        at("2026-10-01"), at("2026-11-01"), State.UP, None, Origin.IMPORTED
    )


def test_maintenance_lies_anywhere_and_cuts_nothing() -> None:
    result = plan(
        OCTOBER,
        ("srv-1", "maintenance", "2026-10-10T10:00", "2026-10-10T12:00"),
        ("srv-1", "maintenance", "2026-10-10T11:00", "2026-10-10T13:00"),
        ("srv-2", "maintenance", "2026-05-01", "2026-05-02"),
    )
    assert spans(result) == [
        (State.MAINTENANCE, at("2026-05-01"), at("2026-05-02")),
        (State.UP, at("2026-10-01"), at("2026-11-01")),
        (State.MAINTENANCE, at("2026-10-10T10:00"), at("2026-10-10T12:00")),
        (State.MAINTENANCE, at("2026-10-10T11:00"), at("2026-10-10T13:00")),
    ]


def test_of_maintenance_that_begins_together_the_longest_counts() -> None:
    result = plan(
        ("srv-1", "maintenance", "2026-10-10T10:00", "2026-10-10T12:00"),
        ("srv-1", "maintenance", "2026-10-10T10:00", "2026-10-10T13:00"),
    )
    assert spans(result) == [
        (State.MAINTENANCE, at("2026-10-10T10:00"), at("2026-10-10T13:00")),
    ]


def test_maintenance_imported_before_is_not_made_longer() -> None:
    row = ("srv-1", "maintenance", "2026-10-10T10:00", "2026-10-10T12:00")
    stored = {"srv-1": [span.interval for span in plan(row).spans]}
    assert plan(row, existing=stored).problems == ()
    assert refused(plan((*row[:3], "2026-10-10T13:00"), existing=stored)) == [
        (2, "overlaps what Driftkoll has imported before of 'srv-1'")
    ]


def test_an_outage_may_reach_over_two_watched_spans_that_touch() -> None:
    result = plan(
        OCTOBER,
        ("srv-1", "up", "2026-09-01", "2026-10-01"),
        ("srv-1", "unreachable", "2026-09-30T23:00", "2026-10-01T01:00"),
    )
    assert [state for state, _, _ in spans(result)] == [State.UP, State.UNREACHABLE, State.UP]


def test_an_outage_that_fills_its_span_leaves_nothing_of_it() -> None:
    result = plan(OCTOBER, ("srv-1", "unknown", "2026-10-01", "2026-11-01"))
    assert spans(result) == [(State.UNKNOWN, at("2026-10-01"), at("2026-11-01"))]


def test_an_outage_outside_of_what_was_watched_is_refused() -> None:
    assert refused(plan(OCTOBER, ("srv-1", "down", "2026-10-31T23:00", "2026-11-01T01:00"))) == [
        (3, "'srv-1' is down outside of what was watched; an up row must reach over it")
    ]


def test_watched_spans_that_overlap_are_refused() -> None:
    result = plan(
        OCTOBER,
        ("srv-1", "up", "2026-10-05", "2026-10-06"),
        ("srv-1", "up", "2026-10-31T23:59:59", "2026-11-02"),
    )
    assert refused(result) == [
        (3, "overlaps the up row in line 2"),
        (4, "overlaps the up row in line 2"),
    ]


def test_states_that_contradict_each_other_are_refused() -> None:
    result = plan(
        OCTOBER,
        ("srv-1", "down", "2026-10-10T10:00", "2026-10-10T12:00"),
        ("srv-1", "unknown", "2026-10-10T11:00", "2026-10-10T13:00"),
    )
    assert refused(result) == [(4, "overlaps the down row in line 3")]


def test_rows_of_different_targets_do_not_meet() -> None:
    assert plan(OCTOBER, ("srv-2", *OCTOBER[1:])).problems == ()


def test_every_fault_of_every_row_is_told_at_once() -> None:
    result = plan(
        ("srv-3", "dwon", "2026-10-10T10:00", "yesterday"),
        ("srv-1", "up", "2026-10-10T10:00", "2026-10-10T10:00"),
        ("srv-1", "up", "2026-11-30", "2026-12-24"),
    )
    states = "up, down, unreachable, maintenance, unknown"
    assert refused(result) == [
        (2, "unknown target 'srv-3'; did you mean 'srv-2'?"),
        (2, f"state 'dwon' is none of {states}; did you mean 'down'?"),
        (2, "end 'yesterday' is no ISO 8601 time, as 2026-10-01T08:00"),
        (3, "end '2026-10-10T10:00' is not after start '2026-10-10T10:00'"),
        (4, "end '2026-12-24' lies in the future"),
    ]


def test_a_local_time_that_does_not_exist_is_refused() -> None:
    assert refused(plan(("srv-1", "up", "2026-03-29T02:30", "2026-03-30"))) == [
        (2, "start '2026-03-29T02:30' does not exist, the clock went forward over it")
    ]


def test_of_a_local_time_that_occurs_twice_the_earlier_is_taken_with_a_warning() -> None:
    result = plan(("srv-1", "up", "2026-10-01", "2026-10-25T02:30"))
    assert spans(result)[0][2] == instant(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert result.warnings == (
        Remark(
            2,
            "end '2026-10-25T02:30' occurs twice, the clock went back; the earlier is taken "
            "(give an offset, as +01:00, to choose)",
        ),
    )


def test_an_offset_says_which_of_two_times_is_meant() -> None:
    result = plan(("srv-1", "up", "2026-10-01T00:00Z", "2026-10-25T02:30+01:00"))
    assert result.warnings == ()
    assert spans(result)[0][1:] == (
        instant(datetime(2026, 10, 1, tzinfo=UTC)),
        instant(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    )


def test_what_was_measured_is_never_imported_over() -> None:
    own = Interval(at("2026-10-31T12:00"), None, State.UP)
    assert refused(plan(OCTOBER, existing={"srv-1": [own]})) == [
        (2, "overlaps what Driftkoll has measured itself of 'srv-1'")
    ]


def test_an_import_may_end_where_measuring_begins() -> None:
    own = Interval(at("2026-11-01"), None, State.UP)
    assert plan(OCTOBER, existing={"srv-1": [own]}).problems == ()


def test_the_same_rows_again_are_no_overlap() -> None:
    rows = (OCTOBER, ("srv-1", "down", "2026-10-10T10:00", "2026-10-10T13:00"))
    first = plan(*rows)
    stored = {"srv-1": [span.interval for span in first.spans]}
    assert spans(plan(*rows, existing=stored)) == spans(first)


def test_other_rows_over_an_earlier_import_are_refused() -> None:
    stored = {"srv-1": [span.interval for span in plan(OCTOBER).spans]}
    later = ("srv-1", "up", "2026-10-15", "2026-11-15")
    assert refused(plan(later, existing=stored)) == [
        (2, "overlaps what Driftkoll has imported before of 'srv-1'")
    ]


def test_maintenance_may_lie_over_what_was_measured() -> None:
    own = Interval(at("2026-10-01"), None, State.UP)
    window = ("srv-1", "maintenance", "2026-10-10T10:00", "2026-10-10T12:00")
    assert plan(window, existing={"srv-1": [own]}).problems == ()


@pytest.mark.parametrize("state", [State.UNKNOWN, State.DOWN, State.UNREACHABLE])
def test_the_parts_of_a_span_fill_it_exactly(state: State) -> None:
    outages = [
        ("srv-1", state.value, f"2026-10-{day:02}T0{day % 9}:00", f"2026-10-{day:02}T10:00:01")
        for day in range(2, 30, 3)
    ]
    lengths = [end - start for _, start, end in spans(plan(OCTOBER, *outages))]
    assert sum(lengths) == 745 * HOUR
    assert min(lengths) > SECOND
