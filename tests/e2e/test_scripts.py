"""scripts/start hands on what the command says, and nothing else."""

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """scripts/start by a link from elsewhere; the environment must be there already, since a test
    fetches nothing."""
    if not (ROOT / ".venv" / "stamp").exists():
        pytest.skip("scripts/test has not set up this checkout's environment")
    link = tmp_path / "a link to start"
    link.symlink_to(ROOT / "scripts" / "start")
    return link


def _run(start: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "DRIFTKOLL_CONFIG"}
    return subprocess.run(
        [start, *arguments],
        cwd=start.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_start_hands_on_output_and_exit_status(start: Path) -> None:
    done = _run(start, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "driftkoll 0.1.0\n", "")


def test_start_hands_on_an_error_on_standard_error_alone(start: Path) -> None:
    done = _run(start, "check-config")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "no configuration: give -c FILE or set DRIFTKOLL_CONFIG\n"


def test_start_without_arguments_runs_the_demo(start: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has it: just as well
            taken.bind(("127.0.0.1", 9780))
            taken.listen()
        done = _run(start)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cannot listen on 127.0.0.1:9780: ")
    assert "--listen 127.0.0.1:9781" in done.stderr
