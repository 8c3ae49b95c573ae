"""Poll once: each target's probes a single time, a failure asked again, nothing stored."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.domain.merging import enough, merged
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import State
from collector.domain.targets import ProbeSpec, Target
from collector.ports import Probe

_LAUNCHED_AT_ONCE = 50
"""Targets started between two looks at what has arrived."""

_STATES = {
    Result.UP: State.UP,
    Result.DEGRADED: State.UP,
    Result.DOWN: State.DOWN,
    Result.UNKNOWN: State.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one target answered: each probe's last outcome or, where it is made of members, what
    these answered, and the state that they make."""

    target: Target
    outcomes: tuple[tuple[ProbeSpec, Outcome], ...] = ()
    members: tuple["Answer", ...] = ()

    @property
    def state(self) -> State:
        """Merged as the agent merges them (KPI.md "Samples to states")."""
        if self.members:
            return enough((member.state for member in self.members), self.target.needs)
        results = [outcome for _, outcome in self.outcomes]
        entitled = [each for each in results if each.reason is not Reason.NO_PERMISSION]
        states = [_STATES[each.result] for each in entitled or results]
        return merged(states, self.target.merge)

    @property
    def degraded(self) -> bool:
        """Up, but one of its probes is down or slow, or a member is not as it should be."""
        return self.state is State.UP and (
            any(it.result in (Result.DOWN, Result.DEGRADED) for _, it in self.outcomes)
            or any(member.state is not State.UP or member.degraded for member in self.members)
        )

    @property
    def reason(self) -> Reason | None:
        """Why it is not up, by the first probe or member that gives a reason."""
        given = [each.reason for each in self.members] or [it.reason for _, it in self.outcomes]
        return next(filter(None, given), None)


async def poll_once(
    targets: Sequence[Target],
    probes: Mapping[str, Probe],
    progress: Callable[[], None] = lambda: None,
    *,
    others: Iterable[Target] = (),
) -> list[Answer]:
    """Each target's answer, in the order of the targets; `probes` are by kind.

    Members that are not among the targets are taken from `others`; those that are in neither have
    no say, as in the agent.

    A probe that fails is polled once more, with the packets of a first retry, before it counts.
    `progress` is called when a target is done.
    """

    async def poll(target: Target) -> Answer:
        outcomes = await asyncio.gather(*(_ask(target, spec, probes) for spec in target.probes))
        progress()
        return Answer(target, tuple(zip(target.probes, outcomes, strict=True)))

    tasks: dict[str, asyncio.Task[Answer]] = {}
    async with asyncio.TaskGroup() as group:
        for target in with_members(targets, others):
            if target.members:
                continue
            tasks[target.name] = group.create_task(poll(target))
            if len(tasks) % _LAUNCHED_AT_ONCE == 0:
                await asyncio.sleep(0)
    answers = {name: task.result() for name, task in tasks.items()}
    return [
        Answer(target, members=tuple(answers[it] for it in target.members if it in answers))
        if target.members
        else answers[target.name]
        for target in targets
    ]


def with_members(targets: Iterable[Target], others: Iterable[Target]) -> list[Target]:
    """The targets, and those of the others that they are made of."""
    chosen = {target.name: target for target in targets}
    wanted = {name for target in chosen.values() for name in target.members} - chosen.keys()
    return [*chosen.values(), *(target for target in others if target.name in wanted)]


async def _ask(target: Target, spec: ProbeSpec, probes: Mapping[str, Probe]) -> Outcome:
    outcome = Outcome(Result.UNKNOWN)
    for attempt in range(2):
        try:
            outcome = await probes[spec.kind](target, spec, attempt)
        except Exception as bug:  # noqa: BLE001 - it must not end the others
            return Outcome(Result.UNKNOWN, Reason.BUG, message=f"{type(bug).__name__}: {bug}")
        if outcome.result is not Result.DOWN:
            break
    return outcome
