"""Resume: take up where the last run left, and call what nobody watched meanwhile unknown."""

from collections.abc import Iterable

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
    for watch in watches:
        watch.first_polled = watch.id in left.polled
        watch.answered = watch.id in left.answered
        if watch.id not in left.open:
            continue
        state, since = left.open[watch.id]
        watch.restore(state, since)
        for check in watch.checks:
            # A clock that was set back meanwhile must not unsay what was accounted.
            check.accounted = since
        end = max(until.get(watch.id, since), since)
        if state is State.UNKNOWN:
            continue
        if end < now:
            watch.restore(State.UNKNOWN, end)
            recorder.change(Change(watch.id, end, State.UNKNOWN, now))
            continue
        for check in watch.checks:
            sample = last.get((watch.id, check.spec.name))
            if sample is not None and sample.result is not Result.UNKNOWN:
                up = sample.result <= Result.DEGRADED
                held = State.UP if up else State.DOWN
                watch.restore_check(check, sample.at, held, sample.at)
