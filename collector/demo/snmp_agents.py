"""SNMP agents of the made-up devices: one pysnmp engine, a transport for each device."""

from collections.abc import Callable, Sequence
from typing import Any

from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.cmdrsp import GetCommandResponder
from pysnmp.entity.rfc3413.context import SnmpContext
from pysnmp.proto import rfc1902
from pysnmp.proto.api import v2c
from pysnmp.proto.rfc1905 import noSuchObject

from collector.demo.claiming import Sockets
from collector.demo.organisation import COMMUNITY, Device
from collector.demo.world import World
from collector.domain.instants import Instant
from collector.probes.snmp import ENGINE_TIME, NAME, OBJECT_ID, UPTIME

_DESCRIPTION = "1.3.6.1.2.1.1.1.0"
_V2C = 2


class SnmpAgents:
    """All devices' agents, answering from their own addresses; needs a running event loop."""

    def __init__(
        self,
        devices: Sequence[Device],
        sockets: Sockets,
        world: World,
        clock: Callable[[], Instant],
    ) -> None:
        self._engine = engine = SnmpEngine()
        config.add_v1_system(engine, "demo", COMMUNITY)
        config.add_vacm_user(engine, _V2C, "demo", "noAuthNoPriv", (1, 3, 6))
        by_domain = {}
        for number, device in enumerate(devices, start=1):
            domain = (*udp.DOMAIN_NAME, number)
            by_domain[domain] = device
            wire = _Wire(device.name, world, clock).open_server_mode(sock=sockets[device.address])
            config.add_transport(engine, domain, wire)
        _Responder(engine, by_domain, world, clock)

    def close(self) -> None:
        """Let go of all sockets."""
        self._engine.close_dispatcher()


class _Wire(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp's types are not read
    """What leads to one device: a request that does not reach it is dropped here."""

    def __init__(self, name: str, world: World, clock: Callable[[], Instant]) -> None:
        super().__init__()
        self._name = name
        self._world = world
        self._clock = clock

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803
        if self._world.hears(self._name, self._clock()):
            super().datagram_received(datagram, transportAddress)


class _Responder(GetCommandResponder):  # type: ignore[misc]  # pysnmp's types are not read
    """Answers a GET as the device whose transport it came by."""

    def __init__(
        self,
        engine: SnmpEngine,
        by_domain: dict[tuple[int, ...], Device],
        world: World,
        clock: Callable[[], Instant],
    ) -> None:
        super().__init__(engine, SnmpContext(engine))
        self._by_domain = by_domain
        self._world = world
        self._clock = clock

    def handle_management_operation(
        self,
        snmpEngine: SnmpEngine,  # noqa: N803 - pysnmp's own name
        stateReference: Any,  # noqa: N803
        contextName: Any,  # noqa: N803
        PDU: Any,  # noqa: N803
    ) -> None:
        domain, _ = snmpEngine.message_dispatcher.get_transport_info(stateReference)
        values = self._values(self._by_domain[tuple(domain)])
        asked = v2c.apiPDU.get_varbinds(PDU)
        answer = [(name, values.get(str(name), noSuchObject)) for name, _ in asked]
        self.send_varbinds(snmpEngine, stateReference, 0, 0, answer)

    def _values(self, device: Device) -> dict[str, Any]:
        now = self._clock()
        return {
            _DESCRIPTION: rfc1902.OctetString(device.description.encode()),
            OBJECT_ID: rfc1902.ObjectName(device.object_id),
            UPTIME: rfc1902.TimeTicks(self._world.uptime(device.name, now)),
            NAME: rfc1902.OctetString(device.name.encode()),
            ENGINE_TIME: rfc1902.Integer32(self._world.engine_time(device.name, now)),
        }
