"""What a new list of targets would change, and the writing of it."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.settings.errors import ConfigurationError
from collector.settings.load import load
from collector.settings.settings import Settings
from collector.settings.target_changes import (
    FieldChange,
    TargetChange,
    plan,
    read_targets,
    renamed,
    table_to_replace,
    write_targets,
)

OLD = """name,kind,site,address,probes,parent,tags
sw-1,switch,laxa,10.0.0.1,icmp snmp,,
ap-1,access_point,laxa,10.0.0.2,,sw-1,skola
ap-2,access_point,laxa,10.0.0.3,,sw-1,
"""
NEW = """name;kind;site;address;probes;parent;retired_at;tags
sw-1;switch;laxa;10.0.0.9;icmp;;;
ap-1;access_point;laxa;10.0.0.2;;sw-1;2026-10-31;skola äldre
ap-3;access_point;laxa;10.0.0.4;;sw-1;;
"""
YAML = "sites: {laxa: Laxå}\nsnmp: {profiles: {default: {community: hemligt}}}\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "targets.csv").write_text(OLD, "utf-8")
    path = tmp_path / "driftkoll.yaml"
    path.write_text(f"{YAML}targets: [{{file: targets.csv}}]\n", "utf-8")
    return load(path, {})


def test_a_plan_names_what_is_added_changed_and_removed(settings: Settings, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text(NEW, "cp1252")
    [place] = settings.target_files
    after = load(settings.path, {}, instead={place: new})
    changes = plan(settings.targets, after.targets, ZoneInfo("Europe/Stockholm"))
    assert [target.name for target in changes.added] == ["ap-3"]
    assert [target.name for target in changes.removed] == ["ap-2"]
    assert changes.changed == (
        TargetChange(
            "ap-1",
            (
                FieldChange("tags", "skola", "skola äldre"),
                FieldChange("retired_at", "", "2026-11-01 00:00:00+01:00"),
            ),
        ),
        TargetChange(
            "sw-1",
            (
                FieldChange("address", "10.0.0.1", "10.0.0.9"),
                FieldChange(
                    "probes",
                    "icmp(every 1m, timeout 2s) "
                    "snmp(every 1m, timeout 2s, profile=default, port=161)",
                    "icmp(every 1m, timeout 2s)",
                ),
            ),
        ),
    )


def test_the_same_targets_make_an_empty_plan(settings: Settings) -> None:
    assert not plan(settings.targets, load(settings.path, {}).targets)


def test_a_file_read_instead_is_checked_with_all_the_rest(
    settings: Settings, tmp_path: Path
) -> None:
    new = tmp_path / "new.csv"
    new.write_text("name,kind,address,parent\na,server,10.0.0.1,sw-1\n")
    with pytest.raises(ConfigurationError) as refused:
        load(settings.path, {}, instead={settings.target_files[0]: new})
    assert refused.value.problems == [f"{new}:2: parent: 'sw-1' is no target"]


def test_written_targets_are_read_back_the_same(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.chmod(0o640)
    rows = read_targets(path)
    write_targets(path, [row.values for row in rows])
    assert [row.values for row in read_targets(path)] == [row.values for row in rows]
    assert load(settings.path, {}).targets == settings.targets
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_bytes().startswith("\ufeffname;kind;site;address;".encode())
    assert sorted(tmp_path.iterdir()) == [tmp_path / "driftkoll.yaml", path]


def test_a_row_that_cannot_be_written_leaves_the_old_file(
    settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_targets(tmp_path / "targets.csv", [{"name": "\ud800"}])
    assert (tmp_path / "targets.csv").read_text("utf-8") == OLD
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_to_the_table_stays_a_link(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    real = path.rename(tmp_path / "real.csv")
    path.symlink_to(real)
    write_targets(path, [row.values for row in read_targets(path)])
    assert path.is_symlink()
    assert load(settings.path, {}).targets == settings.targets


def test_a_new_name_is_taken_up_by_the_children_too(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    write_targets(path, renamed(read_targets(path), "sw-1", "sw-laxå"))
    assert {(each.name, each.parent) for each in load(settings.path, {}).targets} == {
        ("sw-laxå", None),
        ("ap-1", "sw-laxå"),
        ("ap-2", "sw-laxå"),
    }


@pytest.mark.parametrize(
    ("files", "into", "message"),
    [
        ([], None, "targets: names no CSV file; add {file: targets.csv} to it"),
        (
            ["a.csv", "b.csv"],
            None,
            "targets: names several CSV files; give --into with one of DIR/a.csv, DIR/b.csv",
        ),
        (["a.csv"], "c.csv", "targets: does not name DIR/c.csv; it has DIR/a.csv"),
    ],
    ids=["none", "several", "another"],
)
def test_an_import_says_which_table_it_could_replace(
    tmp_path: Path, files: list[str], into: str | None, message: str
) -> None:
    for file in files:
        (tmp_path / file).write_text("name,kind,address\n")
    path = tmp_path / "driftkoll.yaml"
    path.write_text("targets: [" + ", ".join(f"{{file: {file}}}" for file in files) + "]\n")
    with pytest.raises(ConfigurationError) as refused:
        table_to_replace(load(path, {}), tmp_path / into if into else None)
    expected = f"{path}: {message.replace('DIR', str(tmp_path))}"
    assert refused.value.problems == [expected]


def test_the_only_table_is_the_one_that_is_replaced(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "targets.csv"
    assert table_to_replace(settings, None) == place
    assert table_to_replace(settings, place) == place


def test_members_and_how_many_are_needed_are_changes(tmp_path: Path) -> None:
    nodes = "".join(f"  - {{name: n{n}, kind: server, address: 10.0.0.{n}}}\n" for n in (1, 2, 3))
    path = tmp_path / "driftkoll.yaml"

    def read(members: str) -> Settings:
        path.write_text(f"targets:\n{nodes}  - {{name: esb, kind: other, {members}}}\n", "utf-8")
        return load(path, {})

    before, after = read("members: [n1, n2]"), read("members: [n1, n2, n3], needs: 2")
    changes = plan(before.targets, after.targets)
    assert changes.changed == (
        TargetChange(
            "esb", (FieldChange("members", "n1 n2", "n1 n2 n3"), FieldChange("needs", "1", "2"))
        ),
    )
