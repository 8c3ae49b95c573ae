"""The script of faults, and the world that it happens to."""

from collections import Counter
from itertools import islice, pairwise, takewhile

import pytest

from collector.demo.faults import OPENING, Fault, Step, What, faults, steps
from collector.demo.lines import as_line, told
from collector.demo.organisation import NEVER_ANSWERS, SENTINELS, behind, organisation
from collector.demo.world import World, booted, starts
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND
from collector.domain.uptime import WRAP

DEVICES = organisation()
NOW = 1_795_000_000 * SECOND
SWITCH = "sw-laxa-skogsskolan"
BEHIND = f"ap-{SWITCH.removeprefix('sw-')}-1"


@pytest.fixture
def world() -> World:
    return World(DEVICES, NOW)


def _begin(what: What, target: str) -> Step:
    return Step(0, True, Fault(0, 60, what, target))


def _end(what: What, target: str) -> Step:
    return Step(60, False, Fault(0, 60, what, target))


def test_the_first_look_has_something_silent_with_others_behind_it_and_something_slow() -> None:
    first = {fault.what: fault.target for fault in OPENING if fault.start == 0}
    assert first.keys() == {What.SILENT, What.SLOW}
    assert len(behind(DEVICES, first[What.SILENT])) == 6


def test_everything_happens_within_five_minutes() -> None:
    assert {fault.what for fault in OPENING if fault.end <= 300} == set(What)


def test_the_script_is_the_same_for_the_same_seed_and_goes_on_for_ever() -> None:
    assert [*islice(faults(DEVICES), 200)] == [*islice(faults(DEVICES), 200)]
    assert [*islice(faults(DEVICES, 1), 200)] != [*islice(faults(DEVICES), 200)]


def test_faults_strike_those_who_can_bear_them() -> None:
    names = {device.name for device in DEVICES}
    struck = Counter(fault.target for fault in islice(faults(DEVICES), 1000))
    assert struck.keys() <= names - {*SENTINELS, NEVER_ANSWERS, "sw-hallsberg-karna"}
    assert len(struck) > 30


def test_steps_come_in_order_and_every_fault_ends_after_it_began() -> None:
    many = [*islice(steps(faults(DEVICES)), 500)]
    assert all(one.at <= next_.at for one, next_ in pairwise(many))
    for number, step in enumerate(many):
        if not step.begins:
            assert Step(step.fault.start, True, step.fault) in many[:number]


def test_a_demo_left_alone_has_few_faults() -> None:
    day = [*takewhile(lambda fault: fault.start < 86_400, faults(DEVICES))]
    hours = sum(
        (fault.end - fault.start) * (1 + len(behind(DEVICES, fault.target)))
        for fault in day
        if fault.what is not What.SLOW
    )
    assert hours / (86_400 * len(DEVICES)) < 0.006


def test_a_step_survives_the_way_between_the_processes() -> None:
    for step in islice(steps(faults(DEVICES)), 50):
        assert told(as_line(step)) == step


def test_a_silent_switch_silences_what_is_behind_it(world: World) -> None:
    assert world.hears(BEHIND, NOW)
    world.take(_begin(What.SILENT, SWITCH), NOW)
    assert not world.hears(SWITCH, NOW)
    assert not world.hears(BEHIND, NOW)
    assert world.hears("srv-fil-laxa", NOW)
    world.take(_end(What.SILENT, SWITCH), NOW)
    assert world.hears(BEHIND, NOW)


def test_a_blip_loses_one_request(world: World) -> None:
    world.take(_begin(What.BLIP, BEHIND), NOW)
    assert [world.hears(BEHIND, NOW) for _ in range(3)] == [False, True, True]


def test_a_restart_silences_and_begins_the_uptime_anew(world: World) -> None:
    world.take(_begin(What.RESTART, "srv-sql-1"), NOW)
    assert not world.hears("srv-sql-1", NOW)
    world.take(_end(What.RESTART, "srv-sql-1"), NOW + MINUTE)
    assert world.hears("srv-sql-1", NOW + MINUTE)
    assert world.uptime("srv-sql-1", NOW + 2 * MINUTE) == 61 * 100
    assert world.engine_time("srv-sql-1", NOW + 2 * MINUTE) == 61


def test_a_flapping_device_comes_and_goes(world: World) -> None:
    world.take(_begin(What.FLAPPING, BEHIND), NOW)
    heard = [world.hears(BEHIND, NOW + second * SECOND) for second in range(120)]
    assert sum(1 for one, other in pairwise(heard) if one is not other) == 5
    world.take(_end(What.FLAPPING, BEHIND), NOW)
    assert world.hears(BEHIND, NOW)


def test_a_slow_service_is_late(world: World) -> None:
    world.take(_begin(What.SLOW, "esb-1"), NOW)
    assert world.delay("esb-1") > 0.5
    assert world.delay("meddelandeko-1") == 0
    world.take(_end(What.SLOW, "esb-1"), NOW)
    assert world.delay("esb-1") == 0


def test_two_demos_in_a_row_agree_on_when_a_device_started() -> None:
    later = World(DEVICES, NOW + HOUR)
    world = World(DEVICES, NOW)
    for device in DEVICES:
        if [*starts(device, NOW, NOW + HOUR)]:
            continue
        now = NOW + 2 * HOUR
        assert later.uptime(device.name, now) == world.uptime(device.name, now)
        assert 0 <= world.uptime(device.name, now) < WRAP
        assert booted(device, NOW) < NOW


def test_servers_start_anew_every_fourth_week() -> None:
    (server,) = (device for device in DEVICES if device.name == "srv-sql-1")
    found = [*starts(server, NOW - 365 * DAY, NOW)]
    assert len(found) == 13
    assert {one - next_ for one, next_ in pairwise(found)} == {28 * DAY}
