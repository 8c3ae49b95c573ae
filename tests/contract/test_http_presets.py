"""Each preset against answers of the shape that the platform's documentation gives."""

import asyncio
import json
from typing import Any

import pytest
from support.probing import probing, target
from support.services import Asked, Service, http, serving, spec

from collector.domain.samples import Outcome, Reason, Result
from collector.domain.service_facts import Messages
from collector.probes._http.presets import names

UP, DOWN, DEGRADED = Result.UP, Result.DOWN, Result.DEGRADED

RABBITMQ = {
    "management_version": "3.13.7",
    "message_stats": {
        "publish": 48,
        "publish_details": {"rate": 0.0},
        "return_unroutable": 20,
        "deliver_get": 7,
        "deliver_get_details": {"rate": 0.2},
    },
    "queue_totals": {"messages_ready": 28, "messages_unacknowledged": 2, "messages": 30},
    "object_totals": {"consumers": 0, "queues": 1, "exchanges": 8},
}
NIFI = {
    "controllerStatus": {
        "activeThreadCount": 0,
        "terminatedThreadCount": 0,
        "queued": "12 / 3 KB",
        "flowFilesQueued": 12,
        "bytesQueued": 3072,
        "runningCount": 4,
        "stoppedCount": 2,
        "invalidCount": 0,
    }
}
CAMEL = """\
# TYPE camel_exchanges_succeeded_total counter
camel_exchanges_succeeded_total{eventType="context",kind="CamelRoute",routeId=""} 9.0
camel_exchanges_succeeded_total{eventType="route",kind="CamelRoute",routeId="a"} 9.0
camel_exchanges_failed_total{eventType="context",kind="CamelRoute",routeId=""} 2.0
camel_exchanges_failed_total{eventType="route",kind="CamelRoute",routeId="a"} 2.0
jvm_threads_live_threads 42.0
"""
WSO2 = """\
# HELP wso2_integration_proxy_request_count_total Total number of requests. to a proxy service
# TYPE wso2_integration_proxy_request_count_total counter
wso2_integration_proxy_request_count_total{service_name="a",service_type="proxy",} 5.0
wso2_integration_proxy_request_count_total{service_name="b}",service_type="proxy",} 2.0
wso2_integration_api_request_count_total{service_name="c",service_type="api",} 1.0E2
wso2_integration_proxy_request_count_error_total{service_name="a",service_type="proxy",} 1.0
"""
VERSION = "<ns:getVersionResponse><return>WSO2 API Manager-4.1.0</return></ns:getVersionResponse>"


def status(word: str, code: str = "200 OK") -> bytes:
    return http(json.dumps({"status": word}), code)


CASES: list[tuple[str, dict[str, bytes], Result, Messages | None]] = [
    ("health_json", {"/": status("pass")}, UP, None),
    ("health_json", {"/": status("UP")}, UP, None),
    ("health_json", {"/": status("warn", "207 Multi-Status")}, DEGRADED, None),
    ("health_json", {"/": status("fail", "503 Service Unavailable")}, DOWN, None),
    ("health_json", {"/": status("fail")}, DOWN, None),
    ("spring", {"/actuator/health": status("UP")}, UP, None),
    ("spring", {"/actuator/health": status("DOWN", "503 Service Unavailable")}, DOWN, None),
    ("spring", {"/actuator/health": status("OUT_OF_SERVICE")}, DOWN, None),
    (
        "camel",
        {"/observe/health": status("UP"), "/observe/metrics": http(CAMEL)},
        UP,
        Messages(9, 2),
    ),
    ("camel", {"/observe/health": status("UP")}, UP, None),
    ("camel", {"/observe/health": status("DOWN", "503 x")}, DOWN, None),
    (
        "rabbitmq",
        {"/api/health/checks/alarms": status("ok"), "/api/overview": http(json.dumps(RABBITMQ))},
        UP,
        Messages(7, 20, 30),
    ),
    (
        "rabbitmq",
        {
            "/api/health/checks/alarms": status("ok"),
            "/api/overview": http(
                json.dumps({"message_stats": {}, "queue_totals": {"messages": 48}})
            ),
        },
        UP,
        Messages(None, 0, 48),
    ),
    ("rabbitmq", {"/api/health/checks/alarms": status("failed", "503 x")}, DOWN, None),
    ("nifi", {"/nifi-api/flow/status": http(json.dumps(NIFI))}, UP, Messages(waiting=12)),
    (
        "nifi",
        {
            "/nifi-api/flow/status": http(
                json.dumps({"controllerStatus": {**NIFI["controllerStatus"], "invalidCount": 1}})
            )
        },
        DEGRADED,
        Messages(waiting=12),
    ),
    ("nifi", {"/nifi-api/flow/status": http("<html>", content_type="text/html")}, DOWN, None),
    (
        "wso2",
        {"/healthz": status("ready"), "/metric-service/metrics": http(WSO2)},
        UP,
        Messages(107, 1),
    ),
    ("wso2", {"/healthz": status("not ready", "503 x")}, DOWN, None),
    ("wso2_apim", {"/services/Version": http(VERSION, content_type="application/xml")}, UP, None),
    ("wso2_apim", {"/services/Version": http("<html>starting</html>")}, DOWN, None),
    ("frends", {"/frendsstatusinfo": http("OK")}, UP, None),
    ("frends", {"/frendsstatusinfo": http(status="503 Service Unavailable")}, DOWN, None),
]


def ask(answers: dict[str, bytes], **options: Any) -> tuple[Outcome, list[Asked]]:
    service = Service(lambda asked: answers.get(asked.path, http(status="404 Not Found")))

    async def run() -> Outcome:
        async with serving(service) as port, probing("http") as probe:
            how = spec("http", url=f"http://127.0.0.1:{port}/", **options)
            return await probe(target(""), how, 0)

    return asyncio.run(run()), service.asked


@pytest.mark.parametrize(("preset", "answers", "result", "messages"), CASES)
def test_a_preset_understands_what_its_platform_answers(preset, answers, result, messages):
    outcome, _ = ask(answers, preset=preset)
    assert outcome.result is result
    assert outcome.service.messages == messages


def test_every_preset_has_a_case_of_up_and_of_down():
    for result in (UP, DOWN):
        assert {preset for preset, _, found, _ in CASES if found is result} == set(names())


def test_a_presets_login_takes_the_users_name_and_password():
    answers = {
        "/nifi-api/access/token": http("eyJhbGciOi.x.y", status="201 Created"),
        "/nifi-api/flow/status": http(json.dumps(NIFI)),
    }
    outcome, asked = ask(answers, preset="nifi", username="drift", password="å&b")
    assert outcome.result is UP
    assert asked[0].body == "username=drift&password=%C3%A5%26b"
    assert asked[1].headers["authorization"] == "Bearer eyJhbGciOi.x.y"


def test_what_is_written_beside_a_preset_goes_before_it():
    answers = {"/": status("degraded")}
    assert ask(answers, preset="health_json")[0].reason is Reason.ASSERTION_FAILED
    own = {"json": "status == 'degraded'"}
    assert ask(answers, preset="health_json", expect=own)[0].result is UP


def test_a_statistics_step_that_is_refused_leaves_the_platform_up_and_says_so():
    outcome, asked = ask(
        {"/api/health/checks/alarms": status("ok"), "/api/overview": http(status="403 x")},
        preset="rabbitmq",
        username="drift",
        password="hemligt",
    )
    assert (outcome.result, outcome.message) == (UP, "step 2: status 403, expected 200-299")
    assert all(each.headers["authorization"].startswith("Basic ") for each in asked)
