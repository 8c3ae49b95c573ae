"""Resume: take up where the last run left, and call what nobody watched meanwhile unknown."""

from collections.abc import Iterable, Mapping

from collector.domain.batches import Resumption
from collector.domain.instants import Instant
from collector.domain.machine import Watch
from collector.domain.samples import Result, Sample
from collector.domain.states import Change, State
from collector.kpi.tail import known_until
from collector.services.record import Recorder


def resume(watches: Iterable[Watch], left: Resumption, recorder: Recorder, now: Instant) -> None:
    """Give each watch the state that the last run left open.

    Where its last samples no longer hold, it is unknown from when they ceased to; where they do,
    polling goes on as if it had never stopped.
    """
    until = known_until(left, now)
    last: dict[tuple[int, str], Sample] = {(s.target, s.probe): s for s in left.tail}
    resumed = list(watches)
    for watch in resumed:
        watch.first_polled = watch.id in left.polled
        watch.answered = watch.id in left.answered
        if watch.id not in left.open:
            continue
        state, since = left.open[watch.id]
        end = _members_until(watch, left, until) if watch.members else until.get(watch.id, since)
        if state is State.UNKNOWN or end >= now:
            watch.restore(state, since)
        else:
            end = max(end, since)
            watch.restore(State.UNKNOWN, end)
            recorder.change(Change(watch.id, end, State.UNKNOWN, now))
        _restore_checks(watch, since, last, held=end >= now)
    for watch in resumed:
        if watch.members:
            # What it is made of may be configured otherwise than in the last run.
            watch.reconsider(now)


def _restore_checks(
    watch: Watch, since: Instant, last: Mapping[tuple[int, str], Sample], *, held: bool
) -> None:
    for check in watch.checks:
        # A clock that was set back meanwhile must not unsay what was accounted.
        check.accounted = since
        sample = last.get((watch.id, check.spec.name))
        if held and sample is not None and sample.result is not Result.UNKNOWN:
            state = State.UP if sample.result <= Result.DEGRADED else State.DOWN
            watch.restore_check(check, sample.at, state, sample.at)


def _members_until(watch: Watch, left: Resumption, until: Mapping[int, Instant]) -> Instant:
    """How far the state of what is made of members was known: while enough of theirs were.

    Members that do not explain it (they are configured otherwise now) leave what the last run knew.
    """
    state, since = left.open[watch.id]
    holding = sorted(
        (
            until.get(member.id, since)
            for member in watch.members
            if left.open.get(member.id, (None, 0))[0] is state
        ),
        reverse=True,
    )
    decisive = watch.decisive_members(state)
    return holding[decisive - 1] if len(holding) >= decisive else until[watch.id]
