"""Several TCP handshakes at the same time."""

import socket
import time

from probes.wire.address import Endpoint
from probes.wire.handshakes import handshakes
from tests.fakes.http import HttpServer, free_port


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
