"""Whether the sources of cases answer, and how long ago they last were read whole."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing

from collector.cli.diagnosis import Diagnosis, Grade
from collector.cli.opening import Opened
from collector.domain.instants import DAY, Instant
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import CaseSource, SourceFailed, StoreUnavailable
from collector.services.local_time import local_time
from collector.settings.sources import SourceSettings
from collector.settings.sourcing import case_sources
from collector.store import StoreError, open_store

_REMEDIES = {
    SourceFailure.UNAUTHORISED: "renew the credential, and see that its account is not locked",
    SourceFailure.FORBIDDEN: "give the account the rights that docs/handbok.md names for it",
    SourceFailure.NOT_FOUND: "check base_url, and that the API is switched on",
    SourceFailure.RATE_LIMITED: "read it less often (every), or ask for a higher limit",
    SourceFailure.TLS: "name the authority that signed its certificate (ca)",
    SourceFailure.UNREACHABLE: "check base_url, the firewall and the proxy",
    SourceFailure.TIMEOUT: "check the firewall; lower page_size or raise timeout if it is slow",
    SourceFailure.NOT_JSON: "check base_url",
    SourceFailure.WRONG_SHAPE: "check base_url; it may be another version than the preset is for",
}


def sources(work: Opened) -> Iterator[Diagnosis]:
    """A line for each source of cases."""
    configured = work.settings.sources
    if not configured:
        return
    states = _states(work)
    failed = asyncio.run(_asked(work))
    for name, source in configured.items():
        if source.declared is not None:
            yield _of_api(work, source, failed[name], states.get(name))
        elif source.files is not None:
            yield _of_files(work, source, states.get(name))


async def _asked(work: Opened) -> Mapping[str, SourceFailed | None]:
    """Why each source with an API did not answer; None for those that did."""
    made = [*case_sources(work.settings, patient=False)]
    answers = await asyncio.gather(*(_answer(source, work.now) for source in made))
    return {source.name: answer for source, answer in zip(made, answers, strict=True)}


async def _answer(source: CaseSource, now: Instant) -> SourceFailed | None:
    """Ask for what was changed just now."""
    try:
        async with aclosing(source.pages(SourceState(source.name, watermark=now), now)) as pages:
            async for _ in pages:
                break
    except SourceFailed as failed:
        return failed
    finally:
        await source.close()
    return None


def _states(work: Opened) -> Mapping[str, SourceState]:
    """Where reading the sources stands; nothing where the database tells nothing of it."""
    try:
        store = open_store(work.settings.database)
        try:
            return {name: store.source_state(name) for name in work.settings.sources}
        finally:
            store.close()
    except (StoreError, StoreUnavailable):  # told of as the database's own trouble
        return {}


def _of_api(
    work: Opened, source: SourceSettings, failed: SourceFailed | None, state: SourceState | None
) -> Diagnosis:
    last = _last_pass(work, state)
    if failed is not None:
        return Diagnosis(
            Grade.FAIL,
            f"source {source.name} ({source.preset}): {failed.failure}: {failed.message}; {last}",
            _REMEDIES.get(failed.failure, "try driftkoll cases sync"),
        )
    late = state is None or state.complete_at is None or work.now - state.complete_at > DAY
    return Diagnosis(
        Grade.WARN if late else Grade.OK,
        f"source {source.name} ({source.preset}): answers; {last}",
        "see that the agent runs, or read it with driftkoll cases sync" if late else "",
    )


def _of_files(work: Opened, source: SourceSettings, state: SourceState | None) -> Diagnosis:
    assert source.files is not None
    what, last = f"source {source.name} ({source.preset})", _last_file(work, state)
    folder = source.files.folder
    if folder is None:
        return Diagnosis(Grade.OK, f"{what}: files by driftkoll cases import; {last}")
    if not folder.is_dir():
        return Diagnosis(
            Grade.FAIL,
            f"{what}: {folder} is no folder; {last}",
            "make it, and let the agent's user write to it",
        )
    return Diagnosis(Grade.OK, f"{what}: takes up files in {folder}; {last}")


def _last_pass(work: Opened, state: SourceState | None) -> str:
    if state is None or state.complete_at is None:
        return "never read whole"
    return f"last read whole {local_time(state.complete_at, work.settings.zone)}"


def _last_file(work: Opened, state: SourceState | None) -> str:
    if state is None or state.complete_at is None:
        return "none taken in yet"
    return f"the last was taken in {local_time(state.complete_at, work.settings.zone)}"
