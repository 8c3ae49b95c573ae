"""How long the last samples hold: KPI.md "Samples to states"."""

from support.figures import DOWN, UNKNOWN, UP, at

from collector.domain.batches import CheckRecord, Resumption
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.samples import Reason, Result, Sample
from collector.domain.targets import Merge
from collector.kpi.tail import known_until

T0 = at("2026-10-14T02:00:00")
LATER = T0 + 3 * HOUR


def sample(seconds, result=Result.UP, probe="icmp", reason=None):
    return Sample(1, probe, T0 + seconds * SECOND, result, reason, None, None)


def known(*samples, state=UP, merge=Merge.ANY, now=LATER, heartbeat=T0, interval=60):
    probes = dict.fromkeys(["icmp", *(it.probe for it in samples)])
    checks = [CheckRecord(1, probe, interval * SECOND, 0, merge) for probe in probes]
    tail = sorted(samples, key=lambda it: it.at)
    open_ = {1: (state, T0 - HOUR)}
    resumption = Resumption(heartbeat, open_, tail, checks, {}, frozenset(), frozenset())
    return (known_until(resumption, now)[1] - T0) / SECOND


def test_a_sample_holds_two_and_a_half_intervals():
    # KPI.md worked example 4: the last sample at 02:00:00, unknown from 02:02:30 on
    assert known(sample(-60), sample(0)) == 150


def test_a_sample_of_a_slow_probe_holds_five_minutes_past_its_interval():
    assert known(sample(0), interval=3600) == 3900


def test_nothing_is_known_beyond_now():
    assert known(sample(0), now=T0 + MINUTE) == 60


def test_an_unconfirmed_failure_is_unknown_from_its_first_failed_sample():
    assert known(sample(0), sample(60, Result.DOWN), sample(70, Result.DOWN)) == 60


def test_a_failure_keeps_nothing_unknown_while_another_probe_keeps_the_target_up():
    assert known(sample(0), sample(60, Result.DOWN), sample(30, probe="snmp")) == 180


def test_a_blip_leaves_the_target_up():
    assert known(sample(0), sample(60, Result.DOWN), sample(70)) == 220


def test_degraded_is_up():
    assert known(sample(0, Result.DEGRADED)) == 150


def test_a_local_error_ends_what_the_sample_before_it_said():
    assert known(sample(0), sample(60, Result.UNKNOWN, reason=Reason.NO_ROUTE)) == 60


def test_a_target_of_any_is_down_until_the_first_of_its_failures_expires():
    failures = [sample(0, Result.DOWN), sample(40, Result.DOWN, "snmp")]
    assert known(*failures, state=DOWN) == 150


def test_a_target_of_all_is_up_until_the_first_of_its_probes_expires():
    assert known(sample(0), sample(40, probe="http"), merge=Merge.ALL) == 150


def test_a_target_of_all_is_down_while_one_failure_holds():
    samples = [sample(0, Result.DOWN), sample(40, Result.DOWN, "http")]
    assert known(*samples, state=DOWN, merge=Merge.ALL) == 190


def test_a_probe_without_the_right_to_run_takes_no_part_where_another_remains():
    barred = sample(10, Result.UNKNOWN, "raw", Reason.NO_PERMISSION)
    assert known(sample(0, Result.DOWN), barred, state=DOWN) == 150


def test_the_heartbeat_is_what_is_known_where_no_sample_is_young_enough():
    assert known(heartbeat=T0 + 5 * SECOND) == 5
    assert known(heartbeat=None) == -3600


def test_samples_of_a_probe_that_is_gone_say_nothing():
    stray = Sample(1, "http", T0 + HOUR, Result.UP, None, None, None)
    checks = [CheckRecord(1, "icmp", 60 * SECOND, 0)]
    resumption = Resumption(
        T0, {1: (UP, T0 - HOUR)}, [sample(0), stray], checks, {}, frozenset(), frozenset()
    )
    assert known_until(resumption, LATER) == {1: T0 + 150 * SECOND}


def test_an_interval_of_unknown_begins_where_it_begins():
    assert known(sample(0), state=UNKNOWN, heartbeat=T0 - 2 * HOUR) == -3600
