"""`driftkoll poll`: every target, or those named, once."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from collector.cli.answers import as_json, details, overview, summary, troubled
from collector.cli.opening import Opened, opened
from collector.cli.options import ConfigFile, Format, KindWord, OutputFormat, SiteKey, new_app
from collector.cli.output import emit, emit_json
from collector.cli.polling import poll_targets
from collector.domain.states import State
from collector.domain.targets import Target

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
        emit_json({"summary": summary(answers), "targets": [as_json(each) for each in answers]})
    elif names:
        emit(details(work.words, answers))
    else:
        emit(overview(work, answers))
        not_up = [each for each in answers if each.state is not State.UP]
        if not_up:
            emit("", f"{work.words['not_up']}:", "", troubled(work, not_up))
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
