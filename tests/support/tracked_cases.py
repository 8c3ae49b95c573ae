"""Cases for a real Request Tracker: made and moved through its API, then set back in its database;
and what there is of them, read from that database alone."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from support.request_tracker import RequestTracker

DESK, NETWORK, SERVERS = "Servicedesk", "Nät", "Drift"
QUEUES = (DESK, NETWORK, SERVERS)

TYPE, SITE, RATING, CHANGE, REPORT = (
    "Case Type",
    "Site",
    "Satisfaction",
    "Caused By Change",
    "Disruption Report",
)
FIELDS = (TYPE, SITE, RATING, CHANGE, REPORT)
"""Custom fields; the first three are those that the preset takes."""

_FORMAT = "%Y-%m-%d %H:%M:%S"
"""Of times in RT's database, in UTC."""

Moves = tuple[tuple[datetime, Mapping[str, object]], ...]
"""When something is changed, and what, in the words of the API."""


@dataclass(frozen=True)
class Plan:
    """A case to be: when it is made, in which queue, with which fields, and what follows."""

    created: datetime
    queue: str
    fields: Mapping[str, str]
    moves: Moves


def plans(count: int, start: datetime, end: datetime, seed: int = 5) -> list[Plan]:
    """Cases of all kinds, made in a span of time; none is touched after `end`."""
    dice = random.Random(seed)
    span = (end - start).total_seconds()
    times = (start + timedelta(seconds=dice.randrange(int(span))) for _ in range(count))
    return [_cut(_plan(dice, at), end) for at in times]


def _cut(plan: Plan, end: datetime) -> Plan:
    moves = tuple(move for move in plan.moves if move[0] < end)
    return Plan(plan.created, plan.queue, plan.fields, moves)


def _plan(dice: random.Random, created: datetime) -> Plan:
    type_ = dice.choices(("incident", "request", "change", "security_incident"), (50, 40, 8, 2))[0]
    fields = {TYPE: type_, SITE: dice.choice(("laxa", "hallsberg"))}
    queue = dice.choices(QUEUES, (8, 1, 1))[0]
    if dice.random() < 0.04:
        at = _later(dice, created, 5)
        return Plan(created, queue, fields, ((at, {"Status": "rejected"}),))
    at, now = created, queue
    moves: list[tuple[datetime, Mapping[str, object]]] = []

    def then(hours: float, **change: object) -> None:
        nonlocal at
        at = _later(dice, at, hours)
        moves.append((at, change))

    if dice.random() < 0.5:
        then(4, Status="open")
    if dice.random() < 0.4:
        now = dice.choice([each for each in QUEUES if each != queue])
        then(20, Queue=now)
    if dice.random() < 0.3:
        then(20, Status=dice.choice(("stalled", "ordered", "supplier")))
        then(80, Status="open")
    then(60, Status="resolved")
    if dice.random() < 0.12:
        then(30, Status="open")
        if now != DESK:
            then(30, Queue=DESK)
        then(40, Status="resolved")
    if dice.random() < 0.3:
        then(6, CustomFields={RATING: str(dice.randint(1, 5))})
    return Plan(created, queue, fields, tuple(moves))


def _later(dice: random.Random, at: datetime, hours: float) -> datetime:
    return at + timedelta(seconds=1 + int(dice.expovariate(1 / (hours * 3600))))


def play(rt: RequestTracker, planned: Sequence[Plan]) -> list[int]:
    """Make the cases and move them through the API, then set their times back; their ids."""
    ids = rt.create(
        [{"Queue": it.queue, "Subject": "x", "CustomFields": dict(it.fields)} for it in planned]
    )
    for moves in zip_longest(*(it.moves for it in planned)):
        rt.update([{"id": id_, **move[1]} for id_, move in zip(ids, moves, strict=True) if move])
    set_back(rt, dict(zip(ids, planned, strict=True)))
    return ids


def set_back(rt: RequestTracker, planned: Mapping[int, Plan]) -> None:
    """Let everything have happened when it was planned to; REST cannot."""
    with closing(rt.connect()) as connection, connection:
        for id_, plan in planned.items():
            times = {"Create": [plan.created], "Status": [], "Set": [], "CustomField": []}
            for at, change in plan.moves:
                kind = {"Status": "Status", "Queue": "Set"}.get(next(iter(change)), "CustomField")
                times[kind].append(at)
            last = plan.created
            resolved = None
            for number, kind, new in connection.execute(
                "SELECT id, Type, NewValue FROM Transactions"
                " WHERE ObjectType = 'RT::Ticket' AND ObjectId = ? ORDER BY id",
                (id_,),
            ).fetchall():
                at = times[kind].pop(0)
                last = max(last, at)
                if kind == "Status" and new in ("resolved", "rejected"):
                    resolved = at
                connection.execute(
                    "UPDATE Transactions SET Created = ? WHERE id = ?", (_text(at), number)
                )
            assert not any(times.values()), (id_, plan, times)
            connection.execute(
                "UPDATE Tickets SET Created = ?, LastUpdated = ?, Resolved = coalesce(?, Resolved)"
                " WHERE id = ?",
                (_text(plan.created), _text(last), resolved and _text(resolved), id_),
            )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_FORMAT)


@dataclass(frozen=True)
class Truth:
    """A case as RT's database has it. `resolved` is RT's own column, which it keeps when a case is
    opened again; `statuses` are (from when, which), `queues` likewise, both from the beginning on.
    """

    id: int
    status: str
    created: datetime
    resolved: datetime | None
    statuses: tuple[tuple[datetime, str], ...]
    queues: tuple[tuple[datetime, str], ...]
    fields: Mapping[str, str]


def truth(rt: RequestTracker) -> dict[int, Truth]:
    """All cases that RT still has, by id: neither deleted nor merged into another."""
    names = dict(rt.rows("SELECT id, Name FROM Queues"))
    fields: dict[int, dict[str, str]] = {}
    for case, name, value in rt.rows(
        "SELECT v.ObjectId, f.Name, v.Content FROM ObjectCustomFieldValues v"
        " JOIN CustomFields f ON f.id = v.CustomField"
        " WHERE v.ObjectType = 'RT::Ticket' AND v.Disabled = 0"
    ):
        fields.setdefault(case, {})[name] = value
    statuses, queues = _histories(rt, "Type = 'Status'"), _histories(rt, "Field = 'Queue'")
    return {
        id_: Truth(
            id_,
            status,
            _time(created),
            _time(resolved) if resolved and not resolved.startswith("1970") else None,
            tuple(_through(statuses.get(id_, ()), _time(created), status)),
            tuple(
                (at, names[int(each)])
                for at, each in _through(queues.get(id_, ()), _time(created), str(queue))
            ),
            fields.get(id_, {}),
        )
        for id_, status, created, resolved, queue in rt.rows(
            "SELECT id, Status, Created, Resolved, Queue FROM Tickets"
            " WHERE Status <> 'deleted' AND EffectiveId = id AND Type = 'ticket'"
        )
    }


def _histories(rt: RequestTracker, of: str) -> dict[int, list[tuple[datetime, str, str]]]:
    found: dict[int, list[tuple[datetime, str, str]]] = {}
    for case, at, old, new in rt.rows(
        "SELECT ObjectId, Created, OldValue, NewValue FROM Transactions"
        f" WHERE ObjectType = 'RT::Ticket' AND {of} ORDER BY id"
    ):
        found.setdefault(case, []).append((_time(at), old, new))
    return found


def _through(
    changes: Sequence[tuple[datetime, str, str]], created: datetime, now: str
) -> Iterator[tuple[datetime, str]]:
    yield created, changes[0][1] if changes else now
    yield from ((at, new) for at, _, new in changes)


def _time(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
