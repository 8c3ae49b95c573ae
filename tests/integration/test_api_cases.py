"""/api/v1/cases and the registers: ids, times and classes; security incidents for editors alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.api import Api
from support.figures import at
from support.stored import case

from collector.domain.cases import CaseStatus, CaseType
from collector.domain.people import Role
from collector.domain.registers import Attestation, SecurityIncident

SECRET = SecurityIncident("S-1", at("2026-10-05T00:00"), "hög", "laxa", "anna", at("2026-10-06"))


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    served = Api(tmp_path)
    served.store.upsert_cases(
        [
            case("1", created=at("2026-10-01T08:00"), resolved=at("2026-10-02T08:00")),
            case("2", created=at("2026-10-03T08:00"), resolved=None, status=CaseStatus.OPEN),
            case(
                "3",
                created=at("2026-10-04T08:00"),
                resolved=at("2026-10-05T08:00"),
                type=CaseType.SECURITY_INCIDENT,
            ),
        ]
    )
    served.store.add_security_incidents([SECRET])
    served.store.attest(
        Attestation(
            "security_incidents", at("2026-09-01"), at("2026-10-01"), "anna", at("2026-10-02"), "ok"
        )
    )
    yield served
    served.close()


def ids(api: Api, query: str = "", role: Role | None = None) -> list[str]:
    headers = api.bearer(role) if role else {}
    answer = api.http.get(f"/api/v1/cases?period=2026-10{query}", headers=headers)
    assert answer.status_code == 200
    return [item["id"] for item in answer.json()["items"]]


def test_cases_are_listed_by_when_they_were_made(api: Api) -> None:
    assert ids(api, role=Role.EDITOR) == ["1", "2", "3"]


def test_a_security_incident_is_listed_for_editors_alone(api: Api) -> None:
    assert ids(api) == ["1", "2"]
    assert ids(api, role=Role.READER) == ["1", "2"]
    assert ids(api, role=Role.ADMINISTRATOR) == ["1", "2", "3"]


def test_open_ones_can_be_asked_for(api: Api) -> None:
    assert ids(api, "&open=true") == ["2"]


def test_a_list_goes_on_where_it_ended(api: Api) -> None:
    first = api.http.get("/api/v1/cases?period=2026-10&limit=1").json()
    rest = api.http.get(f"/api/v1/cases?period=2026-10&next={first['next']}").json()
    assert [each["id"] for each in [*first["items"], *rest["items"]]] == ["1", "2"]


def test_a_word_that_is_no_type_is_refused_with_the_nearest(api: Api) -> None:
    answer = api.http.get("/api/v1/cases?type=incidents")
    assert answer.status_code == 422
    assert "did you mean 'incident'" in answer.json()["detail"]


def test_the_status_counts_what_is_open(api: Api) -> None:
    said = api.http.get("/api/v1/cases/status").json()
    assert (said["open"], said["oldest"]["count"]) == (1, 1)
    assert said["oldest"]["cases"][0]["id"] == "2"


def test_the_register_of_security_incidents_takes_an_editor(api: Api) -> None:
    place = "/api/v1/registers/security_incidents?period=2026-10"
    assert api.http.get(place).status_code == 401
    assert api.http.get(place, headers=api.bearer(Role.READER)).status_code == 403
    said = api.http.get(place, headers=api.bearer(Role.EDITOR)).json()
    assert [each["number"] for each in said["entries"]] == ["S-1"]
    assert said["attestations"] == []


def test_disruption_reports_and_what_was_attested_are_open(api: Api) -> None:
    said = api.http.get("/api/v1/registers/disruption_reports?period=2026-10").json()
    assert said == {"entries": [], "attestations": []}
