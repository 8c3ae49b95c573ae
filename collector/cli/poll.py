"""`driftkoll poll`: every target, or those named, once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, Format, KindWord, OutputFormat, SiteKey, new_app
from collector.cli.output import Cell, Column, emit, emit_json, table
from collector.cli.polling import poll_targets
from collector.domain.samples import Outcome, Result
from collector.domain.states import State
from collector.domain.targets import Target
from collector.language import Words
from collector.services.poll_once import Answer

app = new_app()

_LONG_LIST = 20


@app.command()
def poll(
    config: ConfigFile = None,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[TARGET]...", help="All where none is named.")
    ] = None,
    site: SiteKey = None,
    kind: KindWord = None,
    output: OutputFormat = Format.TABLE,
) -> None:
    """Poll targets once and print the answers; store nothing.

    A probe that fails is asked once more, with several packets, before it counts. The exit status
    is 1 when a target is down.

    \b
    Examples:
      driftkoll poll -c driftkoll.yaml --site laxa
      driftkoll poll -c driftkoll.yaml gw-core srv-ad-1
    """
    work = opened(config)
    chosen = _chosen(work, names or [], work.site(site), kind)
    others = _in_service(work, work.settings.targets)
    with _progress(len(chosen)) as progress:
        answers = asyncio.run(poll_targets(work.settings, chosen, progress, others))
    if output is Format.JSON:
        emit_json({"summary": _summary(answers), "targets": [_as_json(each) for each in answers]})
    elif names:
        emit(_details(work.words, answers))
    else:
        emit(_overview(work, answers))
        troubled = [each for each in answers if each.state is not State.UP]
        if troubled:
            emit("", f"{work.words['not_up']}:", "", _troubled(work, troubled))
    if any(answer.state is State.DOWN for answer in answers):
        raise typer.Exit(1)


def _chosen(work: Opened, names: Sequence[str], site: str | None, kind: str | None) -> list[Target]:
    known = {target.name: target for target in work.settings.targets}
    for name in names:
        work.one_of("target", name, known)
    return [
        target
        for target in _in_service(
            work, [known[name] for name in dict.fromkeys(names)] or known.values()
        )
        if site in (None, target.site) and kind in (None, target.kind)
    ]


def _in_service(work: Opened, targets: Iterable[Target]) -> list[Target]:
    return [it for it in targets if it.retired_at is None or it.retired_at > work.now]


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where somebody waits at a terminal for a long list."""
    console = Console(stderr=True)
    if total < _LONG_LIST or not console.is_terminal:
        yield lambda: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("poll", total=total)
        yield lambda: bar.advance(task)


def _summary(answers: Sequence[Answer]) -> list[dict[str, Any]]:
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


def _overview(work: Opened, answers: Sequence[Answer]) -> str:
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
        for row in _summary(answers)
    ]
    return table(columns, rows)


def _troubled(work: Opened, answers: Sequence[Answer]) -> str:
    words = work.words
    titles = ("object", "kind", "site", "address", "state", "reason")
    wraps = {"object": 12, "site": 10, "reason": 16}
    return table(
        [
            Column(words[title], wrap=wraps.get(title, 0), optional=title == "kind")
            for title in titles
        ],
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


def _details(words: Words, answers: Sequence[Answer]) -> str:
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
        [
            Column(
                words[titles[n]],
                "right" if titles[n] in ("rtt", "loss") else "left",
                wrap=wraps.get(titles[n], 0),
            )
            for n in filled
        ],
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


def _as_json(answer: Answer) -> dict[str, Any]:
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
