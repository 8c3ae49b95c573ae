"""Short words for what tests put into a store."""

from datetime import date, time
from zoneinfo import ZoneInfo

from collector.domain.batches import Batch, CheckRecord, DeviceRecord
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
from collector.domain.samples import Reason, Result, Sample
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
    eva = User("eva", Role.ADMINISTRATOR, NOON, "root", token_start="dk_AbCdEf")
    store.add_user(Login(eva, "$argon2id$", "5a5a"))
    store.add_user(Login(User("bo", Role.EDITOR, NOON, "eva")))
    store.remove_user("bo", "eva", NOON + HOUR)
    keep = Retention(raw=30 * DAY, raw_bytes=10**9, hourly=90 * DAY, daily=None, intervals=None)
    for _ in store.retain(keep, NOON + DAY):
        pass
