"""What targets answered when they were polled once: as tables, and as JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collector.cli.opening import Opened
from collector.cli.output import Cell, Column, table, titled
from collector.domain.samples import Outcome, Result
from collector.domain.states import State
from collector.language import Words
from collector.services.poll_once import Answer


def summary(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """How many of each site and kind are in which state."""
    counts: dict[tuple[str, str], Counter[State]] = {}
    for answer in answers:
        place = (answer.target.site, answer.target.kind.value)
        counts.setdefault(place, Counter())[answer.state] += 1
    return [
        {
            "site": site,
            "kind": kind,
            "count": states.total(),
            "up": states[State.UP],
            "down": states[State.DOWN],
            "unknown": states[State.UNKNOWN],
        }
        for (site, kind), states in sorted(counts.items())
    ]


def overview(work: Opened, answers: Sequence[Answer]) -> str:
    """The summary as a table."""
    words = work.words
    if not answers:
        return words["no_targets"]
    states = ("up", "down", "unknown")
    columns = [
        Column(words["site"], wrap=12),
        Column(words["kind"]),
        Column(words["count"], "right"),
        *(Column(words[f"state.{state}"], "right") for state in states),
    ]
    rows = [
        (
            work.settings.sites.get(row["site"], row["site"]),
            words.kinds(row["kind"]),
            str(row["count"]),
            *(Cell(str(row[state]), state if row[state] else "none") for state in states),
        )
        for row in summary(answers)
    ]
    return table(columns, rows)


def troubled(work: Opened, answers: Sequence[Answer]) -> str:
    """A table of targets that are not up, with why."""
    words = work.words
    titles = ("object", "kind", "site", "address", "state", "reason")
    wraps = {"object": 12, "site": 10, "reason": 16}
    return table(
        titled(words, titles, wraps=wraps, optional=("kind",)),
        [
            (
                answer.target.name,
                words.kind(answer.target.kind),
                work.settings.sites.get(answer.target.site, answer.target.site),
                answer.target.address,
                Cell(words.state(answer.state), answer.state.value),
                _reasons(words, answer),
            )
            for answer in answers
        ],
    )


def _reasons(words: Words, answer: Answer) -> str:
    """Each probe's reason, named where there are several; of what is made of members, theirs."""
    if answer.members:
        return "; ".join(
            f"{member.target.name}: {_reasons(words, member) or words.state(member.state)}"
            for member in answer.members
            if member.state is not State.UP
        )
    texts = [
        (spec.name, _reason(words, outcome)) for spec, outcome in answer.outcomes if outcome.reason
    ]
    if len(answer.outcomes) == 1:
        return "; ".join(text for _, text in texts)
    return "; ".join(f"{probe}: {text}" for probe, text in texts)


def _reason(words: Words, outcome: Outcome) -> str:
    text = words.reason(outcome.reason) if outcome.reason else ""
    return f"{text} ({outcome.message})" if outcome.message else text


_RESULTS: Mapping[Result, str] = {
    Result.UP: "up",
    Result.DEGRADED: "up",
    Result.DOWN: "down",
    Result.UNKNOWN: "unknown",
}


def details(words: Words, answers: Sequence[Answer]) -> str:
    """A table of what each probe found."""
    titles = ("object", "probes", "answer", "rtt", "loss", "device", "uptime", "reason")
    wraps = {"object": 12, "device": 12, "reason": 16}
    rows: list[tuple[str | Cell, ...]] = []
    for answer in _unfolded(answers):
        if answer.members:
            rows.append(_of_members(words, answer))
        for spec, outcome in answer.outcomes:
            facts = outcome.facts
            state = _RESULTS[outcome.result]
            named = "degraded" if outcome.result is Result.DEGRADED else f"state.{state}"
            rows.append(
                (
                    answer.target.name,
                    spec.name,
                    Cell(words[named], state),
                    "" if outcome.duration is None else words.milliseconds(outcome.duration),
                    "" if outcome.loss is None else words.percent(outcome.loss, 0),
                    facts.name if facts else "",
                    words.duration(facts.uptime * 10_000) if facts else "",
                    _reason(words, outcome),
                )
            )
    filled = [n for n in range(len(titles)) if n < 3 or any(_filled(row[n]) for row in rows)]
    return table(
        titled(words, [titles[n] for n in filled], right=("rtt", "loss"), wraps=wraps),
        [[row[n] for n in filled] for row in rows],
    )


def _unfolded(answers: Sequence[Answer]) -> Iterable[Answer]:
    """The answers, and those of members after the first that is made of them."""
    found: dict[str, Answer] = {}
    for answer in answers:
        for each in (answer, *answer.members):
            found.setdefault(each.target.name, each)
    return found.values()


def _of_members(words: Words, answer: Answer) -> tuple[str | Cell, ...]:
    target, state = answer.target, answer.state
    made_of = words["members_needed"].format(members=len(target.members), needs=target.needs)
    named = words["degraded"] if answer.degraded else words.state(state)
    return (target.name, made_of, Cell(named, state.value), "", "", "", "", "")


def _filled(cell: str | Cell) -> bool:
    return bool(cell.text if isinstance(cell, Cell) else cell)


def as_json(answer: Answer) -> dict[str, Any]:
    """All of an answer for machines; durations in seconds, losses as ratios."""
    target = answer.target
    return {
        "target": target.name,
        "kind": target.kind.value,
        "site": target.site,
        "address": target.address,
        "state": answer.state.value,
        "degraded": answer.degraded,
        "reason": answer.reason.value if answer.reason else None,
        "members": [
            {"target": member.target.name, "state": member.state.value} for member in answer.members
        ],
        "needs": target.needs if target.members else None,
        "probes": [
            {
                "probe": spec.name,
                "result": outcome.result.name.lower(),
                "reason": outcome.reason.value if outcome.reason else None,
                "message": outcome.message,
                "duration_seconds": outcome.duration,
                "loss_ratio": outcome.loss,
                "device": None
                if outcome.facts is None
                else {
                    "name": outcome.facts.name,
                    "object_id": outcome.facts.object_id,
                    "uptime_seconds": outcome.facts.uptime / 100,
                },
            }
            for spec, outcome in answer.outcomes
        ],
    }
