"""The configuration's targets, with the state that the store has of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.domain.instants import Instant
from collector.domain.merging import enough
from collector.domain.states import State
from collector.domain.targets import Target
from collector.kpi.tail import known_until
from collector.ports import FigureStore


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """A target as the store knows it; one made of members has answered when one of them has."""

    target: Target
    state: State
    answered: bool
    first_seen: Instant | None


def list_targets(
    store: FigureStore, configured: Sequence[Target], now: Instant
) -> list[ListedTarget]:
    """All targets of the configuration, in its order, as measured by `now`."""
    records = {record.name: record for record in store.targets()}
    tail = store.tail()
    known = known_until(tail, now)
    targets = {target.name: target for target in configured}

    def state_of(target: Target) -> State:
        if target.members:
            members = [targets[name] for name in target.members]
            serving = [it for it in members if it.retired_at is None or it.retired_at > now]
            return enough(map(state_of, serving), target.needs) if serving else State.UNKNOWN
        record = records.get(target.name)
        if record and record.id in tail.open and known[record.id] == now:
            return tail.open[record.id][0]
        return State.UNKNOWN

    def listed(target: Target) -> ListedTarget:
        record = records.get(target.name)
        asked = [records[name] for name in target.members or (target.name,) if name in records]
        return ListedTarget(
            target,
            state_of(target),
            any(each.answered_at is not None for each in asked),
            record.first_seen if record else None,
        )

    return [listed(target) for target in configured]
