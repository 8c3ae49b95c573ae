"""Saying once when something goes away and once when it is back."""

import asyncio
import logging

import pytest

from collector.domain.events import Event, EventKind
from collector.domain.instants import HOUR, MINUTE, SECOND
from collector.domain.machine import Watch
from collector.domain.states import Change, State
from collector.domain.targets import Kind, Polling, ProbeSpec, Target
from collector.services.announce import Announcer

START = 1_000 * HOUR
SPEC = (ProbeSpec("icmp", "icmp", MINUTE, 2 * SECOND),)


class Book:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def change(self, change: Change) -> None:
        pass

    def event(self, event: Event) -> None:
        self.events.append(event)

    def answered(self, target: int, at: int) -> None:
        pass


class Scene:
    """Watches whose states are set, and what is said of them."""

    def __init__(self, caplog: pytest.LogCaptureFixture, **parents: str | None) -> None:
        self.book = Book()
        self.announcer = Announcer(self.book)
        self.caplog = caplog
        caplog.set_level(logging.INFO)
        self.watches = {
            name: Watch(
                n,
                Target(name, Kind.SWITCH, "laxa", "192.0.2.1", SPEC, parent=parent),
                self.book,
            )
            for n, (name, parent) in enumerate(parents.items(), 1)
        }

    def becomes(self, name: str, state: State, minute: float) -> None:
        self.watches[name].emitted.append((START + round(minute * MINUTE), state))

    def said(self, minute: float, in_work: frozenset[int] = frozenset()) -> list[str]:
        """What a review says."""
        self.caplog.clear()
        now = START + round(minute * MINUTE)
        asyncio.run(self.announcer.review(self.watches, Polling(), now, in_work))
        return [record.getMessage() for record in self.caplog.records]


def test_a_target_is_said_to_be_down_once_and_up_again_once(caplog):
    scene = Scene(caplog, switch=None)
    scene.becomes("switch", State.UP, 0)
    assert scene.said(1) == []
    scene.becomes("switch", State.DOWN, 2)
    assert scene.said(3) == ["switch is down"]
    assert scene.said(4) == []
    scene.becomes("switch", State.UP, 7)
    assert scene.said(8) == ["switch is up again after 300 s"]
    assert scene.said(9) == []


def test_what_is_behind_something_down_is_not_said_alone(caplog):
    scene = Scene(caplog, switch=None, ap="switch")
    for name in ("switch", "ap"):
        scene.becomes(name, State.UP, 0)
        scene.becomes(name, State.DOWN, 2)
    assert scene.said(3) == ["switch is down"]
    scene.becomes("switch", State.UP, 5)
    assert scene.said(6) == ["switch is up again after 180 s", "ap is down"]


def test_what_is_behind_something_suspected_waits(caplog):
    scene = Scene(caplog, switch=None, ap="switch")
    for name in ("switch", "ap"):
        scene.becomes(name, State.UP, 0)
    scene.becomes("ap", State.DOWN, 2)
    scene.watches["switch"].checks[0].failing_since = START + 2 * MINUTE
    assert scene.said(3) == []
    scene.watches["switch"].checks[0].failing_since = None
    assert scene.said(4) == ["ap is down"]


def test_a_service_is_said_to_be_down_with_the_nodes_that_are(caplog):
    scene = Scene(caplog, a=None, b=None, esb=None, ap="esb")
    watches = scene.watches
    target = Target("esb", Kind.INTEGRATION_PLATFORM, "laxa", "", (), members=("a", "b"))
    watches["esb"] = esb = Watch(9, target, scene.book)
    for name in ("a", "b", "ap"):
        scene.becomes(name, State.UP, 0)
    esb.compose((watches["a"], watches["b"]), START)
    scene.becomes("a", State.DOWN, 2)
    esb.reconsider(START + 2 * MINUTE)
    assert scene.said(3) == ["a is down"]
    scene.becomes("ap", State.DOWN, 4)
    watches["b"].checks[0].failing_since = START + 4 * MINUTE
    assert scene.said(5) == []
    scene.becomes("b", State.DOWN, 4)
    esb.reconsider(START + 4 * MINUTE)
    assert scene.said(6) == ["b is down", "esb (a: down, b: down) is down"]


def test_a_flapping_target_is_marked_once_and_its_changes_are_not_told(caplog):
    scene = Scene(caplog, switch=None)
    told = []
    for minute in range(0, 24, 2):
        scene.becomes("switch", State.DOWN if minute % 4 else State.UP, minute)
        told += scene.said(minute + 0.5)
    assert told == [
        "switch is down",
        "switch is up again after 120 s",
        "switch is down",
        "switch is up again after 120 s",
        "switch is flapping, its changes are counted but not told",
    ]
    assert scene.announcer.flapping == {1}
    assert [event.kind for event in scene.book.events] == [EventKind.FLAPPING]


def test_a_flapping_target_is_steady_again_when_it_has_kept_still(caplog):
    scene = Scene(caplog, switch=None)
    for minute in range(0, 12, 2):
        scene.becomes("switch", State.DOWN if minute % 4 else State.UP, minute)
    scene.said(12)
    assert scene.announcer.flapping == {1}
    scene.becomes("switch", State.UP, 12)
    assert scene.said(40) == []
    assert scene.said(75) == ["switch is steady again: up"]
    assert [event.kind for event in scene.book.events][-1] is EventKind.STEADY


def test_of_what_somebody_works_on_nothing_is_said_until_they_are_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene(caplog, a=None, b=None)
    for name in ("a", "b"):
        scene.becomes(name, State.DOWN, 1)
    assert scene.said(2, frozenset({1})) == ["b is down"]
    scene.becomes("b", State.UP, 3)
    assert scene.said(4, frozenset({1, 2})) == []
    assert scene.said(5) == ["a is down", "b is up again after 120 s"]
