"""/metrics, /-/healthy and /-/ready over a real port."""

import asyncio
import gzip
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from support.programs import program
from support.served import Served
from support.snapshots import LIVE, NOW, UP, target

from collector.domain.live import Live
from exporters.exposition.text import CONTENT_TYPE
from exporters.web.server import ListenError, WebServer
from exporters.web.streaming import wants_gzip
from exporters.web.web_config_file import WebConfigFile


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    with ExitStack() as stack:

        def start(**options: object) -> Served:
            served = Served(**options)  # type: ignore[arg-type]  # as given
            stack.callback(served.stop)
            return served

        yield start


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


def names(text: str) -> set[str]:
    return {family.name for family in text_string_to_metric_families(text)}


def test_metrics_are_the_text_format_and_tell_of_every_target(served):
    answer = httpx.get(f"{served.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    states = {
        sample.labels["target"]: sample.labels["state"]
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "driftkoll_target_state"
    }
    assert states == {each.name: each.state for each in LIVE.targets}


def test_promtool_is_content_with_the_metrics(served):
    promtool = program("promtool")
    served.metrics.polled("icmp", "up", 3)
    served.metrics.poll_took_many([0.001, 0.2])
    served.metrics.known_sources({"servicedesk": NOW, "mdm": None})
    served.metrics.source_failed("mdm", "timeout")
    text = httpx.get(f"{served.url}/metrics").text
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_a_target_that_left_the_configuration_is_gone_from_the_next_scrape(served):
    assert 'target="gw-core"' in httpx.get(f"{served.url}/metrics").text
    served.live = replace(LIVE, targets=LIVE.targets[1:])
    text = httpx.get(f"{served.url}/metrics").text
    assert 'target="gw-core"' not in text
    assert 'target="ap-skolan"' in text


def test_thousands_of_targets_come_whole_to_many_scrapers_at_once(served):
    served.live = Live(
        NOW, tuple(target(i, f"ap-{i}", checks=(("icmp", UP),)) for i in range(3000))
    )

    async def scrape_four_times() -> list[httpx.Response]:
        async with httpx.AsyncClient() as client:
            return await asyncio.gather(*(client.get(f"{served.url}/metrics") for _ in range(4)))

    for answer in asyncio.run(scrape_four_times()):
        assert answer.text.count("driftkoll_target_up{") == 3000
        assert answer.text.count("driftkoll_probe_loss_ratio{") == 3000
        assert answer.text.endswith("\n")


def test_a_client_on_the_same_machine_gets_plain_text_though_it_takes_gzip(served):
    answer = httpx.get(f"{served.url}/metrics", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert "driftkoll_build_info" in answer.text


def own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        address: str = asked.getsockname()[0]
        return address


def test_a_client_elsewhere_gets_gzip_when_it_takes_it(serve):
    served = serve(host=own_address())
    with httpx.stream("GET", f"{served.url}/metrics", headers={"Accept-Encoding": "gzip"}) as got:
        assert got.headers["content-encoding"] == "gzip"
        text = gzip.decompress(b"".join(got.iter_raw())).decode()
    assert "driftkoll_target_up" in names(text)
    plain = httpx.get(f"{served.url}/metrics", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip; q=1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0", False),
        ("br, identity", False),
        ("", False),
    ],
)
def test_gzip_is_sent_only_to_those_who_take_it(accepted, wanted):
    def request(host: str) -> Request:
        headers = [(b"accept-encoding", accepted.encode())]
        return Request({"type": "http", "headers": headers, "client": (host, 1)})

    assert wants_gzip(request("10.0.0.1")) is wanted
    assert not wants_gzip(request("127.0.0.2"))
    assert not wants_gzip(request("::1"))


@pytest.mark.parametrize("path", ["/metrics", "/-/healthy", "/-/ready", "/"])
def test_head_is_answered_without_a_body_and_other_methods_are_refused(served, path):
    head = httpx.head(served.url + path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == httpx.get(served.url + path).headers["content-type"]
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        answer = httpx.request(method, served.url + path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_ready_says_why_it_is_not(served):
    assert httpx.get(f"{served.url}/-/ready").status_code == 200
    served.live = replace(LIVE, ready=False)
    answer = httpx.get(f"{served.url}/-/ready")
    assert answer.status_code == 503
    assert answer.text == "Driftkoll is not ready: the first polls are not done.\n"
    served.live = replace(LIVE, ready=False, writable=False)
    assert "the store cannot be written" in httpx.get(f"{served.url}/-/ready").text
    assert httpx.get(f"{served.url}/-/healthy").status_code == 200


def test_the_first_page_leads_to_what_there_is(served):
    answer = httpx.get(served.url)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path in ("/metrics", "/-/ready", "/-/healthy"):
        assert f'href="{path}"' in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/nothing"])
def test_what_is_not_there_is_not_found(served, path):
    assert httpx.get(served.url + path).status_code == 404


def test_a_port_that_is_taken_is_one_clear_line(served):
    host, port = served.server.addresses[0]
    with pytest.raises(ListenError) as refused:
        Served(host=host, port=port)
    assert str(refused.value) == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; "
        "stop what listens there (another agent?), or change `listen`"
    )


def test_an_address_of_another_machine_is_one_clear_line():
    with pytest.raises(ListenError, match=r"^cannot listen on 192\.0\.2\.1:9780: [^\n]+$"):
        Served(host="192.0.2.1", port=9780)


def test_a_port_is_free_again_as_soon_as_the_server_has_stopped(serve):
    first = Served()
    host, port = first.server.addresses[0]
    first.stop()
    assert httpx.get(f"{serve(host=host, port=port).url}/-/healthy").status_code == 200


def test_stopping_does_not_wait_for_connections_that_stay_open():
    served = Served()
    with httpx.Client() as idle, socket.create_connection(served.server.addresses[0]) as silent:
        idle.get(f"{served.url}/-/healthy")
        silent.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n")
        served.stop()
        with pytest.raises(httpx.TransportError):
            idle.get(f"{served.url}/-/healthy")
        assert silent.recv(100) == b""


def test_stopping_ends_a_scrape_that_never_reads():
    served = Served()
    served.live = Live(NOW, tuple(target(i, f"ap-{i}") for i in range(40_000)))
    with socket.create_connection(served.server.addresses[0]) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(15) == b"HTTP/1.1 200 OK"
        served.stop()


def test_signals_stay_the_agents():
    async def handlers_while_serving() -> list[object]:
        config = WebConfigFile(None)

        async def app(scope: object, receive: object, send: object) -> None:
            raise NotImplementedError

        server = WebServer(app, "127.0.0.1", 0, config)
        await server.start()
        found = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        await server.stop()
        return found

    before = signal.signal(signal.SIGTERM, ours := lambda *_: None)
    try:
        term, interrupt = asyncio.run(handlers_while_serving())
    finally:
        signal.signal(signal.SIGTERM, before)
    assert term is ours
    assert "uvicorn" not in repr(interrupt)
