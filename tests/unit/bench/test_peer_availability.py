"""The peers' formulas on time that can be counted by hand."""

import pytest

from bench.peer_availability import PEERS, Story, checkmk, icinga, nagios, uptime_kuma, zabbix
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.targets import Kind

END = 100 * HOUR


def story(**said):
    return Story("srv", Kind.SERVER, said.pop("born", 0), **said)


def availability(formula, told, **choices):
    return formula(told, 0, END, **choices)


@pytest.mark.parametrize("formula", PEERS.values(), ids=PEERS)
def test_an_object_that_always_answered_was_up_throughout(formula):
    assert availability(formula, story()) == 1


@pytest.mark.parametrize("formula", PEERS.values(), ids=PEERS)
def test_an_object_that_never_answered_was_never_up_but_while_in_doubt(formula):
    assert availability(formula, story(failed=[(0, END)])) <= 2 * MINUTE / END


@pytest.mark.parametrize("formula", [nagios, icinga, zabbix, uptime_kuma])
def test_an_object_that_did_not_exist_yet_has_no_value(formula):
    assert availability(formula, story(born=END)) is None


@pytest.mark.parametrize(
    ("formula", "down"),
    [
        (nagios, HOUR - 20 * SECOND),
        (icinga, HOUR - 20 * SECOND),
        (zabbix, 58 * MINUTE),
        (checkmk, HOUR),
        (uptime_kuma, HOUR),
    ],
)
def test_an_outage_counts_from_when_a_system_is_certain(formula, down):
    told = story(failed=[(10 * HOUR, 11 * HOUR)])
    assert availability(formula, told) == (END - down) / END


@pytest.mark.parametrize("formula", [nagios, icinga, zabbix])
def test_the_last_state_is_carried_over_a_time_without_polls(formula):
    unwatched = [(11 * HOUR, 15 * HOUR)]
    seen = story(failed=[(10 * HOUR, 15 * HOUR)])
    assert availability(
        formula, story(failed=[(10 * HOUR, 11 * HOUR)], unwatched=unwatched)
    ) == availability(formula, seen)
    assert availability(formula, story(unwatched=unwatched)) == 1


def test_uptime_kuma_does_not_know_that_it_did_not_poll():
    assert availability(uptime_kuma, story(unwatched=[(HOUR, 99 * HOUR)])) == 1


def test_checkmk_has_what_it_did_not_watch_in_the_whole_unless_it_is_left_out():
    told = story(unwatched=[(0, 25 * HOUR)])
    assert availability(checkmk, told) == 0.75
    assert availability(checkmk, told, include_unmonitored=False) == 1


def test_planned_downtime_is_down_fine_or_apart():
    both = [(10 * HOUR, 20 * HOUR)]
    told = story(failed=both, planned=both)
    assert availability(nagios, told) == (90 * HOUR + 20 * SECOND) / END
    assert availability(icinga, told) == 1
    assert availability(zabbix, told) == (90 * HOUR + 2 * MINUTE) / END
    assert availability(zabbix, told, excluded=both) == 1
    assert availability(checkmk, told) == 0.9
    assert availability(checkmk, told, exclude_downtimes=True) == 1
    assert availability(uptime_kuma, told) == 1


def test_a_blip_is_a_beat_down_or_ten_seconds_or_nothing():
    told = story(blips=(HOUR,))
    beats = 100 * 60
    assert availability(uptime_kuma, told) == (beats - 1) / beats
    assert availability(checkmk, told) == (END - 10 * SECOND) / END
    assert {availability(each, told) for each in (nagios, icinga, zabbix)} == {1}
