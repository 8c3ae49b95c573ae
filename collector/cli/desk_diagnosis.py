"""Whether the sources of cases answer, and how long ago they last were read whole."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace

from collector.cli.diagnosis import Diagnosis, Grade
from collector.cli.opening import Opened
from collector.domain.instants import DAY
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import SourceFailed, StoreUnavailable
from collector.services.local_time import local_time
from collector.settings.sources import SourceSettings
from collector.settings.sourcing import number_source, rest_source
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
    """A line for each source of cases and figures."""
    configured = work.settings.sources
    if not configured:
        return
    states = _states(work)
    failed = asyncio.run(_asked(work))
    for name, source in configured.items():
        if source.files is None:
            yield _of_api(work, source, failed.get(name), states.get(name))
        else:
            yield _of_files(work, source, states.get(name))


async def _asked(work: Opened) -> Mapping[str, SourceFailed]:
    """Why sources do not answer, by name; nothing of those that do."""
    asked = [source for source in work.settings.sources.values() if source.files is None]
    failures = await asyncio.gather(*(_failure(work, _once(source)) for source in asked))
    return {
        source.name: failure
        for source, failure in zip(asked, failures, strict=True)
        if failure is not None
    }


def _once(source: SourceSettings) -> SourceSettings:
    """The source, asked without patience."""
    retry = source.options.retry.model_copy(update={"attempts": 1})
    return replace(source, options=source.options.model_copy(update={"retry": retry}))


async def _failure(work: Opened, source: SourceSettings) -> SourceFailed | None:
    desk = rest_source(work.settings, source)
    number = number_source(work.settings, source)
    try:
        if desk is not None:
            state = SourceState(source.name, watermark=work.now)
            async for _ in desk.pages(state, work.now):
                break
        elif number is not None:
            await number.fetch(work.now)
    except SourceFailed as failed:
        return failed
    finally:
        for each in (desk, number):
            if each is not None:
                await each.close()
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
        return "never read to its end"
    return f"last read to its end {local_time(state.complete_at, work.settings.zone)}"


def _last_file(work: Opened, state: SourceState | None) -> str:
    if state is None or state.complete_at is None:
        return "none taken in yet"
    return f"the last was taken in {local_time(state.complete_at, work.settings.zone)}"
