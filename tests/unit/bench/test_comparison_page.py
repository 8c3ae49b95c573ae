"""docs/jamforelse.md says what the program works out, and explains each difference in it."""

import re
from pathlib import Path

import pytest

from bench import peer_month

PAGE = (Path(__file__).parents[3] / "docs" / "jamforelse.md").read_text(encoding="utf-8")
TABLES = {
    "delar": peer_month.parts,
    "utfall": peer_month.table,
    "val": peer_month.choices,
}


@pytest.mark.parametrize("name", TABLES)
def test_the_page_has_the_table_that_the_program_prints(name):
    found = re.search(rf"<!-- {name} -->\n+(.*?)\n+<!-- slut -->", PAGE, re.DOTALL)
    assert found
    assert found[1].splitlines() == list(TABLES[name]())


def _explained() -> dict[str, list[str]]:
    """Which systems each object's paragraph has a sentence of."""
    reasons = PAGE.partition("## Varför skiljer det")[2].partition("\n## ")[0]
    explained: dict[str, list[str]] = {}
    for head, lines in re.findall(r"^(\*\*`.+)\n\n((?:- .+\n)+)", reasons, re.MULTILINE):
        for name in re.findall(r"\*\*`([^`]+)`\*\*", head):
            explained[name] = re.findall(r"^- ([^:]+):", lines, re.MULTILINE)
    return explained


def test_the_page_explains_each_difference_and_no_other():
    assert _explained() == peer_month.differing(peer_month.PEERS)


def test_a_figure_is_printed_without_being_rounded_up():
    assert peer_month.printed(0.991_999_9) == "99,199"
    assert peer_month.printed(1.0) == "100,000"
    assert peer_month.printed(None) == "–"


def test_the_first_object_is_the_worked_example():
    assert peer_month.driftkoll()["srv-journal"].value == pytest.approx(736 / 738, abs=1e-12)
