"""Corrections and causes of outages as rows, which are added and never changed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from collector.domain.corrections import Annotation, Cause, Correction
from collector.domain.instants import Instant
from collector.store.engine import Database
from collector.store.rows import STATE, move_revision
from collector.store.schema import annotations, corrections


class Correcting(Database):
    """FigureStore.corrections and .annotations, and the commands that add to them."""

    def corrections(self, start: Instant, end: Instant) -> Sequence[Correction]:
        """The entries of the audit trail that touch [start, end), by id; undos too."""
        touching = (
            select(corrections)
            .where(corrections.c.start < end, corrections.c.end > start)
            .order_by(corrections.c.id)
        )
        with self.reading() as connection:
            return [
                Correction(**{**row, "state": STATE[row["state"]]})
                for row in connection.execute(touching).mappings()
            ]

    def annotations(self, start: Instant, end: Instant) -> Sequence[Annotation]:
        """What was said of outages that began in [start, end), by id."""
        begun = (
            select(annotations)
            .where(annotations.c.start >= start, annotations.c.start < end)
            .order_by(annotations.c.id)
        )
        with self.reading() as connection:
            return [
                Annotation(**{**row, "cause": Cause(row["cause"])})
                for row in connection.execute(begun).mappings()
            ]

    def add_correction(self, correction: Correction) -> int:
        """Add an entry to the audit trail; its id."""
        with self.writing() as connection:
            return _added(connection, corrections, asdict(correction))

    def annotate(self, annotation: Annotation) -> int:
        """Add to what is said of an outage; its id."""
        with self.writing() as connection:
            return _added(connection, annotations, asdict(annotation))


def _added(connection: Connection, table: Table, entry: dict[str, Any]) -> int:
    del entry["id"]  # the store gives it
    id_: int = connection.execute(insert(table).values(entry).returning(table.c.id)).scalar_one()
    move_revision(connection)
    return id_
