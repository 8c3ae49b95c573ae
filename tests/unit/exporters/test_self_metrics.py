"""What polling counts of its own work."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collector.domain.instants import SECOND
from collector.domain.sources import SourceFailure
from collector.ports import PollMetrics
from exporters.self_metrics import POLL_BOUNDS, SelfMetrics


def read(metrics: SelfMetrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def test_polls_are_counted_by_probe_and_result():
    metrics = SelfMetrics()
    port: PollMetrics = metrics
    port.polled("icmp", "up", 40)
    port.polled("icmp", "up")
    port.polled("snmp", "down", 2)
    found = read(metrics)
    assert found["driftkoll_polls_total", "icmp", "up"] == 41
    assert found["driftkoll_polls_total", "snmp", "down"] == 2


def test_counters_begin_at_zero_and_count():
    metrics = SelfMetrics()
    assert read(metrics)["driftkoll_polls_missed_total",] == 0
    assert read(metrics)["driftkoll_clock_steps_total",] == 0
    metrics.missed(7)
    metrics.clock_stepped()
    assert read(metrics)["driftkoll_polls_missed_total",] == 7
    assert read(metrics)["driftkoll_clock_steps_total",] == 1


def test_lag_and_writes_are_histograms():
    metrics = SelfMetrics()
    metrics.lag(0.003)
    metrics.wrote(0.2)
    metrics.wrote(99)
    found = read(metrics)
    assert found["driftkoll_loop_lag_seconds_bucket", "0.0025"] == 0
    assert found["driftkoll_loop_lag_seconds_bucket", "0.005"] == 1
    assert found["driftkoll_store_write_seconds_count",] == 2
    assert found["driftkoll_store_write_seconds_bucket", "30.0"] == 1
    assert found["driftkoll_store_write_seconds_bucket", "+Inf"] == 2


@given(st.lists(st.floats(min_value=0, max_value=100)), st.lists(st.sampled_from(POLL_BOUNDS)))
def test_a_batch_of_times_lands_in_the_buckets_of_its_values(durations, on_the_bound):
    metrics = SelfMetrics()
    metrics.poll_took_many(durations)
    metrics.poll_took_many(on_the_bound)
    values = [*durations, *on_the_bound]
    found = read(metrics)
    for bound in (*POLL_BOUNDS, math.inf):
        le = "+Inf" if bound == math.inf else repr(float(bound))
        expected = sum(value <= bound for value in values)
        assert found["driftkoll_poll_duration_seconds_bucket", le] == expected
    assert found["driftkoll_poll_duration_seconds_count",] == len(values)
    assert found["driftkoll_poll_duration_seconds_sum",] == pytest.approx(sum(values))


def test_no_line_tells_when_a_counter_was_made():
    assert b"_created" not in SelfMetrics().text()


def of_source(metrics: SelfMetrics) -> dict[tuple[str, ...], float]:
    return {key: value for key, value in read(metrics).items() if "source" in key[0]}


def test_errors_of_a_source_begin_at_zero_for_each_reason():
    metrics = SelfMetrics()
    metrics.known_sources({"desk": None})
    found = of_source(metrics)
    assert {reason for _, reason, _ in found} == set(SourceFailure)
    assert set(found.values()) == {0}


def test_a_source_tells_when_it_was_read_whole_and_why_it_was_not():
    metrics = SelfMetrics()
    metrics.known_sources({"desk": 5 * SECOND})
    metrics.source_failed("desk", "timeout")
    metrics.source_succeeded("desk", 9 * SECOND)
    found = of_source(metrics)
    assert found["driftkoll_source_last_success_timestamp_seconds", "desk"] == 9
    assert found["driftkoll_source_errors_total", "timeout", "desk"] == 1


def test_a_source_that_left_the_configuration_is_gone_and_the_others_go_on_counting():
    metrics = SelfMetrics()
    metrics.known_sources({"desk": 5 * SECOND, "mdm": None})
    metrics.source_failed("desk", "timeout")
    metrics.known_sources({"desk": 5 * SECOND})
    found = of_source(metrics)
    assert {key[-1] for key in found} == {"desk"}
    assert found["driftkoll_source_errors_total", "timeout", "desk"] == 1
