"""What may be said of a source: unknown keys, loose ends and half declarations are refused."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.desk import declaration

from collector.domain.cases import CaseStatus
from collector.sources.declared import DeclaredSource
from collector.sources.hooks.property_list import Options, apply
from collector.sources.presets import with_preset


def problems(**said: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        DeclaredSource.model_validate(declaration(80, **said))
    return [f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in refused.value.errors()]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"feilds": {}}, "feilds: Extra inputs are not permitted"),
        (
            {"base_url": "desk.example"},
            "base_url: Value error, 'desk.example' is no URL; write it as https://desk.example",
        ),
        (
            {"base_url": "https://anna:x@desk.example"},
            "base_url: Value error, holds a user; write the credential as keys of its own",
        ),
        (
            {"records": "items["},
            "records: Value error, 'items[' is no JMESPath expression: ",
        ),
        ({"types": {"Fel": "error"}}, "types.Fel: Input should be "),
        (
            {"auth": {"type": "basic", "user": "x"}},
            "auth: Value error, type basic needs password",
        ),
        (
            {"request": {"path": "/x"}},
            ": Value error, paginator keyset needs {since} in the request",
        ),
        (
            {"details": {"request": {"path": "/some?ids={ids}"}, "records": "items"}},
            ": Value error, details go with another paginator than keyset; list all ids at once",
        ),
        ({"cursor": None}, ": Value error, paginator keyset needs a cursor"),
        (
            {"headers": {"X": "{sesion}"}, "variables": {"session": "x"}},
            ": Value error, unknown placeholder '{sesion}'; did you mean 'session'?",
        ),
        (
            {"paginator": {"type": "token"}},
            "paginator: Value error, type token needs next: where an answer tells the next page's "
            "token",
        ),
        (
            {"history": {"mode": "inline", "records": "h", "fields": {"at": "at"}, "case": "id"}},
            "history: Value error, case belongs to mode global: how an event tells whose it is",
        ),
        (
            {"history": {"mode": "per_item", "records": "h", "fields": {"at": "at"}}},
            "history: Value error, needs a request, unless its mode is inline",
        ),
        (
            {"hooks": ["property_lists"]},
            "hooks: Value error, unknown hook 'property_lists'; did you mean 'property_list'?",
        ),
        (
            {"satisfaction_scale": [5, 1]},
            "satisfaction_scale: Value error, must be [worst, best], as [1, 10]",
        ),
        (
            {"cursor": {"field": "u", "tz": "Sweden"}},
            "cursor.tz: Value error, 'Sweden' is no time zone; write one as Europe/Stockholm",
        ),
        (
            {"preset": "zamad"},
            ": Value error, unknown preset 'zamad'; did you mean 'zammad'?",
        ),
    ],
)
def test_what_is_wrong_is_said(said: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(**said)), problems(**said)


def test_a_preset_asks_for_what_only_the_user_knows() -> None:
    with pytest.raises(ValidationError, match="token must be given"):
        DeclaredSource.model_validate({"preset": "zammad", "base_url": "https://desk.example"})


def test_no_secret_is_told_with_what_is_wrong() -> None:
    found = problems(variables={"token": "hemligt"}, auth={"type": "basic", "password": "hemligt"})
    assert "hemligt" not in str(found)


def test_a_user_lays_words_and_parts_over_a_preset() -> None:
    given = {
        "preset": "zammad",
        "base_url": "https://desk.example/",
        "token": "x",
        "statuses": {"pending close": "scheduled"},
        "fields": {"site": "ort"},
        "history": None,
    }
    said = DeclaredSource.model_validate(given)
    assert said.base_url == "https://desk.example"
    assert said.statuses["pending close"] is CaseStatus.SCHEDULED
    assert said.statuses["open"] is CaseStatus.OPEN
    assert said.fields.site is not None
    assert said.fields.site.text == "ort"
    assert said.fields.id.text == "id"
    assert said.history is None
    assert said.variables["token"].get_secret_value() == "x"


def test_a_credential_of_another_kind_replaces_the_presets_whole() -> None:
    auth = {"type": "basic", "user": "u", "password": "p"}
    given = {"preset": "zammad", "base_url": "https://desk.example", "auth": auth}
    assert with_preset(given)["auth"] == auth


def test_of_properties_with_one_name_the_first_that_is_not_empty_stands() -> None:
    record = {
        "id": "13:2",
        "property": [
            {"name": "Status", "content": "Löst", "rawValue": "148:1"},
            {"name": "Lösning", "content": "", "rawValue": ""},
            {"name": "Lösning", "content": "Bytte kabel"},
            {"name": "Lösning", "content": "Annat"},
            {"content": "utan namn"},
        ],
    }
    given = apply(record, Options())
    assert given["property"] == {
        "Status": record["property"][0],
        "Lösning": {"name": "Lösning", "content": "Bytte kabel"},
    }
    assert apply({"id": 1}, Options()) == {"id": 1}
