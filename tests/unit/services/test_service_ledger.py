"""Message counters through restarts, and certificates."""

from collector.domain.instants import DAY
from collector.domain.service_facts import Messages, ServiceFacts
from collector.services.service_ledger import ServiceLedger, ServiceRecord


def told(*messages: Messages) -> ServiceRecord:
    ledger = ServiceLedger()
    for each in messages:
        ledger.see(1, "http", ServiceFacts(messages=each))
    return ledger.record(1)


def test_first_sight_adds_nothing_but_sets_the_base() -> None:
    assert told(Messages(1000, 7)) == ServiceRecord(None, 0, 0)


def test_what_is_counted_is_the_growth() -> None:
    assert told(Messages(1000, 7), Messages(1010, 7), Messages(1011, 9))[1:] == (11, 2)


def test_a_counter_that_goes_back_was_restarted_and_its_value_is_added() -> None:
    assert told(Messages(1000), Messages(1010), Messages(3), Messages(5))[1:] == (15, None)


def test_a_counter_that_is_missing_for_a_while_goes_on_from_where_it_was() -> None:
    assert told(Messages(1000), Messages(waiting=3), Messages(1004)).sent == 4


def test_the_totals_of_a_targets_probes_add_up_and_its_earliest_certificate_counts() -> None:
    ledger = ServiceLedger()
    for sent in (10, 12):
        for probe, days in (("http", 9), ("http-2", 5)):
            ledger.see(1, probe, ServiceFacts({}, days * DAY, Messages(sent)))
    assert ledger.record(1) == ServiceRecord(5 * DAY, 4, None)
    ledger.forget(1, "http-2")
    assert ledger.record(1) == ServiceRecord(9 * DAY, 2, None)
    ledger.forget(1)
    assert ledger.record(1) == ServiceRecord()


def test_a_certificate_stays_known_while_the_service_is_down() -> None:
    ledger = ServiceLedger()
    ledger.see(1, "http", ServiceFacts({}, 9 * DAY))
    ledger.see(1, "http", ServiceFacts({"resolve": 0.1}))
    assert ledger.record(1).certificate_expires == 9 * DAY
