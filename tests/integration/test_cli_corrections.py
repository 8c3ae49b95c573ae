"""`driftkoll outages annotate`, `correct` and `corrections`: nothing that was said is rewritten."""

from pathlib import Path

import pytest
from support.command_line import CommandLine, Said
from support.figures import at
from support.stored import target

from collector.store import open_store

HOUR = 3600


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets("srv-1,server,laxa,192.0.2.3,,,", "srv-2,server,laxa,192.0.2.4,,,")
    made.import_outages(
        "srv-1,up,2025-10-01,2025-11-01,",
        "srv-1,down,2025-10-07T10:00:20,2025-10-07T13:00:20,",
        "srv-1,down,2025-10-09T10:00:00,2025-10-09T10:00:05,",
        "srv-1,down,2025-10-09T10:00:30,2025-10-09T10:01:00,",
    )
    return made


def october(driftkoll: CommandLine) -> dict:
    return driftkoll.figure("--period", "2025-10", "--target", "srv-1")


def correct(driftkoll: CommandLine, start: str, end: str, state: str, *more: str) -> Said:
    return driftkoll(
        *("outages", "correct", "srv-1", "--from", start, "--until", end, "--state", state),
        *("--author", "anna", "--reason", "mätfel", *more),
    )


def outages(driftkoll: CommandLine, *more: str) -> list[dict]:
    return driftkoll("outages", "list", "--period", "2025-10", "--format", "json", *more).json


DOWN_SECONDS = 3 * HOUR + 35


def test_what_really_was_up_is_no_downtime_and_figures_tell_both(driftkoll: CommandLine) -> None:
    before = october(driftkoll)
    said = correct(driftkoll, "2025-10-07T10:00", "2025-10-07T14:00", "up")
    assert (said.status, said.out, said.err) == (0, "correction 1: srv-1 was up\n", "")
    after = october(driftkoll)
    assert before["detail"]["seconds"]["down"] == DOWN_SECONDS
    assert after["detail"]["seconds"]["down"] == 35
    assert after["detail"]["outages"] == before["detail"]["outages"] - 1
    assert after["detail"]["before_corrections"] == before["value"]
    assert after["value"] > before["value"]


def test_what_really_was_planned_is_maintenance(driftkoll: CommandLine) -> None:
    correct(driftkoll, "2025-10-07T12:00:20", "2025-10-07T14:00:20", "maintenance")
    found = october(driftkoll)
    assert found["detail"]["seconds"]["maintenance"] == 2 * HOUR
    assert found["detail"]["seconds"]["down"] == DOWN_SECONDS - HOUR
    first = outages(driftkoll)[0]
    assert (first["seconds"], first["corrections"]) == (2 * HOUR, [1])


def test_what_really_was_down_is_an_outage_of_its_own(driftkoll: CommandLine) -> None:
    correct(driftkoll, "2025-10-20T10:00", "2025-10-20T11:00", "down")
    last = outages(driftkoll)[-1]
    assert (last["start"], last["origin"]) == ("2025-10-20T10:00:00+02:00", "corrected")
    assert october(driftkoll)["detail"]["seconds"]["down"] == DOWN_SECONDS + HOUR


def test_an_undo_is_an_entry_of_its_own(driftkoll: CommandLine) -> None:
    before = october(driftkoll)
    correct(driftkoll, "2025-10-07T10:00", "2025-10-07T14:00", "up")
    undo = ("outages", "correct", "--undo", "1", "--reason", "var nere", "--author", "bo")
    assert driftkoll(*undo).out == "correction 2: srv-1 undoes 1\n"
    assert october(driftkoll)["detail"]["seconds"] == before["detail"]["seconds"]
    trail = ("outages", "corrections", "--period", "2025-10", "--format", "json")
    assert [
        (it["id"], it["author"], it["undoes"], it["undone_by"]) for it in driftkoll(*trail).json
    ] == [(1, "anna", None, 2), (2, "bo", 1, None)]
    again = driftkoll(*undo)
    assert again.status == 2
    assert again.err.startswith("correction 1 was undone at ")
    assert driftkoll("outages", "correct", "--undo", "2", "--reason", "jo").status == 0
    assert october(driftkoll)["detail"]["seconds"]["down"] == 35


def test_of_corrections_that_overlap_the_latest_counts(driftkoll: CommandLine) -> None:
    correct(driftkoll, "2025-10-07T00:00", "2025-10-08T00:00", "up")
    correct(driftkoll, "2025-10-07T00:00", "2025-10-07T01:00", "unknown")
    seconds = october(driftkoll)["detail"]["seconds"]
    assert (seconds["down"], seconds["unknown"]) == (35, HOUR)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ("srv-9", "2025-10-07T10:00", "2025-10-07T09:00", "unreachable"),
            [
                "unknown target 'srv-9'; did you mean 'srv-2'?",
                "unknown state 'unreachable'; known are down, maintenance, unknown, up",
                "end '2025-10-07T09:00' is not after start '2025-10-07T10:00'",
            ],
        ),
        (
            ("srv-1", "2025-09-30", "2025-10-02", "up"),
            ["srv-1 was not in service before 2025-10-01 00:00:00"],
        ),
        (("srv-1", "2025-10-07", "2199-01-01", "up"), ["end '2199-01-01' lies in the future"]),
        (
            ("srv-2", "2025-10-07", "2025-10-08", "up"),
            ["srv-2 was never polled, and nothing of it was imported"],
        ),
        (
            ("srv-1", "2026-03-29T02:30", "2026-03-29T04:00", "up"),
            ["start '2026-03-29T02:30' does not exist, the clock went forward over it"],
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line_each_and_nothing_is_entered(
    driftkoll: CommandLine, arguments: tuple[str, ...], lines: list[str]
) -> None:
    target, start, end, state = arguments
    said = driftkoll(
        *("outages", "correct", target, "--from", start, "--until", end, "--state", state),
        *("--reason", "x"),
    )
    assert (said.status, said.out, said.err.splitlines()) == (2, "", lines)
    assert driftkoll("outages", "corrections", "--period", "2025").out == "Inga rättelser.\n"


def test_a_correction_needs_a_reason_and_all_of_its_parts(driftkoll: CommandLine) -> None:
    whole = ("srv-1", "--from", "2025-10-07", "--until", "2025-10-08", "--state", "up")
    assert driftkoll("outages", "correct", *whole).err == "a reason is needed\n"
    usage = "what is corrected? give TARGET, --from, --until and --state, or --undo alone\n"
    assert driftkoll("outages", "correct", *whole[:3], "--reason", "x").err == usage
    assert driftkoll("outages", "correct", *whole, "--undo", "1", "--reason", "x").err == usage
    assert driftkoll("outages", "correct", "--undo", "1").err == "a reason is needed\n"
    assert driftkoll("outages", "correct", "--undo", "1", "--reason", "x").err == (
        "there is no correction 1; outages corrections shows those that are\n"
    )


def test_a_target_that_was_retired_is_not_corrected_after_that(driftkoll: CommandLine) -> None:
    store = open_store(f"sqlite:///{driftkoll.folder}/driftkoll.db")
    store.register([target("srv-1", retired_at=at("2025-10-20"))], at("2025-10-20"))
    store.close()
    said = correct(driftkoll, "2025-10-19", "2025-10-22", "up")
    assert said.err == "srv-1 was not in service after 2025-10-20 00:00:00\n"
    assert correct(driftkoll, "2025-10-19", "2025-10-20", "up").status == 0


ANNOTATE = ("outages", "annotate", "srv-1")


def test_the_latest_annotation_counts(driftkoll: CommandLine) -> None:
    for cause, name in (("unknown", ""), ("power", "Strömavbrott i Laxå")):
        said = driftkoll(
            *(*ANNOTATE, "2025-10-07T10:00", "--cause", cause, "--name", name),
            *("--text", "säkring", "--supplier", "Elbolaget", "--link", "4711", "--author", "bo"),
        )
        assert said.out == "srv-1: outage of 2025-10-07 10:00:20 annotated\n"
    first = outages(driftkoll)[0]
    assert first["cause"] == "power"
    assert {name: first["annotation"][name] for name in ("name", "supplier", "author")} == {
        "name": "Strömavbrott i Laxå",
        "supplier": "Elbolaget",
        "author": "bo",
    }
    listed = driftkoll("outages", "list", "--period", "2025-10").out
    assert "elförsörjning: Strömavbrott i Laxå" in listed


def test_an_outage_is_found_by_any_time_within_it(driftkoll: CommandLine) -> None:
    assert driftkoll(*ANNOTATE, "2025-10-07T12:00", "--cause", "network").status == 0
    assert driftkoll(*ANNOTATE, "2025-10-09T10:00:30", "--cause", "software").status == 0
    assert [it["cause"] for it in outages(driftkoll)] == ["network", None, "software"]


def test_an_annotation_stays_with_its_outage_when_its_beginning_is_corrected(
    driftkoll: CommandLine,
) -> None:
    driftkoll(*ANNOTATE, "2025-10-07T10:00", "--cause", "network")
    correct(driftkoll, "2025-10-07T09:00", "2025-10-07T10:30", "down")
    assert outages(driftkoll)[0]["cause"] == "network"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("2025-10-07T10:00", "--cause", "pwer"), "unknown cause 'pwer'; did you mean 'power'?"),
        (
            ("2025-10-08T10:00", "--cause", "power"),
            "srv-1 had no outage at 2025-10-08 10:00:00; the nearest began at 2025-10-07 10:00:20",
        ),
        (
            ("2025-10-09T10:00", "--cause", "power"),
            "srv-1 had several outages then: 2025-10-09 10:00:00, 2025-10-09 10:00:30; "
            "give the second",
        ),
    ],
)
def test_what_cannot_be_annotated_is_said_in_a_line(
    driftkoll: CommandLine, arguments: tuple[str, ...], line: str
) -> None:
    said = driftkoll(*ANNOTATE, *arguments)
    assert (said.status, said.out, said.err) == (2, "", f"{line}\n")
