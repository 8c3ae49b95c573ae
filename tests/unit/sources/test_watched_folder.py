"""A watched folder: no file half, none twice, and what was refused says why."""

import os
from pathlib import Path

import pytest

from collector.domain.instants import SECOND
from collector.sources.files import Folder

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def put(folder: Folder, name: str, text: str = "id\n", *, age: int = 60) -> Path:
    file = folder.path / name
    file.write_text(text, encoding="utf-8")
    os.utime(file, (NOW / SECOND - age,) * 2)
    return file


def test_a_file_is_ripe_when_it_is_as_at_the_look_before(folder: Folder) -> None:
    file = put(folder, "october.csv")
    assert folder.ripe(NOW) == []
    assert folder.ripe(NOW) == [file]


def test_a_file_that_grows_is_left(folder: Folder) -> None:
    file = put(folder, "october.csv")
    folder.ripe(NOW)
    put(folder, "october.csv", "id\n1\n")
    assert folder.ripe(NOW) == []
    assert folder.ripe(NOW) == [file]


def test_a_file_that_was_just_written_to_is_left_also_when_it_has_not_grown(
    folder: Folder,
) -> None:
    put(folder, "october.csv", age=1)
    folder.ripe(NOW)
    assert folder.ripe(NOW) == []


def test_a_file_that_grows_while_it_is_read_is_seen(folder: Folder) -> None:
    file = put(folder, "october.csv")
    folder.ripe(NOW)
    folder.ripe(NOW)
    assert folder.unchanged(file)
    put(folder, "october.csv", "id\n1\n")
    assert not folder.unchanged(file)


def test_files_come_in_the_order_they_were_written(folder: Folder) -> None:
    put(folder, "a.csv", age=60)
    put(folder, "b.xlsx", age=120)
    folder.ripe(NOW)
    assert [file.name for file in folder.ripe(NOW)] == ["b.xlsx", "a.csv"]


@pytest.mark.parametrize("name", ["~$export.xlsx", ".export.csv", "export.csv.part", "notes.txt"])
def test_what_is_no_finished_export_is_left(folder: Folder, name: str) -> None:
    put(folder, name)
    folder.ripe(NOW)
    assert folder.ripe(NOW) == []


def test_what_was_taken_in_lies_in_done_and_hides_no_other_of_its_name(folder: Folder) -> None:
    first = folder.done(put(folder, "export.csv", "first"))
    second = folder.done(put(folder, "export.csv", "second"))
    assert first == folder.path / "done" / "export.csv"
    assert [first.read_text(), second.read_text()] == ["first", "second"]
    folder.ripe(NOW)
    assert folder.ripe(NOW) == []


def test_what_was_refused_lies_in_rejected_with_the_reasons_beside_it(folder: Folder) -> None:
    place = folder.rejected(put(folder, "export.csv"), ["export.csv:2: id: is empty", "another"])
    assert place == folder.path / "rejected" / "export.csv"
    reason = folder.path / "rejected" / "export.csv.reason.txt"
    assert reason.read_text() == "export.csv:2: id: is empty\nanother\n"
