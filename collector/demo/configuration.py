"""The configuration that the demo writes: a file to look at and to copy."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from collector.demo.organisation import (
    COMMUNITY,
    NEVER_ANSWERS,
    SENTINELS,
    SITES,
    WRONG_COMMUNITY,
    Device,
)

DATABASE = "driftkoll.db"
TARGETS = "targets.csv"

_PLATFORMS = {
    "esb-1": """/health
          preset: health_json
          messages:
            sent: checks."messages:sent"[0].observedValue
            failed: checks."messages:failed"[0].observedValue""",
    "meddelandeko-1": """
          preset: rabbitmq
          username: demo
          password: demo""",
}
"""Each one's path, and what it is asked."""

_WRONG = "gammal"
_COLUMNS = ("name", "kind", "site", "address", "probes", "parent", "snmp_profile", "snmp_port")


def write_configuration(
    folder: Path,
    devices: Sequence[Device],
    *,
    listen: str,
    language: str,
    texts: Mapping[str, str],
    snmp_port: int,
    http_port: int,
) -> Path:
    """Write the YAML file and its list of targets; the YAML file's path."""
    file = folder / "driftkoll.yaml"
    file.write_text(
        _yaml(listen, language, texts, _platforms(devices, snmp_port, http_port)), encoding="utf-8"
    )
    # With a byte order mark, as a sheet that Excel saved: so å, ä and ö open right there too.
    (folder / TARGETS).write_text(_csv(devices, snmp_port), encoding="utf-8-sig")
    return file


def _yaml(listen: str, language: str, texts: Mapping[str, str], platforms: str) -> str:
    comment = "".join(f"# {line}\n" for line in texts["file"].splitlines())
    sites = "".join(f"  {key}: {name}\n" for key, name in SITES.items())
    return f"""\
{comment}
organisation: {texts["organisation"]}
timezone: Europe/Stockholm
language: {language}
database: sqlite:///{DATABASE}
listen: "{listen}"

sites:
{sites}
polling:
  interval: 5s          # {texts["polling"]}
  timeout: 500ms
  confirmations: 2
  retry_interval: 1s
  sentinels: [{", ".join(SENTINELS)}]   # {texts["sentinels"]}

snmp:
  profiles:
    default: {{community: {COMMUNITY}}}
    {_WRONG}: {{community: {WRONG_COMMUNITY}}}   # {texts["wrong"]}

targets:
  - file: {TARGETS}
{platforms}"""


def _platforms(devices: Sequence[Device], snmp_port: int, http_port: int) -> str:
    """The integration platforms, whose probes say more than a row of a CSV file can."""
    return "".join(
        f"""\
  - name: {device.name}
    kind: {device.kind.value}
    site: {device.site}
    address: {device.address}
    parent: {device.parent}
    probes:
      - snmp: {{port: {snmp_port}}}
      - http:
          url: http://{device.address}:{http_port}{_PLATFORMS[device.name]}
          latency_warn: 400ms
          timeout: 1s
"""
        for device in devices
        if device.name in _PLATFORMS
    )


def _csv(devices: Sequence[Device], snmp_port: int) -> str:
    written = StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\n")
    rows.writerow(_COLUMNS)
    for device in devices:
        if device.name in _PLATFORMS:
            continue
        profile = _WRONG if device.name == NEVER_ANSWERS else "default"
        rows.writerow(
            (
                device.name,
                device.kind.value,
                device.site,
                device.address,
                "snmp",
                device.parent or "",
                profile,
                snmp_port,
            )
        )
    return written.getvalue()
