"""The demo: the simulator, the history, the configuration and the very same agent as ever."""

import fcntl
import json
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from collector import app
from collector.demo.commentary import Commentary, Say, answers, invitation
from collector.demo.configuration import DATABASE, write_configuration
from collector.demo.desk_story import Sessions
from collector.demo.history import BAD_MONTH, beginning, history, month_before
from collector.demo.organisation import ZONE, organisation
from collector.demo.seeding import MADE_UP_UNTIL, attest, seed
from collector.demo.simulation import Simulation, SimulationError, simulation
from collector.domain.events import EventKind
from collector.domain.instants import Instant
from collector.store import open_store

LOG = "driftkoll.log"
SESSIONS = "sessions.json"

_STDOUT = 1


class DemoError(Exception):
    """The demo cannot run here and now: one line for the user."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was asked for; `command` is how the user calls driftkoll, `say` prints to them."""

    folder: Path
    months: int
    listen: tuple[str, int]
    language: str
    texts: Mapping[str, str]
    fresh: bool
    command: str
    say: Say


def run(demo: Demo) -> int:
    """Run the demo in the foreground until it is told to stop; its exit status. DemoError where it
    cannot run here, ListenError where somebody else has taken its port meanwhile."""
    must_be_free(demo.listen)
    with (
        _alone_in(demo.folder),
        (demo.folder / LOG).open("w", encoding="utf-8") as log,
        simulation(log) as simulated,
    ):
        until = _made_up(demo)
        sessions = _sessions(demo)
        try:
            ports = simulated.wait_until_ready()
        except SimulationError:
            raise DemoError(f"the simulated devices did not start; see {log.name}") from None
        config = write_configuration(
            demo.folder,
            organisation(),
            listen=_address(demo.listen),
            language=demo.language,
            texts=demo.texts,
            ports=ports,
        )
        return _run_agent(demo, config, until, sessions, simulated, log)


def must_be_free(listen: tuple[str, int]) -> None:
    """DemoError, with the remedy, where the address cannot be listened on."""
    host, port = listen
    try:
        with socket.create_server((host, port), family=_family(host)):
            return
    except OSError as error:
        another = f"[{host}]:{port + 1}" if ":" in host else f"{host}:{port + 1}"
        raise DemoError(
            f"cannot listen on {_address(listen)}: {os.strerror(error.errno or 0)}; "
            f"stop what listens there, or give --listen {another}"
        ) from None


def _made_up(demo: Demo) -> Instant:
    """Make the history where there is none yet; until when it is made up."""
    database = demo.folder / DATABASE
    if demo.fresh:
        for file in demo.folder.glob(f"{DATABASE}*"):
            file.unlink()
    now = app.SystemClock().now()
    if not database.exists():
        demo.say(demo.texts["preparing"].format(months=demo.months))
        _make(demo, database, now)
        return now
    demo.say(demo.texts["resuming"].format(folder=demo.folder))
    store = open_store(f"sqlite:///{database}", create=True)
    try:
        started = store.events(0, now, [EventKind.STARTED])
    finally:
        store.close()
    return int(started[0].detail.get(MADE_UP_UNTIL, now)) if started else now


def _make(demo: Demo, database: Path, now: Instant) -> None:
    """Write the history into another file first: one that is broken off is no half of one."""
    unfinished = database.with_name("unfinished.db")
    for file in demo.folder.glob(f"{unfinished.name}*"):
        file.unlink()
    store = open_store(f"sqlite:///{unfinished}", create=True)
    try:
        past = history(organisation(), demo.months, now, ZONE)
        seed(store, past, demo.texts["author"], demo.texts["planned"])
        attest(store, past, demo.texts["author"], demo.texts["attested"])
    finally:
        store.close()
    (demo.folder / SESSIONS).unlink(missing_ok=True)
    unfinished.rename(database)


def _sessions(demo: Demo) -> Sessions:
    """When the demos on this history began, this one last: the servicedesk had cases in each."""
    file = demo.folder / SESSIONS
    now = app.SystemClock().now()
    if file.exists():
        since, starts = json.loads(file.read_text(encoding="utf-8"))
    else:
        since, starts = beginning(demo.months, now, ZONE), []
    file.write_text(json.dumps([since, [*starts, now]]), encoding="utf-8")
    return Sessions(since, (*starts, now))


def _run_agent(
    demo: Demo,
    config: Path,
    until: Instant,
    sessions: Sessions,
    simulated: Simulation,
    log: TextIO,
) -> int:
    """Run the agent, with the commentary in threads of its own."""
    ended = threading.Event()
    commenting = threading.Thread(
        target=_comment, args=(demo, config, until, simulated, ended, log.name), daemon=True
    )
    commenting.start()
    simulated.begin(sessions)
    try:
        with redirect_stderr(log):
            status = app.run(config)
    finally:
        ended.set()
    demo.say(demo.texts["bye"])
    return status


def _comment(
    demo: Demo,
    config: Path,
    until: Instant,
    simulated: Simulation,
    ended: threading.Event,
    log: str,
) -> None:
    url = f"http://{_address(demo.listen)}"
    if not answers(url, ended):
        return
    devices = organisation()
    lines = invitation(
        demo.texts,
        targets=len(devices),
        url=url,
        config=config,
        command=demo.command,
        year=month_before(app.SystemClock().now(), ZONE, 0)[:4],
        month=month_before(until, ZONE, BAD_MONTH),
    )
    demo.say("\n".join(lines))
    commentary = Commentary(demo.texts, devices, demo.say)
    for work in (lambda: commentary.watch(url, ended), lambda: _follow_audience(ended)):
        threading.Thread(target=work, daemon=True).start()
    for step in simulated.steps():
        commentary.tell(step)
    if not ended.is_set():
        demo.say(demo.texts["gone"].format(log=log))


def _follow_audience(ended: threading.Event) -> None:
    """End the demo when nobody can see it any more: its terminal was closed, or its reader left."""
    audience = select.poll()
    audience.register(_STDOUT, 0)
    while not ended.wait(1):
        if audience.poll(0):
            os.kill(os.getpid(), signal.SIGTERM)
            return


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second demo out of the folder as long as this one runs."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w", encoding="utf-8")
    except OSError as error:
        raise DemoError(
            f"cannot write to {folder}: {error.strerror}; give --folder with a place of your own"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DemoError(
                f"another demo runs in {folder}; stop it, or give --folder with another place"
            ) from None
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _address(listen: tuple[str, int]) -> str:
    host, port = listen
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
