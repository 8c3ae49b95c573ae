"""What the terminal says: where to look, what happens, and what Driftkoll sees of it."""

import re
import shutil
import textwrap
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from collector.demo.desk import Happened
from collector.demo.desk_story import What as CaseMove
from collector.demo.desk_words import OPEN, RESOLVED
from collector.demo.faults import Step, What
from collector.demo.organisation import Device, behind

Say = Callable[[str], None]
"""Prints to the user."""

_MARKS = ("degraded", "flapping")
_STATES = ("up", "down", "unreachable", "maintenance", "unknown")
_COUNT = re.compile(r'^driftkoll_targets\{.*state="(\w+)".*\} (\S+)$', re.MULTILINE)
_FETCHED = re.compile(r"^driftkoll_source_last_success_timestamp_seconds\{", re.MULTILINE)
_MARKED = r"^driftkoll_target_%s\{.*\} 1(?:\.0)?$"
_LOOK_EVERY, _SETTLED = 2.0, 2
"""Seconds between two looks, and how many of them have to agree before they are told."""


def invitation(
    texts: Mapping[str, str],
    *,
    targets: int,
    url: str,
    config: Path,
    command: str,
    year: str,
    month: str,
) -> Iterable[str]:
    """The lines that say where to look; `year` is the running one, `month` one worth looking at."""
    pages = {f"{url}/": "page", f"{url}/metrics": "metrics"}
    commands = {
        f"status --period {year} -c {config}": "try.year",
        f"status --period {month} -c {config}": "try.bad_month",
        f"indicator show availability -c {config}": "try.detail",
        f"outages list --period 30d -c {config}": "try.outages",
        f"cases status -c {config}": "try.cases",
        f"indicator show servicedesk_resolution_share --period {month} --cases -c {config}": (
            "try.share"
        ),
        f"doctor --rollout -c {config}": "try.rollout",
    }
    yield ""
    yield texts["title"].format(organisation=texts["organisation"], targets=targets)
    yield ""
    for address, text in pages.items():
        yield f"  {address:<32}{texts[text]}"
    yield ""
    yield texts["try"]
    for arguments, text in commands.items():
        yield f"  {command} {arguments}"
        yield f"      {texts[text]}"
    yield ""
    yield texts["files"].format(folder=config.parent)
    yield texts["stop"]
    yield ""


class Commentary:
    """Says what happens, each line with the time."""

    def __init__(self, texts: Mapping[str, str], devices: Sequence[Device], say: Say) -> None:
        self._texts = texts
        self._devices = devices
        self._say = say

    def tell(self, happens: Step | Happened) -> None:
        """A fault begins or ends, or something happens to a case."""
        if isinstance(happens, Happened):
            self._line(_of_case(happens, self._texts))
        else:
            self._tell_step(happens)

    def _tell_step(self, step: Step) -> None:
        key = f"{step.fault.what}.{'begins' if step.begins else 'ends'}"
        if step.fault.what is What.BLIP and not step.begins:
            return
        self._line(
            self._texts[key].format(
                target=step.fault.target, behind=self._behind(step.fault.target)
            )
        )

    def watch(self, url: str, ended: threading.Event) -> None:
        """Say how many targets are in which state, when that has changed and settled; once, that
        the cases are there."""
        told, seen, agreed = "", "", 0
        fetched = False
        while not ended.wait(_LOOK_EVERY):
            try:
                with urllib.request.urlopen(f"{url}/metrics", timeout=2) as answer:  # noqa: S310 - our own page
                    metrics = answer.read().decode()
            except OSError:
                continue
            if not fetched and _FETCHED.search(metrics):
                fetched = True
                self._line(self._texts["fetched"])
            now = self._counts(metrics)
            agreed = agreed + 1 if now == seen else 1
            seen = now
            if agreed == _SETTLED and seen != told:
                told = seen
                self._line(self._texts["sees"].format(counts=seen))

    def _counts(self, metrics: str) -> str:
        counts: Counter[str] = Counter()
        for state, number in _COUNT.findall(metrics):
            counts[state] += round(float(number))
        marked = {mark: len(re.findall(_MARKED % mark, metrics, re.MULTILINE)) for mark in _MARKS}
        said = {state: self._texts[state].format(n=counts[state]) for state in _STATES}
        if marked["degraded"]:
            said["up"] += self._texts["degraded"].format(n=marked["degraded"])
        parts = [text for state, text in said.items() if counts[state]]
        if marked["flapping"]:
            parts.append(self._texts["flapping"].format(n=marked["flapping"]))
        return ", ".join(parts)

    def _behind(self, name: str) -> str:
        kinds = Counter(device.kind.value for device in behind(self._devices, name))
        if not kinds:
            return ""
        parts = [
            self._texts[f"{kind}.1" if n == 1 else kind].format(n=n)
            for kind, n in kinds.most_common()
        ]
        *most, last = parts
        what = self._texts["and"].join([", ".join(most), last]) if most else last
        return self._texts["behind"].format(what=what)

    def _line(self, text: str) -> None:
        clock = f"{datetime.fromtimestamp(time.time()).astimezone():%H:%M:%S}  "
        width = shutil.get_terminal_size().columns
        self._say(textwrap.fill(clock + text, width, subsequent_indent=" " * len(clock)))


def _of_case(happened: Happened, texts: Mapping[str, str]) -> str:
    """What happened to a case, in words."""
    id_, kind, category, site, queue, before, move = happened
    key = "new"
    if move is not None:
        key = move.what.value
        if move.what is CaseMove.STATUS:
            key = "again" if move.to == OPEN and before == RESOLVED else move.to
    return texts[f"case.{key}"].format(
        id=id_,
        kind=kind.lower(),
        category=category,
        site=f", {site}" if site else "",
        queue=queue,
        to=move.to if move else "",
    )


def answers(url: str, ended: threading.Event) -> bool:
    """Wait until the agent says that it is ready; False if the demo ended before."""
    while not ended.wait(0.1):
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=2):  # noqa: S310 - our own page
                return True
        except OSError:
            continue
    return False
