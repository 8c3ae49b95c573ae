"""What the benchmark reads and works out by itself."""

import os
import subprocess
import sys
import time

import pytest

from bench import agent, availability, floor, network, peers, poll, processes
from bench.exposition import Scrape, between, quantile

SCRAPE = """\
# HELP driftkoll_polls_total Polls.
# TYPE driftkoll_polls_total counter
driftkoll_polls_total{probe="icmp",result="up"} 120
driftkoll_polls_total{probe="snmp",result="up"} 1.5e2 1700000000000
driftkoll_target_up{target="a \\"b\\", c",kind="server"} 0
driftkoll_loop_lag_seconds_bucket{le="0.01"} 50
driftkoll_loop_lag_seconds_bucket{le="0.1"} 90
driftkoll_loop_lag_seconds_bucket{le="+Inf"} 100
# EOF
"""


@pytest.mark.parametrize("module", [poll, peers, floor, availability])
def test_every_benchmark_has_defaults_for_all_its_options(module):
    options = module.parser().parse_args([])
    assert options.targets > 0


def test_the_options_of_a_hard_run_are_understood():
    options = poll.parser().parse_args(
        ["--targets", "20000", "--interval", "60", "--loss", "5", "--dead", "25"]
    )
    assert (options.targets, options.interval, options.loss, options.dead) == (20000, 60, 5, 25)


def test_a_command_name_with_spaces_and_parentheses_does_not_shift_the_fields():
    stat = "7 (a) b (c)) S 1 7 7 0 -1 0 0 0 0 0 300 40 5 6 20 0 3 0 99"
    assert processes.stat_fields(stat)[:2] == ["S", "1"]
    assert processes.cpu_seconds(stat) == pytest.approx(351 / processes.TICK)


def test_memory_is_read_in_bytes_and_nothing_is_zero():
    assert processes.kibibytes("VmHWM:\t  20 kB\nVmRSS:\t  12 kB\n", "VmRSS") == 12 * 1024
    assert processes.kibibytes("Name:\tx\n", "VmRSS") == 0


def test_cpu_of_a_child_that_ended_counts():
    before = processes.usage(os.getpid())
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", burn], check=True)
    after = processes.usage(os.getpid())
    assert after.cpu - before.cpu >= 0.19
    assert after.rss > 0
    assert after.peak >= after.rss


def test_a_stopped_process_takes_those_below_it_along(tmp_path):
    script = "trap '' TERM; sleep 60 & echo $!; wait"
    process = processes.start(["sh", "-c", script], tmp_path / "log")
    while not (text := (tmp_path / "log").read_text()):
        time.sleep(0.01)
    assert int(text) in processes.descendants(process.pid)
    processes.stop(process, grace=0.2)
    assert process.returncode != 0
    assert processes.descendants(process.pid) == [process.pid]


def test_samples_are_found_by_name_with_their_labels():
    scrape = Scrape(SCRAPE)
    assert scrape.total("driftkoll_polls_total") == 270
    assert scrape.total("driftkoll_polls_missed_total") == 0
    ((labels, value),) = scrape.samples("driftkoll_target_up")
    assert labels["kind"] == "server"
    assert value == 0
    assert len(scrape) == 6


def test_a_quantile_is_linear_within_its_bucket():
    buckets = Scrape(SCRAPE).buckets("driftkoll_loop_lag_seconds")
    assert quantile(0.25, buckets) == pytest.approx(0.005)
    assert quantile(0.7, buckets) == pytest.approx(0.01 + 0.09 * 20 / 40)


def test_a_quantile_past_the_last_bound_is_that_bound():
    buckets = Scrape(SCRAPE).buckets("driftkoll_loop_lag_seconds")
    assert quantile(0.99, buckets) == 0.1


def test_an_empty_histogram_has_no_quantile():
    buckets = Scrape(SCRAPE).buckets("driftkoll_loop_lag_seconds")
    assert quantile(0.5, {}) is None
    assert quantile(0.5, between(buckets, buckets)) is None


def test_addresses_behind_the_link_are_the_last_ones():
    addresses = network.addresses(300, cut=100)
    assert len(set(addresses)) == 300
    assert [network.behind_link(one) for one in addresses] == [False] * 200 + [True] * 100


def test_no_target_hangs_on_a_switch_on_the_other_side_of_the_link():
    addresses = network.addresses(300, cut=100)
    rows = {row[0]: row for row in agent.targets(addresses, 161, 0)}
    parents = [(row, rows[row[5]]) for row in rows.values() if row[5]]
    assert parents
    assert all(parent[1] == "switch" for _, parent in parents)
    assert all(
        network.behind_link(row[3]) == network.behind_link(parent[3]) for row, parent in parents
    )


@pytest.mark.parametrize(("share", "secure"), [(0, 0), (0.25, 25), (1, 100)])
def test_the_asked_share_of_targets_speaks_v3(share, secure):
    rows = list(agent.targets(network.addresses(100), 161, share))
    assert sum(row[6] == "secure" for row in rows) == secure
