"""The configuration that the demo writes: a file to look at and to copy."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from collector.demo import desk_words as words
from collector.demo.desk_server import TOKEN
from collector.demo.organisation import (
    COMMUNITY,
    DESK_ADDRESS,
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

_DESK_FIELDS = {
    "type": words.TYPE,
    "category": words.CATEGORY,
    "channel": words.CHANNEL,
    "priority": words.PRIORITY,
    "site": words.SITE,
    "satisfaction": words.RATING,
    "satisfaction_at": words.RATED,
    "caused_by_change": words.CHANGE,
    "disruption_report": words.REPORT,
    "excluded": words.LEFT_OUT,
}
"""What the desk keeps in custom fields."""

_DESK = """\
sources:
  servicedesk:
    preset: rt
    base_url: http://{address}:{port}
    token: {token}
    every: 10s
    groups:
      servicedesk: [{desk}]
      second_line: [{second_line}]
    fields:
{fields}    types:   # {comment}
      {words.INCIDENT}: incident
      {words.REQUEST}: request
      {words.CHANGED}: change
    statuses: {{{words.SCHEDULED}: scheduled, {words.SUPPLIER}: waiting_supplier}}
    excluded:
      {words.SPAM}: spam
      {words.TEST}: test
      {words.DUPLICATE}: duplicate
      {words.MONITORING}: automatic
    majors: [{words.MAJOR}]
    sites:
{sites}"""

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
    text = _yaml(listen, language, texts, _services(devices, ports), _desk(ports, texts))
    file.write_text(text, encoding="utf-8")
    (folder / TARGETS).write_text(_csv(devices, ports.snmp), encoding="utf-8")
    return file


def _yaml(listen: str, language: str, texts: Mapping[str, str], services: str, desk: str) -> str:
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
{services}
{desk}"""


def _desk(ports: Ports, texts: Mapping[str, str]) -> str:
    return _DESK.format(
        address=DESK_ADDRESS,
        port=ports.http,
        token=TOKEN,
        desk=words.SERVICEDESK,
        second_line=", ".join(words.SECOND_LINE),
        fields="".join(
            f"""      {field}: "CustomFields[?name=='{name}'].values[0] | [0]"\n"""
            for field, name in _DESK_FIELDS.items()
        ),
        words=words,
        comment=texts["types"],
        sites="".join(f"      {name}: {key}\n" for key, name in SITES.items()),
    )


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
