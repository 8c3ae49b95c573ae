"""What the demo and its simulator say to each other, a line each."""

import json

from collector.demo.desk import Happened
from collector.demo.desk_story import Move, Sessions, What
from collector.demo.faults import Fault, Step
from collector.demo.faults import What as Trouble
from collector.demo.organisation import Ports

_READY = "ready"


def ready(ports: Ports) -> str:
    """What the simulator says once all of its devices listen."""
    return f"{_READY} {' '.join(map(str, ports))}"


def ports_of(line: str) -> Ports | None:
    """The ports of a simulator that is ready; None where it says anything else."""
    word, *numbers = line.split() or [""]
    return Ports(*map(int, numbers)) if word == _READY else None


def begin(sessions: Sessions) -> str:
    """What the demo says for the script to begin, and what the servicedesk is to know."""
    return json.dumps(sessions)


def begun(line: str) -> Sessions | None:
    """What the servicedesk is to know; None where the demo has ended instead."""
    if not line:
        return None
    since, starts = json.loads(line)
    return Sessions(since, tuple(starts))


def as_line(happens: Step | Happened) -> str:
    """A step or what happened to a case, as the simulator tells it."""
    return json.dumps([isinstance(happens, Step), happens])


def told(line: str) -> Step | Happened:
    """The step or the case that a line tells of."""
    is_step, said = json.loads(line)
    if is_step:
        at, begins, (start, end, what, target) = said
        return Step(at, begins, Fault(start, end, Trouble(what), target))
    *case, moved = said
    move = Move(moved[0], What(moved[1]), moved[2]) if moved else None
    return Happened._make([*case, move])
