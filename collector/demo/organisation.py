"""The organisation of the demo: four municipalities, and what their common IT department runs.

The municipalities exist; schools, homes, devices and faults are made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain.targets import Kind

SITES = {"lekeberg": "Lekeberg", "laxa": "Laxå", "askersund": "Askersund", "hallsberg": "Hallsberg"}
ZONE = ZoneInfo("Europe/Stockholm")
HUB = "hallsberg"
"""Where the server hall is, and Driftkoll in it."""

SENTINELS = ("dns-1", "dns-2")
"""Beside Driftkoll, with nothing behind them; nothing ever happens to them."""

NEVER_ANSWERS = "ups-askersund"
"""Somebody gave its new network card another community."""

COMMUNITY = "demo"
WRONG_COMMUNITY = "demo-gammal"
"""What Driftkoll asks NEVER_ANSWERS with."""

_NEW_PLACE = "vretaskolan"
"""The school that moved into its house `_NEW_FOR` months ago."""
_NEW_FOR = 5


class Ports(NamedTuple):
    """The ports on which the devices are asked, each on its own address."""

    snmp: int
    http: int
    small: int
    """The mail gateway's greeting by TCP, the name servers by UDP."""


DESK_ADDRESS = "127.80.9.1"
"""The servicedesk's, which is nobody's device."""

MAIL_GATEWAY = "mailgw-1"
WEB_SITE = ("www.sydnarke.example", "192.0.2.80")
"""A name that the name servers know, and its address (RFC 2606, RFC 5737)."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device or service; `new_for` is how many months ago it was put into service, None for long.

    `object_id` and `description` are its SNMPv2-MIB sysObjectID and sysDescr; `parent` is what it
    is reached through.
    """

    name: str
    kind: Kind
    site: str
    address: str
    parent: str | None
    object_id: str
    description: str
    new_for: int | None = None


_MODELS = {
    Kind.SERVER: ("1.3.6.1.4.1.8072.3.2.10", "Linux, påhittad server"),
    Kind.SWITCH: ("1.3.6.1.4.1.9.1.2494", "Påhittad switch, 48 portar"),
    Kind.ACCESS_POINT: ("1.3.6.1.4.1.14823.1.2.111", "Påhittad accesspunkt"),
    Kind.FIREWALL: ("1.3.6.1.4.1.12356.101.1.1001", "Påhittad brandvägg"),
    Kind.LINK: ("1.3.6.1.4.1.9.1.1208", "Påhittad router på en hyrd förbindelse"),
    Kind.UPS: ("1.3.6.1.4.1.318.1.3.27", "Påhittad UPS"),
    Kind.INTEGRATION_PLATFORM: ("1.3.6.1.4.1.8072.3.2.10", "Linux, påhittad integrationsplattform"),
}

_SERVERS = {
    "lekeberg": ("srv-fil-lekeberg", "srv-print-lekeberg"),
    "laxa": ("srv-fil-laxa", "srv-ad-laxa"),
    "askersund": ("srv-fil-askersund", "srv-ad-askersund"),
    "hallsberg": (
        "srv-ad-1",
        "srv-fil-1",
        "srv-sql-1",
        "srv-print-1",
        "srv-virt-1",
        "srv-backup-1",
        MAIL_GATEWAY,
    ),
}

_PLACES = {
    "lekeberg": {"kommunhus": 2, "hagaskolan": 3},
    "laxa": {"skogsskolan": 6, "bibliotek": 1},
    "askersund": {"kommunhus": 2, _NEW_PLACE: 2, "sjovik": 1},
    "hallsberg": {"kommunhus": 3, "lindskolan": 2, "lundagard": 1},
}
"""Each place's access switch, and how many access points are behind it."""


def organisation() -> Sequence[Device]:
    """All devices, each after what it is reached through."""
    devices: list[Device] = []
    for number, site in enumerate((HUB, *(site for site in SITES if site != HUB)), start=1):
        for host, (name, kind, parent, new_for) in enumerate(_at(site), start=1):
            object_id, description = _MODELS[kind]
            address = f"127.80.{number}.{host}"
            devices.append(
                Device(name, kind, site, address, parent, object_id, description, new_for)
            )
    return devices


_Row = tuple[str, Kind, str | None, int | None]


def _at(site: str) -> Iterator[_Row]:
    core, firewall = f"sw-{site}-karna", f"fw-{site}"
    if site == HUB:
        yield from ((name, Kind.SERVER, None, None) for name in SENTINELS)
        yield core, Kind.SWITCH, None, None
        yield firewall, Kind.FIREWALL, core, None
        yield "ups-hallsberg", Kind.UPS, core, None
        yield "esb-1", Kind.INTEGRATION_PLATFORM, core, None
        yield "meddelandeko-1", Kind.INTEGRATION_PLATFORM, core, None
    else:
        yield f"link-{site}", Kind.LINK, f"fw-{HUB}", None
        yield firewall, Kind.FIREWALL, f"link-{site}", None
        yield core, Kind.SWITCH, firewall, None
    if site == "askersund":
        yield NEVER_ANSWERS, Kind.UPS, core, None
    yield from ((name, Kind.SERVER, core, None) for name in _SERVERS[site])
    for place, access_points in _PLACES[site].items():
        switch = f"sw-{site}-{place}"
        new_for = _NEW_FOR if place == _NEW_PLACE else None
        yield switch, Kind.SWITCH, core, new_for
        for number in range(1, access_points + 1):
            yield f"ap-{site}-{place}-{number}", Kind.ACCESS_POINT, switch, new_for


def is_vital(device: Device, devices: Sequence[Device]) -> bool:
    """Whether so much hangs on a device that it has a twin, and never fails here."""
    return len(behind(devices, device.name)) >= len(devices) // 3


def behind(devices: Sequence[Device], name: str) -> Sequence[Device]:
    """What is reached through a device, near and far."""
    reached = {name}
    found = []
    for device in devices:
        if device.parent in reached:
            reached.add(device.name)
            found.append(device)
    return found
