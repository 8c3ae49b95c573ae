"""Frozen months: versions that are added and never changed, and their figures in all scopes."""

from dataclasses import replace

import pytest
from support.stored import NOON, frozen_figure, registered, version

from collector.domain.instants import DAY
from collector.domain.measurements import FrozenFigure, FrozenVersion
from collector.domain.targets import Kind
from collector.store import SqlStore

ASKED = ("availability", "2026-09", "all", None, None)


def figure_of(store: SqlStore, frozen: FrozenVersion, figure: FrozenFigure) -> FrozenFigure | None:
    """What a version holds where this figure is."""
    return store.frozen_figure(
        frozen, figure.indicator, figure.period, figure.site, figure.kind, figure.target
    )


def test_a_version_is_read_as_it_was_frozen(store: SqlStore) -> None:
    before = store.revision()
    store.freeze(version(), [])
    assert store.frozen_versions(0, 2**62) == [version()]
    assert store.revision() > before


def test_each_scope_has_its_own_figure(store: SqlStore) -> None:
    (srv,) = registered(store, "srv-1")
    figures = [
        frozen_figure(),
        frozen_figure(period="2026-01..2026-09", value=0.1),
        frozen_figure(site="laxa", value=0.2),
        frozen_figure(kind=Kind.SERVER, value=0.3),
        frozen_figure(site="laxa", kind=Kind.SERVER, value=0.4),
        frozen_figure(target=srv, value=0.5, coverage=None, decided=None, verdict=None),
    ]
    store.freeze(version(), figures)
    assert [figure_of(store, version(), each) for each in figures] == figures


def test_the_parts_of_a_figure_keep_their_order(store: SqlStore) -> None:
    detail = {"classes": {"server": 1, "access_point": 2}, "båda": [0.1, None, "ö"]}
    store.freeze(version(), [frozen_figure(detail=detail)])
    found = figure_of(store, version(), frozen_figure())
    assert found is not None
    assert list(found.detail.items()) == list(detail.items())
    assert list(found.detail["classes"]) == ["server", "access_point"]


def test_a_scope_without_a_value_has_no_figure(store: SqlStore) -> None:
    store.freeze(version(), [frozen_figure()])
    assert store.frozen_figure(version(), "availability", "2026-09", "laxa", None, None) is None
    assert store.frozen_figure(version(), "sick_leave", "2026-09", "all", None, None) is None
    assert store.frozen_figure(version(2), *ASKED) is None


def test_a_further_version_leaves_the_first_as_it_was(store: SqlStore) -> None:
    again = version(2, reason="rättat", fingerprint="beef")
    store.freeze(version(), [frozen_figure()])
    store.freeze(again, [frozen_figure(value=0.9)])
    assert store.frozen_versions(0, 2**62) == [version(), again]
    first, second = (store.frozen_figure(each, *ASKED) for each in (version(), again))
    assert first == frozen_figure()
    assert second == frozen_figure(value=0.9)


@pytest.mark.parametrize("number", [1, 3])
def test_only_the_next_version_is_taken(store: SqlStore, number: int) -> None:
    store.freeze(version(), [frozen_figure()])
    with pytest.raises(ValueError, match="2026-09 was frozen by somebody else just now"):
        store.freeze(version(number), [frozen_figure(value=0.9)])
    assert store.frozen_versions(0, 2**62) == [version()]
    assert store.frozen_figure(version(), *ASKED) == frozen_figure()


def test_nothing_is_kept_of_a_version_that_fails_half_way(store: SqlStore) -> None:
    twice = [frozen_figure(), frozen_figure()]
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.freeze(version(), twice)
    assert store.frozen_versions(0, 2**62) == []


def test_versions_are_found_by_what_touches_their_month(store: SqlStore) -> None:
    september = version()
    october = replace(
        september, period="2026-10", start=september.end, end=september.end + 31 * DAY
    )
    store.freeze(october, [])
    store.freeze(september, [])
    assert store.frozen_versions(0, 2**62) == [september, october]
    assert store.frozen_versions(NOON, NOON + 1) == [september]
    assert store.frozen_versions(september.end, september.end + 1) == [october]
    assert store.frozen_versions(0, september.start) == []
