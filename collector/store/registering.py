"""Which targets there are: what the configuration says, kept with the time from which it holds."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from collector.domain.instants import Instant
from collector.domain.states import Change
from collector.domain.targets import Target
from collector.store.engine import Database
from collector.store.maintaining import hand_over
from collector.store.rows import dumps, move_revision
from collector.store.schema import (
    annotations,
    attributes,
    checks,
    corrections,
    devices,
    events,
    intervals,
    targets,
)
from collector.store.timelines import apply_changes

_ATTRIBUTES = (
    attributes.c.target,
    attributes.c.since,
    attributes.c.kind,
    attributes.c.site,
    attributes.c.parent,
    attributes.c.tags,
)


class Registering(Database):
    """PollStore.register, and AdministrationStore.rename."""

    def register(self, targets_: Sequence[Target], now: Instant) -> Mapping[str, int]:
        """Take the configuration's targets in; each one's id by its name.

        Rows that say the same already are left alone. A target that is gone keeps its history: its
        open interval ends at `now`. The revision moves where anything changed.
        """
        with self.writing() as connection:
            changed = self._save_targets(connection, targets_, now)
            ids = _ids(connection)
            changed |= self._save_attributes(connection, targets_, ids, now)
            changed |= _drop(connection, {target.name for target in targets_}, now)
            if changed:
                move_revision(connection)
        return {target.name: ids[target.name] for target in targets_}

    def add_missing(self, targets_: Sequence[Target], now: Instant) -> None:
        """Take in those targets that are not known by name; all others stay as they are.

        This is for a command beside the agent, which may be running an older configuration.
        """
        with self.writing() as connection:
            known = _ids(connection)
            missing = [target for target in targets_ if target.name not in known]
            if not missing:
                return
            self._save_targets(connection, missing, now)
            self._save_attributes(connection, missing, _ids(connection), now)
            move_revision(connection)

    def _save_targets(
        self, connection: Connection, targets_: Sequence[Target], now: Instant
    ) -> bool:
        known = {row.name: row for row in connection.execute(select(targets))}
        new, changed = [], []
        for target in targets_:
            said = {
                "address": target.address,
                "in_service_from": target.in_service_from,
                "retired_at": target.retired_at,
                "dropped_at": None,
            }
            row = known.get(target.name)
            if row is None:
                new.append({"name": target.name, **said})
            elif any(getattr(row, name) != value for name, value in said.items()):
                changed.append({"of": row.id, **said})
        if new:
            connection.execute(targets.insert(), new)
        if changed:
            connection.execute(update(targets).where(targets.c.id == bindparam("of")), changed)
        return bool(new or changed)

    def _save_attributes(
        self,
        connection: Connection,
        targets_: Sequence[Target],
        ids: Mapping[str, int],
        now: Instant,
    ) -> bool:
        latest = {
            row[0]: row
            for row in connection.execute(select(*_ATTRIBUTES).order_by(*_ATTRIBUTES[:2]))
        }
        new = []
        for target in targets_:
            of = ids[target.name]
            parent = None if target.parent is None else ids[target.parent]
            said = (target.kind.value, target.site, parent, dumps(target.tags))
            before = latest.get(of)
            if before is None:
                new.append((of, now, *said))
            elif before[2:] != said:
                # A clock that was set back must not put today's attributes before yesterday's.
                new.append((of, max(now, before[1]), *said))
        if not new:
            return False
        names = [column.name for column in _ATTRIBUTES]
        statement = self.insert(attributes)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=names[:2],
                set_={name: statement.excluded[name] for name in names[2:]},
            ),
            [dict(zip(names, row, strict=True)) for row in new],
        )
        return True

    def rename(self, old: str, new: str) -> None:
        """Give a target another name, history and all.

        KeyError for an unknown one; ValueError where the new name was polled or imported already. A
        target of the new name that has no measurements makes room.
        """
        with self.writing() as connection:
            row = connection.execute(select(targets.c.id).where(targets.c.name == old)).first()
            if row is None:
                raise KeyError(old)
            taken = connection.execute(select(targets).where(targets.c.name == new)).first()
            if taken is not None and taken.id != row.id:
                _make_room(connection, taken.id, row.id, new)
            connection.execute(update(targets).where(targets.c.id == row.id).values(name=new))
            move_revision(connection)


def _make_room(connection: Connection, target: int, heir: int, name: str) -> None:
    measured = connection.execute(
        select(targets.c.id)
        .where(targets.c.id == target)
        .where(
            targets.c.first_polled.is_not(None)
            | targets.c.first_imported.is_not(None)
            | select(intervals.c.target).where(intervals.c.target == target).exists()
        )
    ).first()
    if measured:
        raise ValueError(f"{name} has measurements of its own")
    connection.execute(update(attributes).where(attributes.c.parent == target).values(parent=heir))
    for table in (corrections, annotations):
        connection.execute(update(table).where(table.c.target == target).values(target=heir))
    hand_over(connection, target, heir)
    for table in (attributes, checks, devices, events):
        connection.execute(delete(table).where(table.c.target == target))
    connection.execute(delete(targets).where(targets.c.id == target))


def _ids(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(targets.c.name, targets.c.id))
    return dict(rows.all())


def _drop(connection: Connection, names: set[str], now: Instant) -> bool:
    present = connection.execute(
        select(targets.c.id, targets.c.name).where(targets.c.dropped_at.is_(None))
    )
    gone = [target for target, name in present if name not in names]
    if not gone:
        return False
    connection.execute(
        update(targets).where(targets.c.id == bindparam("of")).values(dropped_at=now),
        [{"of": target} for target in gone],
    )
    apply_changes(connection, [Change(target, now, None, now) for target in gone])
    return True
