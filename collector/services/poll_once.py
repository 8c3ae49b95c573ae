"""Poll once: each target's probes a single time, a failure asked again, nothing stored."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from collector.domain.merging import merged
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
    """What one target answered: each probe's last outcome, and the state that they make."""

    target: Target
    outcomes: tuple[tuple[ProbeSpec, Outcome], ...]

    @property
    def state(self) -> State:
        """Merged as the agent merges them (KPI.md "Samples to states")."""
        results = [outcome for _, outcome in self.outcomes]
        entitled = [each for each in results if each.reason is not Reason.NO_PERMISSION]
        states = [_STATES[each.result] for each in entitled or results]
        return merged(states, self.target.merge)

    @property
    def degraded(self) -> bool:
        """Up, but one of its probes is down or slow."""
        return self.state is State.UP and any(
            outcome.result in (Result.DOWN, Result.DEGRADED) for _, outcome in self.outcomes
        )

    @property
    def reason(self) -> Reason | None:
        """Why it is not up, by the first probe that gives a reason."""
        return next((each.reason for _, each in self.outcomes if each.reason), None)


async def poll_once(
    targets: Sequence[Target],
    probes: Mapping[str, Probe],
    progress: Callable[[], None] = lambda: None,
) -> list[Answer]:
    """Each target's answer, in the order of the targets; `probes` are by kind.

    A probe that fails is polled once more, with the packets of a first retry, before it counts.
    `progress` is called when a target is done.
    """

    async def poll(target: Target) -> Answer:
        outcomes = await asyncio.gather(*(_ask(target, spec, probes) for spec in target.probes))
        progress()
        return Answer(target, tuple(zip(target.probes, outcomes, strict=True)))

    tasks: list[asyncio.Task[Answer]] = []
    async with asyncio.TaskGroup() as group:
        for target in targets:
            tasks.append(group.create_task(poll(target)))
            if len(tasks) % _LAUNCHED_AT_ONCE == 0:
                await asyncio.sleep(0)
    return [task.result() for task in tasks]


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
