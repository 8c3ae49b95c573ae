"""What figures rest on, as a fingerprint: nothing else changes it, and all of it does."""

from dataclasses import replace
from datetime import date

import pytest
from support.figures import DOWN, MAINTENANCE, UP, at, imported, polled, record

from collector.domain.corrections import Correction
from collector.domain.targets import Attributes, Kind
from collector.indicators.availability import Definition
from collector.kpi.corrections import in_force
from collector.kpi.fingerprint import canonical, fingerprint
from collector.kpi.timelines import Timelines

START, END = at("2026-10-01"), at("2026-11-01")
GOLDEN = "33b0bd0ecbda19011e0d523cd9777b85dd94714567d88c8fc89bdfe3ff9f43ce"
SWITCH = record(1, Kind.SWITCH, first_seen=START)
SERVER = record(2, first_seen=START, parent=1)
HISTORIES = {
    SWITCH: [imported(UP, "2026-09-01", "2026-11-01")],
    SERVER: [
        imported(UP, "2026-09-01", "2026-10-20"),
        *polled(("2026-10-20", DOWN), ("2026-10-20T03:00", UP)),
    ],
}
KNOWN = {2: END}
OUTAGE = (at("2026-10-20"), at("2026-10-20T03:00"))


def of(histories=HISTORIES, known=KNOWN, planned=None, corrections=(), choices=(0.99,)):
    """The fingerprint of October, of the server alone."""
    server = next(each.id for each in histories if each.name == SERVER.name)
    timelines = Timelines(
        list(histories),
        {target.id: intervals for target, intervals in histories.items()},
        known,
        planned=planned or {},
        corrections=in_force(corrections),
    )
    return fingerprint(timelines, START, END, {server}, *choices)


def changed(**server):
    """The histories, with another server."""
    return {SWITCH: HISTORIES[SWITCH], replace(SERVER, **server): HISTORIES[SERVER]}


def with_more(target, *intervals):
    return {**HISTORIES, target: [*HISTORIES[target], *intervals]}


def test_it_is_the_same_in_each_process():
    assert of() == GOLDEN


def test_it_is_the_same_under_other_ids_and_in_another_order():
    other = Attributes(0, Kind.SERVER, "laxa", 9)
    renumbered = {
        replace(SERVER, id=4, attributes=(other,)): HISTORIES[SERVER][::-1],
        replace(SWITCH, id=9): HISTORIES[SWITCH],
    }
    assert of(renumbered, {4: END}) == of()


AFTER = imported(DOWN, "2026-11-01", "2026-11-02")
CORRECTION = Correction(1, 2, *OUTAGE, UP, "anna", "mätfel", END)


@pytest.mark.parametrize(
    "same",
    [
        {"histories": with_more(SERVER, AFTER)},
        {"known": {2: at("2026-12-01")}},
        {"histories": {**HISTORIES, record(3): [imported(UP, "2026-10-01", "2026-11-01")]}},
        {"histories": changed(retired_at=END)},
        {"histories": changed(dropped_at=at("2026-12-24"))},
        {
            "histories": changed(
                attributes=(*SERVER.attributes, Attributes(END, Kind.UPS, "askersund", None))
            )
        },
        {"planned": {2: [(END, at("2026-11-02"))]}},
        {"corrections": [CORRECTION, replace(CORRECTION, id=2, undoes=1)]},
    ],
    ids=[
        "measured later",
        "known longer",
        "another object",
        "retired at the end",
        "dropped later",
        "moved at the end",
        "planned later",
        "corrected and undone",
    ],
)
def test_what_the_figures_do_not_rest_on_leaves_it(same):
    assert of(**same) == of()


@pytest.mark.parametrize(
    "other",
    [
        {"histories": with_more(SERVER, imported(MAINTENANCE, "2026-10-02", "2026-10-03"))},
        {"histories": with_more(SWITCH, imported(DOWN, "2026-10-02", "2026-10-03"))},
        {"known": {2: at("2026-10-30")}},
        {"histories": changed(retired_at=at("2026-10-30"))},
        {"histories": changed(dropped_at=at("2026-10-30"))},
        {"histories": changed(first_seen=at("2026-10-02"))},
        {"histories": changed(in_service_from=at("2026-10-02"))},
        {"histories": changed(attributes=(Attributes(0, Kind.SERVER, "hallsberg", 1),))},
        {"histories": changed(attributes=(Attributes(0, Kind.UPS, "laxa", 1),))},
        {"histories": changed(attributes=(Attributes(0, Kind.SERVER, "laxa", None),))},
        {"planned": {2: [(at("2026-10-02"), at("2026-10-03"))]}},
        {"corrections": [CORRECTION]},
        {"choices": (0.992,)},
    ],
    ids=[
        "imported maintenance",
        "a failure above it",
        "known shorter",
        "retired",
        "dropped",
        "first seen later",
        "in service later",
        "at another site",
        "of another class",
        "behind nothing",
        "planned work",
        "corrected",
        "another choice",
    ],
)
def test_whatever_the_figures_rest_on_changes_it(other):
    assert of(**other) != of()


def test_a_definition_has_one_canonical_form():
    one = Definition(measured_from={Kind.SERVER: date(2026, 1, 1)})
    assert canonical(one) == canonical(replace(one))
    assert '"measured_from":{"server":"2026-01-01"}' in canonical(one)
    assert canonical(frozenset({"b", "a"})) == '["a","b"]'


def test_what_has_no_canonical_form_is_a_bug():
    with pytest.raises(TypeError, match="has no canonical form"):
        canonical(object())
