"""The configuration that the demo writes: a file to look at and to copy."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from collector.demo.organisation import (
    COMMUNITY,
    MAIL_GATEWAY,
    NEVER_ANSWERS,
    SENTINELS,
    SITES,
    WEB_SITE,
    WRONG_COMMUNITY,
    Device,
    Ports,
)

DATABASE = "driftkoll.db"
TARGETS = "targets.csv"

_LOOKED_UP = """\
      - dns:
          name: {web[0]}
          port: {ports.small}
          expect: {{exactly: [{web[1]}]}}
"""

_PROBES = {
    "dns-1": _LOOKED_UP,
    "dns-2": _LOOKED_UP,
    MAIL_GATEWAY: """\
      - tcp: {{port: {ports.small}, banner: "^220 "}}
""",
    "esb-1": """\
      - http:
          url: http://{device.address}:{ports.http}/health
          preset: health_json
          messages:
            sent: checks."messages:sent"[0].observedValue
            failed: checks."messages:failed"[0].observedValue
          latency_warn: 400ms
          timeout: 1s
""",
    "meddelandeko-1": """\
      - http:
          url: http://{device.address}:{ports.http}
          preset: rabbitmq
          username: demo
          password: demo
          latency_warn: 400ms
          timeout: 1s
""",
}
"""What those are asked beside SNMP that are asked more than a row of a CSV file can say."""

_WRONG = "gammal"
_COLUMNS = ("name", "kind", "site", "address", "probes", "parent", "snmp_profile", "snmp_port")


def write_configuration(
    folder: Path,
    devices: Sequence[Device],
    *,
    listen: str,
    language: str,
    texts: Mapping[str, str],
    ports: Ports,
) -> Path:
    """Write the YAML file and its list of targets; the YAML file's path."""
    file = folder / "driftkoll.yaml"
    services = _services(devices, ports)
    file.write_text(_yaml(listen, language, texts, services), encoding="utf-8")
    (folder / TARGETS).write_text(_csv(devices, ports.snmp), encoding="utf-8")
    return file


def _yaml(listen: str, language: str, texts: Mapping[str, str], services: str) -> str:
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
  flapping: {{changes: 6, within: 10m}}

snmp:
  profiles:
    default: {{community: {COMMUNITY}}}
    {_WRONG}: {{community: {WRONG_COMMUNITY}}}   # {texts["wrong"]}

targets:
  - file: {TARGETS}
{services}"""


def _services(devices: Sequence[Device], ports: Ports) -> str:
    return "".join(
        f"""\
  - name: {device.name}
    kind: {device.kind.value}
    site: {device.site}
    address: {device.address}
    parent: {device.parent or "null"}
    probes:
      - snmp: {{port: {ports.snmp}}}
{_PROBES[device.name].format(device=device, ports=ports, web=WEB_SITE)}"""
        for device in devices
        if device.name in _PROBES
    )


def _csv(devices: Sequence[Device], snmp_port: int) -> str:
    written = StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\n")
    rows.writerow(_COLUMNS)
    for device in devices:
        if device.name in _PROBES:
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
