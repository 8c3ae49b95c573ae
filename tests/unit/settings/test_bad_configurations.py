"""Each file in bad/ is refused with exactly the lines in the .txt beside it."""

from pathlib import Path

import pytest

from collector.settings.errors import ConfigurationError
from collector.settings.load import load

BAD = Path(__file__).parent / "bad"
SECRET = "hemligt"


def problems(path: Path, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as refused:
        load(path, env or {})
    return [problem.replace(f"{path.parent}/", "") for problem in refused.value.problems]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_configuration_is_refused_with_all_its_problems_at_once(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert problems(path, {"SECRET": SECRET}) == expected


@pytest.mark.parametrize("path", sorted(BAD.glob("*.txt")), ids=lambda path: path.stem)
def test_no_message_shows_what_a_variable_holds(path: Path) -> None:
    assert SECRET not in path.read_text("utf-8")


def written(folder: Path, content: str | bytes, name: str = "driftkoll.yaml") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "driftkoll.yaml"
    assert problems(missing) == ["driftkoll.yaml: cannot be read: No such file or directory"]


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    assert problems(tmp_path / "etc") == ["etc: cannot be read: Is a directory"]


def test_a_file_that_is_not_utf_8_names_line_and_byte(tmp_path: Path) -> None:
    path = written(tmp_path, "language: sv\norganisation: Örebro\n".encode("cp1252"))
    assert problems(path) == [
        "driftkoll.yaml:2: not UTF-8 at byte 15 of the line; save the file as UTF-8"
    ]


def test_a_control_character_names_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "language: sv\norganisation: a\x07b\n")
    assert problems(path) == ["driftkoll.yaml:2: not valid YAML: control character 0x07"]


def test_two_documents_in_a_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "language: sv\n---\nlanguage: en\n")
    assert problems(path) == [
        "driftkoll.yaml:2: not valid YAML: expected a single document in the stream "
        "but found another document (column 1)"
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("name,kind,address\n".encode("utf-16"), id="utf-16"),
        pytest.param(b"name,kind,address\n\x81,server,10.0.0.1\n", id="no Windows-1252"),
    ],
)
def test_a_table_in_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, content, "targets.csv")
    path = written(tmp_path, "targets: [{file: targets.csv}]\n")
    assert problems(path) == [
        "targets.csv: neither UTF-8 nor Windows-1252; save the file as CSV UTF-8"
    ]


def test_a_secret_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    written(tmp_path, b"\xff\xfe", "community")
    path = written(tmp_path, 'snmp: {profiles: {default: {community: "file:community"}}}\n')
    assert problems(path) == [
        "driftkoll.yaml:1: snmp.profiles.default.community: 'file:community' is not UTF-8 text"
    ]


def test_a_key_that_cannot_be_printed_stays_on_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, '"a\\nb": 1\n')
    assert [problem.partition("; ")[0] for problem in problems(path)] == [
        "driftkoll.yaml:1: 'a\\nb': unknown key"
    ]
