"""One TCP connection with an address, and several handshakes at the same time."""

import socket
import time

import pytest

from probes.wire.address import Endpoint
from probes.wire.tcp import dial, handshakes
from tests.fakes.http import HttpServer, free_port


def test_a_connection_has_its_deadline_from_the_start() -> None:
    with HttpServer() as server, dial("127.0.0.1", server.port, 2) as caller:
        assert caller.getpeername() == ("127.0.0.1", server.port)
        assert caller.gettimeout() == 2


def test_an_address_of_ipv6_is_called_as_such() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        with dial("::1", port, 2) as caller:
            assert caller.getpeername()[:2] == ("::1", port)


@pytest.mark.parametrize("address", ["127.0.0.1", "fe80::1%nowhere"])
def test_whoever_cannot_be_reached_leaves_no_open_socket(address: str) -> None:
    with pytest.raises(OSError, match=r"refused|such device|not known|not supported|unreachable|Invalid"):
        dial(address, free_port(), 2)


def test_each_target_gets_its_own_answer_in_order() -> None:
    gone = Endpoint("127.0.0.1", free_port())
    with HttpServer() as one, HttpServer() as two:
        found = handshakes([Endpoint("127.0.0.1", one.port), gone, Endpoint("127.0.0.1", two.port)], 2)
    assert [answer.seconds is not None for answer in found] == [True, False, True]
    assert all(0 < (answer.seconds or 0) < 1 for answer in (found[0], found[2]))
    assert found[1].why == f"127.0.0.1 port {gone.port}: refused"


def test_whoever_is_silent_is_waited_for_once_and_not_longer() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        at = Endpoint(*full.getsockname())
        held = [socket.socket() for _ in range(4)]
        for caller in held:
            caller.settimeout(0)
            caller.connect_ex((at.host, at.port))
        began = time.monotonic()
        found = handshakes([at, at, at], 0.3)
        assert time.monotonic() - began < 0.8
        for caller in held:
            caller.close()
    assert {answer.why for answer in found} == {f"127.0.0.1 port {at.port}: no answer in time"}


def test_an_address_of_the_other_family_answers_too() -> None:
    with HttpServer(host="127.0.0.1") as one:
        found = handshakes([Endpoint("::1", free_port()), Endpoint("127.0.0.1", one.port)], 1)
    assert found[0].seconds is None
    assert found[0].why
    assert found[1].seconds is not None


def test_what_cannot_be_called_is_told() -> None:
    (found,) = handshakes([Endpoint("fe80::1%nowhere", 443)], 1)
    assert found.seconds is None
    assert "fe80::1%nowhere port 443: " in found.why


def test_no_targets_have_no_answers() -> None:
    assert handshakes([], 1) == []
