"""The JSON API on a real port, with a store behind it and users in that."""

from pathlib import Path

import httpx
from support.figures import ZONE, at
from support.served import Served
from support.stored import target

from collector.domain.instants import Instant
from collector.domain.measurements import Indicator, Op, Unit
from collector.domain.people import Role
from collector.domain.states import Interval, Origin, State
from collector.domain.targets import Kind
from collector.ports import ImportedRow
from collector.services.people import add_person, add_script
from collector.store import SqlStore, open_store
from exporters.web.api.sources import Configured, Sources

NOW = at("2026-10-15T12:00")
PASSWORD = "ett långt lösenord"
TARGETS = (
    target("ap-1", kind=Kind.ACCESS_POINT, parent="sw-1"),
    target("srv-1", site="hallsberg", tags=("vård",)),
    target("sw-1", kind=Kind.SWITCH),
)
REGISTER = (
    Indicator(
        "availability",
        {"sv": "Tillgänglighet"},
        Unit.RATIO,
        Op.AT_LEAST,
        targets={2026: 0.992},
        definition={"classes": [Kind.SERVER, Kind.ACCESS_POINT]},
    ),
    Indicator("sick_leave", {"sv": "Sjukfrånvaro"}, Unit.RATIO, Op.AT_MOST, baseline=0.05),
)


class Api:
    """A served API; `anna` is a person, the others are scripts."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", *, open_reading: bool = True) -> None:
        self.store: SqlStore = open_store(f"sqlite:///{folder}/driftkoll.db", create=True)
        self.now: Instant = NOW
        self.configured = Configured(
            ZONE, {"laxa": "Laxå", "hallsberg": "Hallsberg"}, {}, REGISTER, TARGETS
        )
        self.ids = self.store.register(TARGETS, at("2026-10-01T00:00"))
        add_person(self.store, "anna", Role.ADMINISTRATOR, PASSWORD, by="root", now=NOW)
        self.tokens = {
            role: add_script(self.store, f"{role}-script", role, by="root", now=NOW)
            for role in Role
        }
        self.served = Served(
            host=host,
            api=Sources(self.store, lambda: self.now, lambda: self.configured, open_reading),
        )
        self.http = httpx.Client(base_url=self.served.url, trust_env=False)

    def bearer(self, role: Role) -> dict[str, str]:
        """The header of the script with a role."""
        return {"Authorization": f"Bearer {self.tokens[role]}"}

    def was(self, name: str, state: State, start: str, end: str) -> None:
        """A state of a target, imported."""
        span = Interval(at(start), at(end), state, None, Origin.IMPORTED)
        self.store.import_intervals([ImportedRow(self.ids[name], span)], "root", "test", self.now)

    def close(self) -> None:
        """Stop serving."""
        self.http.close()
        self.served.stop()
        self.store.close()
