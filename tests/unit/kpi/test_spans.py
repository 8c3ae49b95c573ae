"""Spans are sets of instants: their arithmetic is that of sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.kpi.spans import clip, intersect, overlap, subtract, total, union

raw = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda it: (it[0], it[0] + it[1])),
    max_size=8,
)


def instants(spans: list[tuple[int, int]]) -> set[int]:
    return {t for start, end in spans for t in range(start, end)}


def is_tidy(spans: list[tuple[int, int]]) -> bool:
    edges = [edge for span in spans for edge in span]
    return all(a < b for a, b in pairwise(edges))


@given(raw, raw)
def test_a_union_covers_what_either_covers(first, second):
    united = union(first, second)
    assert is_tidy(united)
    assert instants(united) == instants(first) | instants(second)


@given(raw, raw)
def test_an_intersection_covers_what_both_cover(first, second):
    common = intersect(union(first), union(second))
    assert is_tidy(common)
    assert instants(common) == instants(first) & instants(second)


@given(raw, raw)
def test_a_difference_covers_what_only_the_first_covers(first, second):
    left = subtract(union(first), union(second))
    assert is_tidy(left)
    assert instants(left) == instants(first) - instants(second)


@given(raw, st.integers(0, 50), st.integers(0, 50))
def test_clipping_and_overlap_are_an_intersection_with_one_span(spans, start, end):
    tidy = union(spans)
    within = intersect(tidy, union([(start, end)]))
    assert clip(tidy, start, end) == within
    if start <= end:
        assert overlap(tidy, start, end) == total(within)
