"""What the JSON API answers: lists in parts, figures, what people enter, and what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import PASSWORD, Api
from support.figures import ZONE, at

from collector.domain.corrections import Annotation, Cause
from collector.domain.people import Role
from collector.domain.states import State
from collector.kpi.periods import parse_period
from collector.services.freeze import freeze

SPAN = ("2026-10-01T00:00", "2026-10-15T00:00")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Two weeks of October: a server that was down for an hour, a switch that was not."""
    served = Api(tmp_path)
    for name in ("srv-1", "sw-1"):
        served.was(name, State.UP, SPAN[0], "2026-10-06T10:00")
        served.was(name, State.UP, "2026-10-06T11:00", SPAN[1])
    served.was("srv-1", State.DOWN, "2026-10-06T10:00", "2026-10-06T11:00")
    served.was("sw-1", State.UP, "2026-10-06T10:00", "2026-10-06T11:00")
    yield served
    served.close()


def get(api: Api, path: str, status: int = 200, **asked: object) -> Any:
    answer = api.http.get(f"/api/v1/{path}", params=asked or None)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    kind = "application/json" if status == 200 else "application/problem+json"
    assert answer.headers["content-type"] == kind
    return answer.json()


def post(api: Api, path: str, status: int = 201, **body: object) -> Any:
    answer = api.http.post(f"/api/v1/{path}", json=body, auth=("anna", PASSWORD))
    assert answer.status_code == status, answer.text
    return answer.json()


def names(found: Any) -> list[str]:
    return [item["name"] for item in found["items"]]


def test_targets_are_listed_by_name_and_narrowed(api: Api) -> None:
    assert names(get(api, "targets")) == ["ap-1", "srv-1", "sw-1"]
    assert names(get(api, "targets", site="laxa", kind="switch")) == ["sw-1"]
    assert names(get(api, "targets", site="all")) == ["ap-1", "srv-1", "sw-1"]
    assert names(get(api, "targets", state="up")) == []
    assert get(api, "targets/srv-1")["tags"] == ["vård"]


def test_a_list_is_read_in_parts_without_gaps_whatever_comes_between(api: Api) -> None:
    first = get(api, "targets", limit=2)
    assert names(first) == ["ap-1", "srv-1"]
    api.configured = api.configured.__class__(
        *(getattr(api.configured, name) for name in ("zone", "sites", "population", "register")),
        api.configured.targets[1:],
    )
    rest = get(api, "targets", limit=2, next=first["next"])
    assert names(rest) == ["sw-1"]
    assert rest["next"] is None


def test_an_outage_is_found_by_period_site_kind_and_target(api: Api) -> None:
    (outage,) = get(api, "outages", period="2026-10")["items"]
    assert (outage["target"], outage["start"], outage["seconds"]) == (
        "srv-1",
        "2026-10-06T10:00:00+02:00",
        3600,
    )
    assert len(get(api, "outages", site="hallsberg", kind="server", target="srv-1")["items"]) == 1
    for other in ({"period": "2026-09"}, {"site": "laxa"}, {"kind": "ups"}, {"target": "sw-1"}):
        assert get(api, "outages", **other)["items"] == []


def test_an_indicator_has_its_figure_for_the_period_and_scope(api: Api) -> None:
    whole = get(api, "indicators/availability", period="2026-10-06..2026-10-06", target="srv-1")
    assert whole["value"] == pytest.approx(23 / 24, abs=1e-12)
    assert whole["detail"]["seconds"]["down"] == 3600
    assert get(api, "indicators/availability", site="laxa", kind="switch")["value"] == 1
    assert get(api, "indicators/sick_leave")["value"] is None
    listed = get(api, "indicators")["items"]
    assert [each["indicator"] for each in listed] == ["availability", "sick_leave"]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("targets/srv-l", 404, "unknown target 'srv-l'; did you mean 'srv-1'?"),
        ("targets?kind=servr", 422, "unknown kind 'servr'; did you mean 'server'?"),
        ("targets?site=lxa", 422, "unknown site 'lxa'; did you mean 'laxa'?"),
        ("targets?sites=laxa", 422, "unknown parameter 'sites'; did you mean 'site'?"),
        ("targets?limit=0", 422, "parameter 'limit': it must be greater than or equal to 1"),
        ("targets?limit=1001", 422, "parameter 'limit': it must be less than or equal to 1000"),
        ("targets?next=x", 422, "next is not what an answer to this request gave"),
        ("targets?next=WzFd", 422, "next is not what an answer to this request gave"),
        ("targets?next=WyJhIiwiYiJd&limit=%FF", 422, None),
        ("outages?period=2026-13", 422, "'2026-13' is no period: write 2026-10, 2026"),
        ("outages?period=2001-01..2026-08", 422, "is longer than five years; ask for less"),
        ("outages?target=srv", 422, "unknown target 'srv'; did you mean 'srv-1'?"),
        ("indicators/availabilty", 404, "did you mean 'availability'?"),
        ("nothing", 404, "there is no such resource; /openapi.json describes those that there are"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    api: Api, path: str, status: int, sentence: str | None
) -> None:
    problem = get(api, path, status)
    assert problem["status"] == status
    assert problem["detail"].count("\n") == 0
    assert (sentence or "") in problem["detail"]


def test_a_method_that_is_not_there_is_a_problem_too(api: Api) -> None:
    answer = api.http.put("/api/v1/targets", json={}, auth=("anna", PASSWORD))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "no such method" in answer.json()["detail"]


def test_a_correction_counts_has_its_author_and_is_taken_back(api: Api) -> None:
    def value() -> float:
        return get(api, "indicators/availability", target="srv-1", kind="server")["value"]

    before = value()
    made = post(
        api,
        "corrections",
        target="srv-1",
        start="2026-10-06T10:00",
        end="2026-10-06T11:00",
        state="up",
        reason="The monitoring was at fault",
    )["item"]
    assert (made["author"], made["state"], made["undoes"]) == ("anna", "up", None)
    assert before < value() == 1
    undone = post(api, f"corrections/{made['id']}/undo", reason="It was not")["item"]
    assert (undone["author"], undone["undoes"]) == ("anna", made["id"])
    assert value() == before
    trail = get(api, "corrections", target="srv-1", period="2026-10")["items"]
    assert [entry["undone_by"] for entry in trail] == [undone["id"], None]
    again = post(api, f"corrections/{made['id']}/undo", 409, reason="Again")
    assert "was undone at" in again["detail"]
    assert post(api, "corrections/99/undo", 404, reason="x")["detail"] == (
        "there is no correction 99"
    )


def test_an_outage_gets_its_cause(api: Api) -> None:
    said = post(api, "outages/srv-1/2026-10-06T10:00/annotation", cause="power", text="En säkring")[
        "item"
    ]
    assert (said["author"], said["cause"]) == ("anna", "power")
    (outage,) = get(api, "outages")["items"]
    assert outage["annotation"] == said
    gone = post(api, "outages/srv-9/2026-10-06T10:00/annotation", 404, cause="power")
    assert gone["detail"] == "unknown target 'srv-9'; did you mean 'srv-1'?"
    wrong = post(api, "outages/srv-1/2026-10-06T10:00/annotation", 422, cause="powr")
    assert wrong["detail"] == "unknown cause 'powr'; did you mean 'power'?"


def test_work_is_registered_extended_and_cancelled(api: Api) -> None:
    once = {"start": "2026-10-20T18:00", "end": "2026-10-20T20:00"}
    made = post(api, "maintenance", reason="Nytt minne", targets=["srv-1"], **once)
    window, path = made["item"], f"maintenance/{made['item']['id']}"
    assert (window["author"], window["scope"]["targets"]) == ("anna", ["srv-1"])
    post(api, f"{path}/extend", 200, end="2026-10-20T21:00", reason="Drar ut")
    listed = get(api, "maintenance", period="2026-10")["items"]
    assert [(each["planned"], each["end"][11:16]) for each in listed] == [
        (True, "20:00"),
        (True, "21:00"),
    ]
    gone = post(api, f"{path}/cancel", 200, reason="Inga delar")["item"]
    assert gone["cancelled"]["author"] == "anna"
    assert get(api, "maintenance")["items"] == []
    assert "was cancelled" in post(api, f"{path}/cancel", 409, reason="Igen")["detail"]
    assert post(api, "maintenance/99/cancel", 404, reason="x")["detail"] == "there is no window 99"


def test_recurring_work_is_registered_by_its_rule(api: Api) -> None:
    again = {"rrule": "FREQ=MONTHLY;BYDAY=3TU", "at": "18:00", "duration": "2h"}
    made = post(
        api, "maintenance", reason="Patchar", sites=["laxa"], **again, **{"from": SPAN[0][:10]}
    )
    assert made["item"]["recurrence"]["rule"] == "FREQ=MONTHLY;BYDAY=3TU"
    listed = get(api, "maintenance", limit=1)
    assert listed["items"][0]["start"] == "2026-10-20T18:00:00+02:00"
    later = get(api, "maintenance", limit=1, next=listed["next"])
    assert later["items"][0]["start"] == "2026-11-17T18:00:00+01:00"


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("corrections", {}, "the field 'target' is missing"),
        ("corrections", {"targt": "x"}, None),
        ("maintenance", {"reason": "x"}, "give start and end, or else rrule, at, duration"),
        (
            "maintenance",
            {"reason": "x", "start": "2026-10-25T02:30", "end": "2026-10-25T02:10", "sites": ["a"]},
            "unknown site 'a'; known are hallsberg, laxa; end '2026-10-25T02:10' is not after",
        ),
        (
            "maintenance",
            {"reason": "x", "targts": ["a"]},
            "unknown field 'targts'; did you mean 'targets'?",
        ),
        ("maintenance", {"reason": "a\0b"}, "reason: may hold no control characters"),
        ("maintenance", {"reason": "  "}, "field 'reason'"),
    ],
)
def test_what_is_wrong_with_a_body_is_one_sentence(api: Api, path, body, sentence) -> None:
    problem = post(api, path, 422, **body)
    assert (sentence or "") in problem["detail"]
    assert get(api, "corrections")["items"] == get(api, "maintenance")["items"] == []


@pytest.mark.parametrize("body", ["", "{", "[]", "1", "null", '"x"', '{"reason": "\\ud800"}'])
def test_what_is_no_json_object_is_refused(api: Api, body: str) -> None:
    headers = api.bearer(Role.EDITOR) | {"Content-Type": "application/json"}
    answer = api.http.post("/api/v1/maintenance", content=body, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (422, 422)


def test_a_store_that_is_away_is_a_503_with_a_time_to_come_back(api: Api, tmp_path: Path) -> None:
    database = tmp_path / "driftkoll.db"
    database.rename(tmp_path / "elsewhere.db")
    answer = api.http.get("/api/v1/outages")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert str(tmp_path) not in answer.text
    (tmp_path / "elsewhere.db").rename(database)
    assert api.http.get("/api/v1/outages").status_code == 200


def _shape(of: object) -> object:
    """The keys of an answer at every depth; a list is as its first item, names of things aside."""
    if isinstance(of, dict):
        return {key: _shape(value) for key, value in of.items()}
    return [_shape(of[0])] if isinstance(of, list) and of else None


def _example(api: Api, path: str) -> dict[str, Any]:
    described = api.http.get("/openapi.json").json()["paths"][f"/api/v1/{path}"]["get"]
    return described["responses"]["200"]["content"]["application/json"]["example"]


def test_the_example_of_a_figure_has_every_key_that_a_frozen_one_has(api: Api) -> None:
    api.now = at("2026-11-02T08:00")
    register = [it for it in api.configured.register if it.id == "availability"]
    month = parse_period("2026-10", zone=ZONE, now=api.now)
    for reason in ("", "Rättat"):
        freeze(
            api.store, register, month, zone=ZONE, population={}, author="anna", reason=reason,
            now=api.now,
        )  # fmt: skip
        api.store.annotate(
            Annotation(0, api.ids["srv-1"], at("2026-10-06T10:00"), Cause.POWER, "Strömavbrott",
                       "", "", "", "anna", api.now)
        )  # fmt: skip
    found = get(api, "indicators/availability", period="2026-10")
    example = _example(api, "indicators/{id}")
    assert found.keys() == example.keys()
    assert set(found["detail"]) == set(example["detail"])
    for key in ("seconds", "budget", "longest_outage", "live"):
        assert _shape(found["detail"][key]) == _shape(example["detail"][key]), key
    for key in ("largest_outages", "worst", "versions"):
        assert _shape(found["detail"][key][:1]) == _shape(example["detail"][key]), key
    for key in ("classes", "sites"):
        (there,) = example["detail"][key].values()
        for one in found["detail"][key].values():
            assert _shape(one) == _shape(there)
    assert (
        get(api, "indicators/availability", period="2026-10", version=1)["frozen"]["version"] == 1
    )
    problem = get(api, "indicators/availability?period=2026-10&version=9", 422)
    assert "2026-10 has no version 9" in problem["detail"]


def test_the_budget_says_what_is_left_and_what_an_outage_would_take(api: Api) -> None:
    api.now = at("2026-11-02T08:00")
    asked = {"period": "2026-10", "target": "srv-1"}
    found = get(api, "indicators/availability/budget", **asked, outage="2h")
    whole = get(api, "indicators/availability", **asked)
    assert found["budget"] == whole["detail"]["budget"]
    would = found["further_outage"]
    assert (would["seconds"], would["objects"]) == (7200, 1)
    before, after = would["scope"]["before"], would["scope"]["after"]
    assert before["budget"] == found["budget"]
    assert before["budget"]["left_seconds"] - after["budget"]["left_seconds"] == 7200
    assert _shape(found) == _shape(_example(api, "indicators/availability/budget")) | {
        "budgets": {}
    }
    assert get(api, "indicators/availability/budget", **asked)["further_outage"] is None
    of_all = get(api, "indicators/availability/budget", period="2026-10")
    assert set(of_all["budgets"]) == {"classes", "sites"}


@pytest.mark.parametrize("outage", ["2 hours", "0h", "-1h"])
def test_an_outage_that_is_no_time_is_refused(api: Api, outage: str) -> None:
    problem = get(api, f"indicators/availability/budget?outage={outage}", 422)
    assert problem["detail"].startswith("outage: ")
