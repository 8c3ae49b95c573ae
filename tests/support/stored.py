"""Short words for what tests put into a store."""

from datetime import date, time
from zoneinfo import ZoneInfo

from collector.domain.batches import Batch, CheckRecord, DeviceRecord
from collector.domain.cases import (
    Assignment,
    Case,
    CaseStatus,
    CaseType,
    Exclusion,
    GroupFrom,
    Pause,
    ResolvedFrom,
)
from collector.domain.corrections import Annotation, Cause, Correction
from collector.domain.events import Event, EventKind
from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Instant
from collector.domain.maintenance import Cancellation, Extension, Recurrence, Scope, Window
from collector.domain.measurements import (
    DecidedTarget,
    FrozenFigure,
    FrozenVersion,
    Op,
    Verdict,
)
from collector.domain.people import Login, Role, User
from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.domain.samples import Reason, Result, Sample
from collector.domain.sources import Covered, SourceFailure, SourceState
from collector.domain.states import Change, Interval, State
from collector.domain.targets import DeviceFacts, Kind, Target
from collector.ports import ImportedRow, Retention, Store

NOON: Instant = 1_790_000_000 * SECOND // (24 * HOUR) * (24 * HOUR) + 12 * HOUR


def target(name: str, **said: object) -> Target:
    """A server in Laxå unless told otherwise."""
    given: dict[str, object] = {"kind": Kind.SERVER, "site": "laxa", "address": "192.0.2.1"}
    return Target(name=name, probes=(), **(given | said))  # type: ignore[arg-type]  # as given


def registered(store: Store, *names: str, now: Instant = NOON) -> list[int]:
    """The ids of targets of these names, which are all there are."""
    ids = store.register([target(name) for name in names], now)
    return [ids[name] for name in names]


def up(of: int, at: Instant, duration: float = 0.001, probe: str = "icmp") -> Sample:
    """An answer without loss."""
    return Sample(of, probe, at, Result.UP, None, duration, 0.0)


def down(of: int, at: Instant, probe: str = "icmp") -> Sample:
    """No answer."""
    return Sample(of, probe, at, Result.DOWN, Reason.TIMEOUT, None, 1.0)


def change(of: int, at: Instant, state: State | None, known: Instant | None = None) -> Change:
    """A change that was known at once unless told otherwise."""
    return Change(of, at, state, at if known is None else known)


def changes(store: Store, *made: Change) -> None:
    """Write a batch of changes alone."""
    store.write(Batch(heartbeat=max(one.confirmed_at for one in made), changes=list(made)))


def version(number: int = 1, **said: object) -> FrozenVersion:
    """A version of a month of which NOON is a day."""
    given: dict[str, object] = {
        "period": "2026-09",
        "start": NOON - 20 * DAY,
        "end": NOON + 10 * DAY,
        "version": number,
        "at": NOON + 11 * DAY,
        "author": "Å. Öberg",
        "reason": "",
        "definitions": {"availability": {"combine": "mean"}},
        "fingerprint": "f00d",
    }
    return FrozenVersion(**(given | said))  # type: ignore[arg-type]  # as given


def frozen_figure(**said: object) -> FrozenFigure:
    """A figure of all sites unless told otherwise."""
    given: dict[str, object] = {
        "indicator": "availability",
        "period": "2026-09",
        "site": "all",
        "kind": None,
        "target": None,
        "value": 2 / 3,
        "coverage": 1 / 3,
        "decided": DecidedTarget(Op.AT_LEAST, 0.992),
        "verdict": Verdict.MISSED,
        "detail": {"outages": 2, "worst": [{"target": "ö", "value": 1 / 7}]},
    }
    return FrozenFigure(**(given | said))  # type: ignore[arg-type]  # as given


def case(id_: str = "1", **said: object) -> Case:
    """An incident that the desk resolved in two hours unless told otherwise."""
    created: int = said.get("created", NOON)  # type: ignore[assignment]  # as given
    given: dict[str, object] = {
        "source": "desk",
        "created": created,
        "changed": created + 3 * HOUR,
        "type": CaseType.INCIDENT,
        "status": CaseStatus.RESOLVED,
        "first_response": created + MINUTE,
        "resolved": created + 2 * HOUR,
        "resolved_from": ResolvedFrom.STATED,
        "closed": None,
        "group": "Servicedesk",
        "resolving_group": "Servicedesk",
        "group_from": GroupFrom.STATED,
        "groups": None,
        "waiting": 0,
        "scheduled": 0,
        "pauses": None,
        "category": "",
        "priority": "",
        "channel": "",
        "site": "",
        "satisfaction": None,
        "satisfaction_at": None,
        "reopened": None,
        "reassignments": None,
        "change": "",
        "report": "",
        "severity": "",
        "major": False,
        "excluded": None,
        "unmapped": {},
    }
    return Case(id=id_, **(given | said))  # type: ignore[arg-type]  # as given


def whole_case(id_: str = "2", **said: object) -> Case:
    """A case of which everything is known, none of it as in another."""
    given: dict[str, object] = {
        "type": CaseType.REQUEST,
        "status": CaseStatus.CLOSED,
        "resolved_from": ResolvedFrom.HISTORY,
        "closed": NOON + 3 * HOUR,
        "resolving_group": "Nät & server",
        "group_from": GroupFrom.HISTORY,
        "groups": (Assignment("Servicedesk", NOON), Assignment("Nät & server")),
        "waiting": HOUR,
        "scheduled": MINUTE,
        "pauses": (Pause(NOON, NOON + HOUR, CaseStatus.WAITING_CUSTOMER),),
        "category": "Behörighet",
        "priority": "2",
        "channel": "e-post",
        "site": "laxa",
        "satisfaction": 13 / 3,
        "satisfaction_at": NOON + DAY,
        "reopened": 1,
        "reassignments": 2,
        "change": "C-7",
        "report": "D-1",
        "severity": "hög",
        "major": True,
        "excluded": Exclusion.MERGED,
        "unmapped": {"priority": "blå"},
        "waiting_since": NOON + MINUTE,
        "deleted": NOON + 2 * DAY,
    }
    return case(id_, **(given | said))


def fill_cases(store: Store) -> None:
    """Cases, where their sources stand, and something in each register."""
    failed = SourceState(
        "desk",
        watermark=NOON,
        place="sida 2",
        pass_started=NOON + HOUR,
        complete_at=NOON - DAY,
        swept_at=NOON - HOUR,
        tried_at=NOON + HOUR,
        failure=SourceFailure.RATE_LIMITED,
        failing_since=NOON,
        message="429 på sida 2",
    )
    old = case("0", created=NOON - 40 * DAY)
    store.upsert_cases([old, case(), whole_case()], failed)
    store.cover(Covered("desk", None, NOON - DAY))
    store.cover(Covered("desk", NOON, NOON + HOUR))
    assert store.purge_cases(NOON - 30 * DAY, NOON) == 1
    store.add_disruption_reports(
        [
            DisruptionReport(
                "D-1", NOON, "C-7", NOON - DAY, "gw-1", "säkring", "laxa", "bo", NOON + 1
            )
        ]
    )
    store.add_security_incidents([SecurityIncident("S-1", NOON, "hög", "laxa", "eva", NOON + 1)])
    store.attest(Attestation("security_incidents", NOON - DAY, NOON, "eva", NOON + 1, "inga larm"))
    store.supply(
        SuppliedFigure(
            "sick_leave", "2026-09", "all", 1 / 30, NOON, 412, "HR", "json", "bo", "preliminär"
        )
    )


def filled_store(store: Store) -> None:
    """Put something of everything into a store: no table of it is empty then."""
    first = target("gw-1", kind=Kind.FIREWALL, site="hallsberg")
    ids = store.register([first, target("srv-1", parent="gw-1", tags=("ö",))], NOON - DAY)
    a, b = ids["gw-1"], ids["srv-1"]
    store.import_intervals(
        [
            ImportedRow(a, Interval(100, 200, State.UP), "så var det"),
            ImportedRow(a, Interval(150, 160, State.MAINTENANCE)),
        ],
        author="Å. Öberg",
        file="avbrott.csv",
        now=NOON - DAY,
    )
    begun, ended = Event(NOON - DAY, EventKind.STARTED), Event(NOON - HOUR, EventKind.STOPPED)
    store.write(Batch(NOON - DAY, events=[begun]))
    store.write(Batch(NOON - HOUR, events=[ended]))
    store.write(
        Batch(
            NOON + MINUTE,
            [up(a, NOON - DAY, 1 / 3), up(a, NOON), down(b, NOON), up(b, NOON, 0.1, "http")],
            [change(a, NOON - DAY, State.UP), change(b, NOON, State.DOWN)],
            [Event(NOON, EventKind.STARTED), Event(NOON, EventKind.BLIP, b, {"före": 12})],
            first_polled={a: NOON - DAY, b: NOON},
            answered={a: NOON - DAY},
            devices={a: DeviceRecord(NOON, DeviceFacts(4711, "gw-1", "1.3.6.1.4.1.9", 42), 3)},
        )
    )
    store.save_checks([CheckRecord(a, "icmp", MINUTE, 7), CheckRecord(b, "http", MINUTE, 8)])
    again = Recurrence(
        "FREQ=MONTHLY;BYDAY=3TU",
        time(18, 0),
        2 * HOUR,
        date(2026, 10, 1),
        date(2027, 9, 30),
        ZoneInfo("Europe/Stockholm"),
    )
    scope = Scope(frozenset({a}), frozenset({b}), frozenset({Kind.UPS}), frozenset({"laxa"}))
    window = store.add_window(
        Window(0, scope, NOON, NOON + HOUR, "Å. Öberg", "byte", NOON, again, frozenset({b}))
    )
    store.extend_window(
        window, Extension(NOON, NOON + HOUR, NOON + DAY, "bo", "drog ut", frozenset({b}))
    )
    store.cancel_window(window, Cancellation(NOON + HOUR, "bo", "klart"))
    entry = store.add_correction(Correction(0, a, 150, 160, State.UP, "anna", "mätfel", NOON))
    store.add_correction(Correction(0, a, 150, 160, State.UP, "anna", "nej", NOON + 1, entry))
    store.annotate(
        Annotation(0, b, NOON, Cause.POWER, "bo", NOON, "Strömavbrott", "säkring", "Elbolaget", "4")
    )
    store.freeze(version(), [frozen_figure(), frozen_figure(kind=Kind.SERVER, target=b)])
    fill_cases(store)
    eva = User("eva", Role.ADMINISTRATOR, NOON, "root", token_start="dk_AbCdEf")
    store.add_user(Login(eva, "$argon2id$", "5a5a"))
    store.add_user(Login(User("bo", Role.EDITOR, NOON, "eva")))
    store.remove_user("bo", "eva", NOON + HOUR)
    keep = Retention(raw=30 * DAY, raw_bytes=10**9, hourly=90 * DAY, daily=None, intervals=None)
    for _ in store.retain(keep, NOON + DAY):
        pass
