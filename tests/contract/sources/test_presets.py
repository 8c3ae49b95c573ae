"""Each preset against recorded answers of the shape that the system's documentation gives.

A folder of `recorded` has a desk's answers, invented but for their shape, and `desk.yaml`: what a
user says of it, what is answered where, what is asked, and the cases that come of it. Case 41 is
edited while the list is read.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import httpx
import pytest
import respx
import yaml

from collector.domain.cases import ReadCase
from collector.domain.instants import Instant, moment
from collector.domain.sources import SourceFailure, SourceState
from collector.ports import SourceFailed
from collector.settings.quantities import parse_moment
from collector.sources.declared import DeclaredSource
from collector.sources.presets import names
from collector.sources.rest import RestSource

RECORDED = Path(__file__).parent / "recorded"
ADDRESS = "https://desk.example"
UTC = ZoneInfo("UTC")
NOW = parse_moment("2026-03-09T12:00:00Z", UTC)
"""When the first pass begins: before case 41 is edited."""
SUMMER = parse_moment("2026-07-01T10:00:00Z", UTC)
"""The watermark of the next: a summer's morning, when no zone but UTC has UTC's time."""
NEXT = parse_moment("2026-07-01T11:00:00Z", UTC)
NEVER_KEPT = ("Hilda", "hilda", "Skrivaren hos", "hemlig.example")
INSTANTS = ("created", "changed", "first_response", "resolved", "closed", "satisfaction_at")


class Desk:
    """A recorded desk, and what it was asked."""

    def __init__(self, name: str) -> None:
        self.folder = RECORDED / name
        self.said: dict[str, Any] = yaml.safe_load((self.folder / "desk.yaml").read_text("utf-8"))
        self.asked: list[httpx.Request] = []
        given = {"preset": name, "base_url": ADDRESS, "page_size": 3, **self.said["given"]}
        self.declared = DeclaredSource.model_validate(given)

    def source(self) -> RestSource:
        return RestSource("desk", self.declared, sites=("laxa",), sleep=_at_once)

    def route(self, router: respx.MockRouter, answers: Mapping[str, str | Sequence[str]]) -> None:
        """Answer each `METHOD /path` with these files, one after the other."""
        for asked, files in answers.items():
            method, _, path = asked.partition(" ")
            listed = [files] if isinstance(files, str) else files
            answered = [self._response(file) for file in listed]
            router.route(method=method, url__startswith=ADDRESS, path=path).mock(
                side_effect=self._in_turn(answered)
            )

    def _response(self, file: str) -> httpx.Response:
        name, _, status = file.partition(" ")
        headers = self.said.get("headers", {}).get(name, {})
        content = (self.folder / f"{name}.json").read_bytes()
        return httpx.Response(
            int(status or 200),
            headers={"Content-Type": "application/json", **headers},
            content=content,
        )

    def _in_turn(self, answers: list[httpx.Response]) -> Any:
        left = list(answers)

        def answer(request: httpx.Request) -> httpx.Response:
            self.asked.append(request)
            assert left, f"asked once too often: {request.method} {request.url}"
            return left.pop(0)

        return answer


async def _at_once(_seconds: float) -> None:
    """No test waits."""


def read(
    desk: Desk, answers: Mapping[str, str | Sequence[str]], state: SourceState, now: Instant
) -> list[ReadCase]:
    """All that a pass gives, in the order in which it comes."""

    async def passed() -> list[ReadCase]:
        source = desk.source()
        try:
            cases: list[ReadCase] = []
            async for page in source.pages(state, now):
                assert list(page.unreadable) == []
                cases += page.cases
            return cases
        finally:
            await source.close()

    with respx.mock(assert_all_called=True) as router:
        desk.route(router, answers)
        return asyncio.run(passed())


def told(case: ReadCase) -> dict[str, Any]:
    """What a case says, as `desk.yaml` has it: words and times, without what is not known."""
    found: dict[str, Any] = {}
    for each in fields(case):
        value = getattr(case, each.name)
        if each.name in ("source", "id") or value in (None, "", {}, False):
            continue
        if each.name in INSTANTS:
            found[each.name] = _time(value)
        elif each.name == "statuses":
            found[each.name] = [f"{_time(it.at)} {it.status}" for it in value]
        elif each.name == "assignments":
            found[each.name] = [f"{_time(it.at)} {it.group}" if it.at else it.group for it in value]
        elif each.name in ("waiting", "scheduled"):
            found[each.name] = value / 1_000_000
        else:
            found[each.name] = str(value) if isinstance(value, Enum) else value
    return found


def _time(at: Instant) -> str:
    return moment(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def request_of(request: httpx.Request) -> dict[str, Any]:
    """A request as `desk.yaml` has it."""
    found: dict[str, Any] = {"ask": f"{request.method} {request.url.path}"}
    if request.url.query:
        listed = {key: request.url.params.get_list(key) for key in request.url.params}
        single = _unfolded({key: all_[0] for key, all_ in listed.items()})
        found["params"] = {k: v if len(listed[k]) == 1 else listed[k] for k, v in single.items()}
    if request.content:
        if request.headers["Content-Type"] == "application/json":
            found["json"] = json.loads(request.content)
        else:
            found["form"] = _unfolded(dict(parse_qsl(request.content.decode())))
    return found


def _unfolded(params: dict[str, str]) -> dict[str, Any]:
    """JSON within a parameter as what it says."""
    return {key: json.loads(value) if value[:1] == "{" else value for key, value in params.items()}


def test_each_preset_has_a_recorded_desk() -> None:
    recorded = {folder.name for folder in RECORDED.iterdir()}
    assert recorded == set(names())


@pytest.mark.parametrize("name", names())
def test_a_preset_asks_for_what_it_needs_with_the_credential(name: str) -> None:
    desk = Desk(name)
    read(desk, desk.said["answers"], SourceState("desk"), NOW)
    assert [request_of(request) for request in desk.asked] == desk.said["asked"]
    logins = desk.said.get("logins", 0)
    for index, request in enumerate(desk.asked):
        credential = desk.said["credential"] if index >= logins else desk.said.get("login", {})
        assert {key: request.headers.get(key) for key in credential} == credential


@pytest.mark.parametrize("name", names())
def test_a_preset_reads_all_that_it_can_serve_and_a_case_edited_meanwhile(name: str) -> None:
    desk = Desk(name)
    cases = read(desk, desk.said["answers"], SourceState("desk"), NOW)
    latest = {case.id: case for case in cases}
    assert {id_: told(case) for id_, case in latest.items()} == desk.said["cases"]
    versions = [(case.id, case.changed) for case in cases]
    assert len(versions) == len(set(versions)), "a version was given twice"


@pytest.mark.parametrize("name", names())
def test_no_preset_keeps_a_name_a_title_or_an_address(name: str) -> None:
    desk = Desk(name)
    cases = read(desk, desk.said["answers"], SourceState("desk"), NOW)
    assert [word for word in NEVER_KEPT if word in repr(cases)] == []


@pytest.mark.parametrize("name", names())
def test_the_next_pass_begins_at_the_watermark_in_the_systems_own_time(name: str) -> None:
    desk = Desk(name)
    state = SourceState("desk", watermark=SUMMER)
    read(desk, desk.said["next"]["answers"], state, NEXT)
    assert desk.said["next"]["since"] in json.dumps(
        [request_of(request) for request in desk.asked], ensure_ascii=False
    )


@pytest.mark.parametrize("name", names())
def test_a_refused_credential_is_told_as_that(name: str) -> None:
    desk = Desk(name)
    with pytest.raises(SourceFailed) as failed:
        read(desk, desk.said["refused"], SourceState("desk"), NOW)
    assert failed.value.failure is SourceFailure.UNAUTHORISED
    secrets = [str(value) for value in desk.said["given"].values()]
    assert [secret for secret in secrets if len(secret) > 8 and secret in str(failed.value)] == []
