"""The command line and the agent of Driftkoll, as other processes see them."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from prometheus_client.parser import text_string_to_metric_families
from support.network import Namespace
from support.programs import wait_until
from support.relay import enter

DRIFTKOLL = Path(sys.executable).with_name("driftkoll")


class Run(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.out)


def run_driftkoll(
    *arguments: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str = "",
    namespace: Namespace | None = None,
    timeout: float = 60,
) -> Run:
    """Run `driftkoll ARGUMENTS` to its end; DRIFTKOLL_CONFIG of this process is not handed on."""
    command = [str(DRIFTKOLL), *map(str, arguments)]
    done = subprocess.run(
        namespace.inside(*command) if namespace else command,
        env=_environment(env),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def write_config(directory: Path, listen: str, **settings: object) -> Path:
    """Write a configuration file with a database beside it; `settings` are its other keys."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "driftkoll.yaml"
    whole = {"organisation": "Test", "database": "sqlite:///driftkoll.db", "listen": listen}
    path.write_text(yaml.safe_dump(whole | settings, sort_keys=False, allow_unicode=True))
    return path


class Metrics:
    """One scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def all(self, name: str, **labels: str) -> list[tuple[dict[str, str], float]]:
        """Labels and value of each sample of that name whose labels include these."""
        return [
            (sample.labels, sample.value)
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    def value(self, name: str, **labels: str) -> float | None:
        """The one sample's value; None where there is none, AssertionError where there are more."""
        found = self.all(name, **labels)
        assert len(found) <= 1, f"{name}{labels} is {len(found)} samples"
        return found[0][1] if found else None


class Agent:
    """`driftkoll run` on a configuration file, started, stopped and read from outside."""

    def __init__(
        self,
        config: Path,
        namespace: Namespace | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self.log = config.with_suffix(".log")
        self._namespace = namespace
        # A thread of its own, since a thread may move to another network namespace.
        self._inside = ThreadPoolExecutor(
            1,
            initializer=enter if namespace else None,
            initargs=(namespace.name,) if namespace else (),
        )
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, by its configuration."""
        return f"http://{yaml.safe_load(self.config.read_text())['listen']}"

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None
        return self._process.pid

    def start(self, ready: bool = True) -> "Agent":
        """Start, and (unless told otherwise) wait until it says that it is ready."""
        command = [str(DRIFTKOLL), "run", "-c", str(self.config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._namespace.inside(*command) if self._namespace else command,
                env=_environment(self._env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if ready:
            wait_until(self.ready, "the agent is ready", 60, self.log)
        return self

    def ready(self) -> bool:
        """Whether /-/ready says 200; AssertionError when the process has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the agent ended: {self.log.read_text(errors='replace')}")
        try:
            self.get("/-/ready")
        except OSError:
            return False
        return True

    def get(self, path: str) -> str:
        """The body of a page; OSError unless the answer is 2xx."""
        return self._inside.submit(_fetch, self.url + path).result()

    def metrics(self) -> Metrics:
        """A scrape of /metrics."""
        return Metrics(self.get("/metrics"))

    def wait_for(self, name: str, wanted: float | None, seconds: float = 30, **labels: str) -> None:
        """Wait until the metric has the value (None: is absent)."""
        wait_until(
            lambda: self.metrics().value(name, **labels) == wanted,
            f"{name}{labels} is {wanted}",
            seconds,
            self.log,
        )

    def send(self, number: int) -> None:
        """Send a signal, such as SIGHUP."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 20) -> tuple[int, float]:
        """Stop it by a signal; its exit status and the seconds that it took."""
        assert self._process is not None
        asked = time.monotonic()
        self._process.send_signal(number)
        status = self._process.wait(seconds)
        self._process = None
        return status, time.monotonic() - asked

    def close(self) -> None:
        """End it by force if it still runs."""
        self._inside.shutdown()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _fetch(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            body: bytes = answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        raise
    return body.decode()


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "DRIFTKOLL_CONFIG"}
    return environment | dict(extra or {})
