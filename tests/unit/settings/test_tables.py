"""CSV as spreadsheets write it."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.settings.errors import ConfigurationError
from collector.settings.tables import Row, read_table

LETTERS = "abcåäöÅÄÖéü019 .-_;,\"'\n"
VALUES = st.text(LETTERS, max_size=12).map(str.strip)
ROWS = st.lists(
    st.fixed_dictionaries({"name": VALUES.filter(bool), "kind": VALUES, "site": VALUES}),
    max_size=8,
)


def table(tmp_path: Path, content: str | bytes) -> list[Row]:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_table(path, required=["name"], optional=["kind", "site"]).rows)


def values(rows: list[Row]) -> list[tuple[str, ...]]:
    return [tuple(row.values.values()) for row in rows]


@given(
    rows=ROWS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    separator=st.sampled_from([",", ";"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    hinted=st.booleans(),
)
def test_what_is_written_in_any_form_is_read_back_the_same(
    rows: list[dict[str, str]], encoding: str, separator: str, ending: str, hinted: bool
) -> None:
    text = io.StringIO(newline="")
    if hinted:
        text.write(f"sep={separator}{ending}")
    writer = csv.DictWriter(
        text, ["name", "kind", "site"], delimiter=separator, lineterminator=ending
    )
    writer.writeheader()
    writer.writerows(rows)
    with TemporaryDirectory() as folder:
        read = table(Path(folder), text.getvalue().encode(encoding))
    assert [row.values for row in read] == rows


def test_a_table_from_a_swedish_excel_is_read(tmp_path: Path) -> None:
    content = 'Name;Kind;Site;;\r\n"växel; öst";switch;laxå;;\r\n;;;;\r\nåsen;;;;\r\n;;;;\r\n'
    for encoding in ("cp1252", "utf-8-sig"):
        rows = table(tmp_path, content.encode(encoding))
        assert values(rows) == [("växel; öst", "switch", "laxå"), ("åsen", "", "")]


def test_a_row_knows_the_line_it_begins_on(tmp_path: Path) -> None:
    rows = table(tmp_path, 'sep=,\nname,kind\n\n"a\nb",switch\n,,\nc,server\n')
    assert [row.line for row in rows] == [4, 7]


def test_columns_may_stand_in_any_order_and_case(tmp_path: Path) -> None:
    assert values(table(tmp_path, "SITE, Name\nlaxa, a\n")) == [("a", "", "laxa")]


def test_a_short_row_lacks_its_last_values(tmp_path: Path) -> None:
    assert values(table(tmp_path, "name,kind,site\na\n")) == [("a", "", "")]


def test_a_single_column_needs_no_separator(tmp_path: Path) -> None:
    assert values(table(tmp_path, "name\na\nb\n")) == [("a", "", ""), ("b", "", "")]


def test_a_comma_in_a_table_of_semicolons_is_a_comma(tmp_path: Path) -> None:
    assert values(table(tmp_path, "name;kind\na,b;switch\n")) == [("a,b", "switch", "")]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        table(tmp_path, "name,kind\n,switch\na,b,c,d\n")
    assert [line.removeprefix(f"{tmp_path}/") for line in refused.value.problems] == [
        "table.csv:2: name: is empty",
        "table.csv:3: has more values than the 2 columns; "
        "put quotes around a value that holds the separator",
    ]
