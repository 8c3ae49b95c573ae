"""The figures of closed months as rows, which are added and never changed."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select

from collector.domain.instants import Instant
from collector.domain.measurements import (
    DecidedTarget,
    FrozenFigure,
    FrozenVersion,
    Op,
    Verdict,
)
from collector.domain.targets import Kind
from collector.store.engine import Database
from collector.store.rows import dumps, move_revision
from collector.store.schema import frozen_figures, frozen_versions

_NO_KIND = ""
_NO_TARGET = 0

_in_order = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A figure's detail is printed in the order in which it was worked out."""


class Freezing(Database):
    """ports.FrozenStore."""

    def frozen_versions(self, start: Instant, end: Instant) -> Sequence[FrozenVersion]:
        """All versions of the months that touch [start, end), by month and version."""
        touching = (
            select(frozen_versions)
            .where(frozen_versions.c.start < end, frozen_versions.c.end > start)
            .order_by(frozen_versions.c.start, frozen_versions.c.version)
        )
        with self.reading() as connection:
            return [_version(row) for row in connection.execute(touching)]

    def frozen_figure(
        self,
        version: FrozenVersion,
        indicator: str,
        period: str,
        site: str,
        kind: Kind | None,
        target: int | None,
    ) -> FrozenFigure | None:
        """A version's figure of an indicator for a period and scope; None where it has none."""
        figures, versions = frozen_figures.c, frozen_versions.c
        statement = (
            select(frozen_figures)
            .join(frozen_versions)
            .where(versions.period == version.period, versions.version == version.version)
            .where(
                figures.indicator == indicator,
                figures.period == period,
                figures.site == site,
                figures.kind == (_NO_KIND if kind is None else kind.value),
                figures.target == (_NO_TARGET if target is None else target),
            )
        )
        with self.reading() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else _figure(row)

    def freeze(self, version: FrozenVersion, figures: Iterable[FrozenFigure]) -> None:
        """Store the next version of a month, all of it or nothing; ValueError where it is not the
        next one."""
        latest = select(func.max(frozen_versions.c.version)).where(
            frozen_versions.c.period == version.period
        )
        with self.writing() as connection:
            if version.version != (connection.scalar(latest) or 0) + 1:
                raise ValueError(f"{version.period} was frozen by somebody else just now")
            id_: int = connection.execute(
                insert(frozen_versions)
                .values(
                    period=version.period,
                    start=version.start,
                    end=version.end,
                    version=version.version,
                    at=version.at,
                    author=version.author,
                    reason=version.reason,
                    definitions=dumps(version.definitions),
                    fingerprint=version.fingerprint,
                )
                .returning(frozen_versions.c.id)
            ).scalar_one()
            rows = [_row(id_, figure) for figure in figures]
            if rows:
                connection.execute(insert(frozen_figures), rows)
            move_revision(connection)


def _row(version: int, figure: FrozenFigure) -> dict[str, Any]:
    decided = figure.decided
    return {
        "frozen": version,
        "indicator": figure.indicator,
        "period": figure.period,
        "site": figure.site,
        "kind": _NO_KIND if figure.kind is None else figure.kind.value,
        "target": _NO_TARGET if figure.target is None else figure.target,
        "value": figure.value,
        "coverage": figure.coverage,
        "decided_op": None if decided is None else decided.op.value,
        "decided_value": None if decided is None else decided.value,
        "verdict": None if figure.verdict is None else figure.verdict.value,
        "detail": _in_order(figure.detail),
    }


def _version(row: Row[Any]) -> FrozenVersion:
    return FrozenVersion(
        row.period,
        row.start,
        row.end,
        row.version,
        row.at,
        row.author,
        row.reason,
        json.loads(row.definitions),
        row.fingerprint,
    )


def _figure(row: Row[Any]) -> FrozenFigure:
    decided = None
    if row.decided_op is not None:
        decided = DecidedTarget(Op(row.decided_op), row.decided_value)
    return FrozenFigure(
        row.indicator,
        row.period,
        row.site,
        Kind(row.kind) if row.kind else None,
        row.target or None,
        row.value,
        row.coverage,
        decided,
        None if row.verdict is None else Verdict(row.verdict),
        json.loads(row.detail),
    )
