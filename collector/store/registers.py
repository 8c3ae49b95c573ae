"""Registers beside the servicedesk, what was attested of them, and figures that others supply."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, insert, select

from collector.domain.registers import (
    Attestation,
    DisruptionReport,
    SecurityIncident,
    SuppliedFigure,
)
from collector.ports import Upserted
from collector.store.engine import Database
from collector.store.rows import move_revision
from collector.store.schema import (
    attestations,
    disruption_reports,
    security_incidents,
    supplied_figures,
)

_REGISTERED = frozenset({"author", "registered"})
_SUPPLIED = frozenset({"author", "at"})
"""What tells who made an entry and when, and nothing else."""


class Registers(Database):
    """ports.RegisterStore."""

    def disruption_reports(self) -> Sequence[DisruptionReport]:
        """All of them, by number."""
        return [DisruptionReport(**row) for row in self._entries(disruption_reports)]

    def security_incidents(self) -> Sequence[SecurityIncident]:
        """All of them, by number."""
        return [SecurityIncident(**row) for row in self._entries(security_incidents)]

    def _entries(self, table: Table) -> Sequence[Mapping[str, Any]]:
        with self.reading() as connection:
            rows = connection.execute(select(table)).mappings().all()
        return sorted(({**row} for row in rows), key=lambda row: row["number"])

    def add_disruption_reports(self, reports: Sequence[DisruptionReport]) -> Upserted:
        """Take them in by number, all or none; one that says what is kept changes nothing."""
        return self._take_in(disruption_reports, [asdict(report) for report in reports])

    def add_security_incidents(self, incidents: Sequence[SecurityIncident]) -> Upserted:
        """Take them in by number, all or none; one that says what is kept changes nothing."""
        return self._take_in(security_incidents, [asdict(incident) for incident in incidents])

    def _take_in(self, table: Table, entries: Sequence[dict[str, Any]]) -> Upserted:
        statement = self.insert(table)
        statement = statement.on_conflict_do_update(
            index_elements=[table.c.number],
            set_={
                column.name: statement.excluded[column.name]
                for column in table.columns
                if not column.primary_key
            },
        )
        last = {entry["number"]: entry for entry in entries}
        with self.writing() as connection:
            kept = {row["number"]: row for row in connection.execute(select(table)).mappings()}
            new = [entry for number, entry in last.items() if number not in kept]
            changed = [
                entry
                for number, entry in last.items()
                if number in kept
                and _without(_REGISTERED, entry) != _without(_REGISTERED, kept[number])
            ]
            if new or changed:
                connection.execute(statement, [*new, *changed])
                move_revision(connection)
        return Upserted(len(new), len(changed))

    def attestations(self, indicator: str) -> Sequence[Attestation]:
        """What was attested of an indicator's register, by start."""
        made = (
            select(*(column for column in attestations.columns if column.name != "id"))
            .where(attestations.c.indicator == indicator)
            .order_by(attestations.c.start, attestations.c.id)
        )
        with self.reading() as connection:
            return [Attestation(**row) for row in connection.execute(made).mappings()]

    def attest(self, attestation: Attestation) -> None:
        """Add an attestation."""
        with self.writing() as connection:
            connection.execute(insert(attestations), asdict(attestation))
            move_revision(connection)

    def supplied(self, indicator: str) -> Sequence[SuppliedFigure]:
        """Figures supplied for an indicator, by period and then by when they came."""
        columns = supplied_figures.c
        given = (
            select(*(column for column in columns if column.name != "id"))
            .where(columns.indicator == indicator)
            .order_by(columns.at, columns.id)
        )
        with self.reading() as connection:
            found = [SuppliedFigure(**row) for row in connection.execute(given).mappings()]
        return sorted(found, key=lambda figure: figure.period)

    def supply(self, figure: SuppliedFigure) -> bool:
        """Keep a figure; False where it says what the latest for its period already says."""
        columns, entry = supplied_figures.c, asdict(figure)
        latest = (
            select(*(column for column in columns if column.name != "id"))
            .where(
                columns.indicator == figure.indicator,
                columns.period == figure.period,
                columns.site == figure.site,
            )
            .order_by(columns.at.desc(), columns.id.desc())
            .limit(1)
        )
        with self.writing() as connection:
            kept = connection.execute(latest).mappings().one_or_none()
            if kept is not None and _without(_SUPPLIED, kept) == _without(_SUPPLIED, entry):
                return False
            connection.execute(insert(supplied_figures), entry)
            move_revision(connection)
        return True


def _without(names: frozenset[str], entry: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}
