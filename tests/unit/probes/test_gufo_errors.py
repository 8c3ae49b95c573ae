"""Everything that gufo-snmp can raise has its place in the one tree of errors."""

import pytest
from gufo.snmp import _fast

from collector.probes._snmp.client import (
    LocalError,
    MalformedReply,
    Refused,
    SnmpError,
    Unauthorised,
    Unreachable,
    WrongCommunity,
)
from collector.probes._snmp.credentials import Credential
from collector.probes._snmp.gufo_session import received, sent

V2C = Credential("2c", "public")
V3 = Credential("3", user="drift")


@pytest.mark.parametrize(
    ("error", "credential", "kind"),
    [
        (_fast.SnmpAuthError("x"), V3, Unauthorised),
        (_fast.SnmpAuthError("x"), V2C, WrongCommunity),
        (_fast.SnmpDecodeError("x"), V2C, MalformedReply),
        (_fast.SnmpEncodeError("x"), V2C, MalformedReply),
        (_fast.NoSuchInstance("x"), V2C, MalformedReply),
        (_fast.SnmpError("x"), V2C, MalformedReply),
        (RuntimeError("PySnmpDecodeError: invalid data"), V2C, MalformedReply),
        (TimeoutError("connection refused"), V2C, Refused),
        (OSError("Connection refused (os error 111)"), V2C, Refused),
        (OSError("No route to host (os error 113)"), V2C, Unreachable),
        (OSError("Network is unreachable (os error 101)"), V2C, Unreachable),
        (OSError("Cannot allocate memory (os error 12)"), V2C, LocalError),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:40],
)
def test_what_a_receive_raises_is_translated(error, credential, kind):
    assert type(received(error, credential)) is kind


def test_no_error_of_the_library_is_left_out():
    raised = {
        error
        for error in vars(_fast).values()
        if isinstance(error, type) and issubclass(error, Exception)
    }
    assert raised
    for error in raised:
        assert isinstance(received(error("x"), V2C), SnmpError)


def test_no_route_when_sending_is_our_own_and_a_refusal_is_the_device_s():
    assert isinstance(sent(OSError("Network is unreachable (os error 101)")), LocalError)
    assert isinstance(sent(OSError("Connection refused (os error 111)")), Refused)
