"""The same targets at the same pace through Prometheus, blackbox_exporter and snmp_exporter.

`python -m bench.peers --targets 2000 --interval 10 --seconds 60`
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from bench import network, processes

PROGRAMS = ("prometheus", "prometheus-blackbox-exporter", "prometheus-snmp-exporter")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the three used in the window, by program; `up` is how many of the `probes` (two for
    each target) succeeded at its end."""

    polls: int
    up: int
    probes: int
    used: dict[str, processes.Usage]

    @property
    def milliseconds(self) -> float:
        """CPU of the three for one device poll (ICMP and SNMP), in milliseconds."""
        return 1000 * sum(used.cpu for used in self.used.values()) / self.polls


def parser() -> argparse.ArgumentParser:
    """The options of this benchmark."""
    options = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    options.add_argument("--targets", type=int, default=2000)
    options.add_argument("--interval", type=int, default=10, help="seconds between polls")
    options.add_argument("--seconds", type=int, default=60, help="length of the measured window")
    return options


def missing() -> str | None:
    """Which programs are not installed; None when all are."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return (
        f"not installed: {', '.join(absent)} (Debian packages of these names)" if absent else None
    )


def snmp_module() -> dict[str, Any]:
    """An snmp_exporter module that GETs the same three objects."""
    names = ("sysUpTime", "sysName", "sysObjectID")
    kinds = ("gauge", "DisplayString", "DisplayString")
    return {
        "bench": {
            "get": list(network.OIDS),
            "metrics": [
                {"name": name, "oid": oid.removesuffix(".0"), "type": kind, "help": name}
                for name, oid, kind in zip(names, network.OIDS, kinds, strict=True)
            ],
            "version": 2,
            "timeout": "2s",
            "retries": 2,
            "auth": {"community": network.COMMUNITY},
        }
    }


def job(name: str, path: str, module: str, exporter: int, targets: Sequence[str]) -> dict[str, Any]:
    """A scrape job that asks an exporter about each target."""
    return {
        "job_name": name,
        "metrics_path": path,
        "params": {"module": [module]},
        "static_configs": [{"targets": list(targets)}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": f"127.0.0.1:{exporter}"},
        ],
    }


@contextmanager
def running(
    directory: Path, addresses: Sequence[str], agent: int, interval: int
) -> Iterator[tuple[int, dict[str, int]]]:
    """The three programs over these targets; yields Prometheus's port and the process ids."""
    home = directory / "peers"
    home.mkdir()
    port, icmp, snmp = (network.free_port() for _ in PROGRAMS)
    prometheus = {
        "global": {"scrape_interval": f"{interval}s", "scrape_timeout": f"{min(interval, 9)}s"},
        "scrape_configs": [
            job("icmp", "/probe", "icmp", icmp, addresses),
            job("snmp", "/snmp", "bench", snmp, [f"{one}:{agent}" for one in addresses]),
        ],
    }
    icmp_module = {"prober": "icmp", "timeout": "2s", "icmp": {"preferred_ip_protocol": "ip4"}}
    for name, content in (
        ("prometheus.yml", prometheus),
        ("blackbox.yml", {"modules": {"icmp": icmp_module}}),
        ("snmp.yml", snmp_module()),
    ):
        (home / name).write_text(yaml.safe_dump(content, sort_keys=False))
    options = {
        "prometheus": ("prometheus.yml", port, f"--storage.tsdb.path={home / 'tsdb'}"),
        "prometheus-blackbox-exporter": ("blackbox.yml", icmp, "--log.level=error"),
        "prometheus-snmp-exporter": ("snmp.yml", snmp, "--log.level=error"),
    }
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in reversed(PROGRAMS):
            file, listen, extra = options[name]
            started[name] = processes.start(
                [
                    name,
                    f"--config.file={home / file}",
                    f"--web.listen-address=127.0.0.1:{listen}",
                    extra,
                ],
                home / f"{name}.log",
            )
        wait_until_ready(port)
        yield port, {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            processes.stop(process)


def wait_until_ready(port: int, seconds: float = 60.0) -> None:
    """Until Prometheus says that it is ready; TimeoutError when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("prometheus did not become ready")


def ask(port: int, query: str, at: float | None = None) -> float:
    """One number from Prometheus's query API, now or at an instant in seconds since the epoch; 0
    where the answer is empty."""
    parameters = {"query": query} | ({} if at is None else {"time": str(at)})
    url = f"http://127.0.0.1:{port}/api/v1/query?{urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=120) as answer:
        result = json.load(answer)["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


def measure(
    directory: Path, addresses: Sequence[str], agent: int, interval: int, seconds: int
) -> Cost:
    """Run the three over these targets for a warm-up of two intervals and then the window."""
    with running(directory, addresses, agent, interval) as (port, pids):
        time.sleep(2 * interval + 5)
        before = {name: processes.usage(pid) for name, pid in pids.items()}
        began = time.monotonic()
        time.sleep(seconds)
        after = {name: processes.usage(pid) for name, pid in pids.items()}
        window = time.monotonic() - began
        # sysUpTime and not up{}: the exporter's page is up also where the device did not answer
        up = int(ask(port, "sum(probe_success)") + ask(port, "count(sysUpTime)"))
    used = {
        name: processes.Usage(now.cpu - before[name].cpu, now.rss, now.pss, now.peak)
        for name, now in after.items()
    }
    polls = round(len(addresses) * window / interval)
    return Cost(polls, up, 2 * len(addresses), used)


def report(cost: Cost) -> Iterator[str]:
    """The figures as lines."""
    for name, used in cost.used.items():
        yield f"{name:29} CPU {used.cpu:6.2f} s   RSS {used.rss / 1e6:4.0f} MB"
    yield f"device polls {cost.polls}, probes up at the end {cost.up} of {cost.probes}"
    yield f"CPU per device poll {cost.milliseconds:.3f} ms"
    yield f"resident {sum(used.rss for used in cost.used.values()) / 1e6:.0f} MB"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; a machine without the programs is told so."""
    chosen = parser().parse_args(arguments)
    if reason := missing():
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory() as name, network.snmpd(Path(name)) as agent:
        addresses = network.addresses(chosen.targets)
        cost = measure(Path(name), addresses, agent, chosen.interval, chosen.seconds)
    print("\n".join(report(cost)))


if __name__ == "__main__":
    main()
