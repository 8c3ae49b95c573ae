"""`driftkoll demo` as a new user meets it."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.agent import DRIFTKOLL, Agent, Metrics, run_driftkoll
from support.ledger import Ledger
from support.programs import free_port, program, wait_until

from collector.domain.events import EventKind
from collector.domain.states import State

CASES = (
    "incident_handling_time",
    "request_handling_time",
    "servicedesk_resolution_share",
    "user_satisfaction",
    "changes_causing_disruption",
    "security_incidents",
)
VERDICTS = ("met", "partly", "missed")
VERDICT = "driftkoll_indicator_verdict"


class Demo(Agent):
    """`driftkoll demo` in a folder; what it says is in `said`."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        super().__init__(folder / "var" / "demo" / "driftkoll.yaml")
        self.folder = folder
        self.port = free_port()
        self.out, self.err = folder / "out", folder / "err"
        self.log = self.err
        self._arguments = arguments

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """What the terminal would show."""
        return self.out.read_text()

    def start(self, ready: bool = True) -> "Demo":
        command = [str(DRIFTKOLL), "demo", "--listen", f"127.0.0.1:{self.port}", *self._arguments]
        if os.geteuid() == 0:
            # Without any capability: an ordinary user as far as the network is concerned, who may
            # still read a Python that lies in root's own folder.
            rights = ("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
            command = [program("setpriv"), *rights, *command]
        with self.out.open("a") as out, self.err.open("a") as err:
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        if ready:
            wait_until(self.ready, "the demo is ready", 60, self.err)
        return self

    def children(self) -> list[Path]:
        """Its child processes, as they appear in /proc while they live."""
        listed = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [Path(f"/proc/{child}") for file in listed for child in file.read_text().split()]

    def states(self) -> dict[str, float]:
        """How many targets are in each state."""
        counts: dict[str, float] = {}
        for labels, number in self.metrics().all("driftkoll_targets"):
            counts[labels["state"]] = counts.get(labels["state"], 0) + number
        return {state: number for state, number in counts.items() if number}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A running demo of few months."""
    made = Demo(tmp_path, "--months", "3")
    try:
        yield made.start()
    finally:
        made.close()


def test_the_first_look_shows_targets_in_all_states_and_where_to_look_next(demo: Demo) -> None:
    wait_until(
        lambda: (
            demo.states().keys() == {"up", "down", "unreachable", "unknown"}
            and demo.states()["unknown"] == 1
        ),
        "targets in all states",
        seconds=60,
        log=demo.err,
    )
    states = demo.states()
    assert (states["down"], states["unreachable"]) == (1, 6)
    assert states["up"] > 50
    demo.wait_for("driftkoll_target_degraded", 1, target="esb-1")
    assert "Demo – Sydnärke (påhittad)" in demo.get("/")
    wait_until(lambda: "Driftkoll ser:" in demo.said, "the commentary", log=demo.out)
    assert f"{demo.url}/metrics" in demo.said
    assert "sw-laxa-skogsskolan slutar svara – 6 accesspunkter bakom den" in demo.said
    assert demo.err.read_text() == ""
    log = demo.config.with_suffix(".log").read_text()
    assert "level=error" not in log, log
    assert "HTTP Request" not in log, "a URL may hold a credential"


def test_the_commands_that_it_tells_to_try_work(demo: Demo) -> None:
    wait_until(lambda: "Ctrl-C" in demo.said, "the invitation", log=demo.out)
    commands = re.findall(r"^  (\S+) (.* -c \S+)$", demo.said, re.MULTILINE)
    assert len(commands) == 7
    for called, arguments in commands:
        assert Path(called) == DRIFTKOLL
        done = run_driftkoll(*arguments.split(), cwd=demo.folder)
        assert (done.status, done.err) == (0, ""), arguments
        assert done.out


def test_the_six_indicators_of_cases_have_values(demo: Demo) -> None:
    wait_until(
        lambda: demo.metrics().all(
            "driftkoll_source_last_success_timestamp_seconds", source="servicedesk"
        ),
        "the servicedesk was read",
        seconds=60,
        log=demo.config.with_suffix(".log"),
    )
    for indicator in CASES:
        said = run_driftkoll(
            *("indicator", "show", indicator, "--period", _month_before_last()),
            *("--format", "json", "-c", demo.config),
        )
        assert said.err == ""
        assert said.json["value"] is not None, said.json
        assert said.json["coverage"] > 0.9
        # A count is judged on the year to the month's end, of which this demo has three months.
        assert indicator == "security_incidents" or said.json["verdict"] in VERDICTS
    status = run_driftkoll("cases", "status", "-c", demo.config, "--format", "json")
    assert status.json["open"] > 50
    check = run_driftkoll("cases", "check", "-c", demo.config)
    assert (check.status, "Fråga" in check.out) == (1, True)
    wait_until(
        lambda: sum(n for _, n in demo.metrics().all("driftkoll_cases_open")) > 50,
        "open cases in /metrics",
        log=demo.err,
    )
    wait_until(
        lambda: (
            {labels["indicator"] for labels, _ in demo.metrics().all(VERDICT, window="month")}
            >= {*CASES} - {"security_incidents"}
        ),
        "the indicators in /metrics",
        log=demo.err,
    )


def test_cases_that_come_in_while_one_looks_on_are_read(demo: Demo) -> None:
    wait_until(lambda: "kommer in:" in demo.said, "a case", seconds=60, log=demo.out)
    found = re.search(r"Ärende (\d+) kommer in:", demo.said)
    assert found is not None

    def kept() -> bool:
        said = run_driftkoll("cases", "list", "-c", demo.config, "--format", "json")
        return found[1] in {case["id"] for case in said.json}

    wait_until(kept, "that case is kept", seconds=60, log=demo.config.with_suffix(".log"))


def _month_before_last() -> str:
    """The last one that somebody attested the register of security incidents for."""
    now = datetime.now(ZoneInfo("Europe/Stockholm"))
    months = now.year * 12 + now.month - 1 - 2
    return f"{months // 12}-{months % 12 + 1:02}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_five_seconds_and_leaves_nobody_behind(demo: Demo, number: int) -> None:
    children = demo.children()
    assert len(children) == 1
    status, _ = demo.stop(number, seconds=5)
    assert status == 0
    assert not children[0].exists()
    assert demo.err.read_text() == ""


def test_not_even_kill_leaves_the_simulator_behind(demo: Demo) -> None:
    (simulator,) = demo.children()
    demo.stop(signal.SIGKILL)
    wait_until(lambda: _is_gone(simulator), "the simulator is gone")


def _is_gone(process: Path) -> bool:
    """Whether a process has ended, taken note of by its parent or not."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_it_ends_when_nobody_can_see_it_any_more(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [DRIFTKOLL, "demo", "--months", "1", "--listen", listen],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "Ctrl-C" not in process.stdout.readline():
        assert process.poll() is None
    process.stdout.close()
    assert process.wait(10) in (0, 141)


def test_a_second_demo_goes_on_where_the_first_ended_and_the_time_between_is_unknown(
    demo: Demo,
) -> None:
    wait_until(lambda: demo.states().get("up", 0) > 50, "the first polls", log=demo.err)
    demo.stop()
    time.sleep(13)  # two and a half intervals, for which the last samples hold
    demo.start()
    wait_until(lambda: demo.states().get("up", 0) > 50, "the polls go on", log=demo.err)
    assert demo.metrics().value("driftkoll_target_restarts_total", target="dns-1") == 0
    demo.stop()
    ledger = Ledger(demo.config)
    states = [each.state for each in ledger.stretches()["dns-1"]]
    # made up, until the first poll, polled, until the second demo's first poll, polled
    assert states[-5:] == [State.UP, State.UNKNOWN, State.UP, State.UNKNOWN, State.UP]
    assert "Hittar på 3 månaders historik" in demo.said
    assert "Fortsätter på historiken" in demo.said


def test_a_port_that_is_taken_is_told_with_the_remedy(demo: Demo) -> None:
    taken = f"127.0.0.1:{demo.port}"
    done = run_driftkoll("demo", "--listen", taken, "--folder", "other", cwd=demo.folder)
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"cannot listen on {taken}: Address already in use; stop what listens there, "
        f"or give --listen 127.0.0.1:{demo.port + 1}\n"
    )
    assert not (demo.folder / "other").exists()


def test_two_demos_do_not_share_a_folder(demo: Demo) -> None:
    done = run_driftkoll("demo", "--listen", f"127.0.0.1:{free_port()}", cwd=demo.folder)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("another demo runs in var/demo; ")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("in the way")
    done = run_driftkoll("demo", "--listen", f"127.0.0.1:{free_port()}", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("cannot write to var/demo: ")
    assert "--folder" in done.err


def test_fresh_begins_anew(tmp_path: Path) -> None:
    demos = [Demo(tmp_path, "--months", "1"), Demo(tmp_path, "--months", "2", "--fresh")]
    starts = []
    for demo in demos:
        try:
            demo.start()
            demo.stop()
        finally:
            demo.close()
        starts.append(Ledger(demo.config).events(EventKind.STARTED)[0].at)
    assert starts[1] < starts[0]


def test_english_is_spoken_where_it_is_asked_for(tmp_path: Path) -> None:
    demo = Demo(tmp_path, "--months", "1", "--language", "en")
    try:
        demo.start()
        wait_until(lambda: "answers nothing" in demo.said or "falls silent" in demo.said, "it")
        assert "Demo – Sydnärke (made up)" in demo.get("/")
        assert isinstance(demo.metrics(), Metrics)
    finally:
        demo.close()
