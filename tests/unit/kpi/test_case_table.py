"""Cases as columns: choosing by what repeats is choosing each case, however they lie."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from collector.domain.cases import Facets
from collector.kpi.case_table import CaseTable

NONE = Facets("incident", None, None, None, None, "", "", None, "", {}, False)
KINDS = [NONE._replace(type=type_, site=site) for type_ in ("incident", "request") for site in "ab"]

rows = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9)), max_size=30)


def table(cases: list[tuple[Facets, int]]) -> CaseTable:
    return CaseTable({"facets": [it for it, _ in cases], "created": [at for _, at in cases]})


def contents(cases: CaseTable) -> list[tuple[Facets, int]]:
    return list(zip(cases["facets"], cases["created"], strict=True))


def of_a(facets: Facets) -> bool:
    return facets.site == "a"


@given(rows, st.integers(0, 9))
def test_chosen_by_facets_and_one_by_one_are_those_that_both_choose(cases, least):
    both = [(it, at) for it, at in cases if it.site == "a" and at >= least]
    of_site = table(cases).having(of_a)
    late = table(cases).where([at >= least for _, at in cases])
    assert contents(of_site.where([at >= least for at in of_site["created"]])) == both
    assert contents(late.having(of_a)) == both
    assert len(late.having(of_a)) == len(both)


@given(rows)
def test_what_is_tallied_is_what_each_has(cases):
    chosen = table(cases).having(of_a)
    types = [it.type for it, _ in cases if it.site == "a"]
    assert chosen.each(lambda it: it.type) == types
    assert chosen.tally(lambda it: it.type) == Counter(types)


@given(rows)
def test_all_chosen_is_all(cases):
    whole = table(cases)
    assert whole.having(lambda _: True) is whole
    assert whole.where([True] * len(whole)) is whole
    assert contents(whole.having(lambda _: False)) == []
