"""A restart is told from a wrap, from a late reading and from a clock that runs at its own pace."""

from hypothesis import given
from hypothesis import strategies as st

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND
from collector.domain.targets import DeviceFacts
from collector.domain.uptime import WRAP, restarted

TICK = SECOND // 100
START = 1_790_000_000 * SECOND


def facts(uptime: int, engine_time: int | None = None) -> DeviceFacts:
    return DeviceFacts(uptime % WRAP, "sw-1", "1.3.6.1.4.1.9", engine_time)


def test_a_device_that_counts_on_has_not_restarted():
    assert not restarted(facts(500_000), START, facts(506_000), START + MINUTE)


def test_an_uptime_that_went_back_is_a_restart():
    assert restarted(facts(500_000), START, facts(2_000), START + MINUTE)


def test_a_restart_while_nobody_looked_shows_though_the_uptime_is_larger_than_before():
    assert restarted(facts(1_000), START, facts(180_000), START + HOUR)


def test_a_restart_soon_after_the_last_one_is_a_restart():
    assert restarted(facts(200), START, facts(3_000), START + MINUTE)


def test_a_wrap_after_497_days_is_no_restart():
    assert not restarted(facts(WRAP - 3_000), START, facts(WRAP + 3_000), START + MINUTE)


def test_a_restart_just_when_the_uptime_would_have_wrapped_is_told_by_the_engine_time():
    before = facts(WRAP - 3_000)
    assert restarted(before, START, facts(3_000, engine_time=30), START + MINUTE)
    assert not restarted(before, START, facts(3_000, engine_time=42_949_703), START + MINUTE)


def test_an_agent_restarted_days_ago_does_not_make_a_wrap_a_restart():
    now = facts(3_000, engine_time=3 * 86_400)
    assert not restarted(facts(WRAP - 3_000), START, now, START + MINUTE)


def test_an_uptime_set_back_while_the_engine_ran_on_is_no_restart():
    now = facts(1_000, engine_time=90_000)
    assert not restarted(facts(9_000_000), START, now, START + MINUTE)


def test_an_uptime_that_jitters_is_no_restart():
    assert not restarted(facts(500_000), START, facts(499_990), START + TICK)


def test_a_device_older_than_the_last_look_has_not_restarted_though_its_clock_runs_slow():
    ten_days = 10 * DAY
    now = facts(50_000_000 + 85_000_000)
    assert not restarted(facts(50_000_000), START, now, START + ten_days)


def test_our_own_clock_set_back_is_no_restart():
    assert not restarted(facts(500_000), START, facts(500_100), START - HOUR)


UPTIMES = st.integers(0, WRAP - 1)
GAPS = st.integers(0, 600 * DAY // TICK)


@given(uptime=UPTIMES, gap=GAPS, drift=st.floats(-0.0009, 0.0009), engine=st.booleans())
def test_counting_on_is_never_a_restart_whatever_the_gap_and_the_wraps(uptime, gap, drift, engine):
    counted = uptime + int(gap * (1 + drift))
    now = facts(counted, counted // 100 if engine else None)
    assert not restarted(facts(uptime), START, now, START + gap * TICK)


@given(
    uptime=st.integers(2_000, WRAP // 2),
    gap=st.integers(1_000, 200 * DAY // TICK),
    part=st.floats(0, 1),
    engine=st.booleans(),
)
def test_a_restart_within_the_gap_shows_where_the_uptime_before_exceeds_the_tolerance(
    uptime, gap, part, engine
):
    since = int(gap * part)
    lost = uptime + gap - since
    now = facts(since, since // 100 if engine else None)
    shows = lost > 500 + gap // 1000 or (engine and since < uptime)
    assert restarted(facts(uptime), START, now, START + gap * TICK) == shows
