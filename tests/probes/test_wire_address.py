"""Addresses as people write them."""

import socket

import pytest

from probes.wire.address import Endpoint, endpoint, family, is_link_local, is_loopback, is_near


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("192.0.2.1:443", "192.0.2.1", 443),
        ("[2001:db8::1]:53", "2001:db8::1", 53),
        ("2001:db8::1", "2001:db8::1", 99),
        ("192.0.2.1", "192.0.2.1", 99),
        ("dukcapil.example.go.id:8443", "dukcapil.example.go.id", 8443),
    ],
)
def test_an_endpoint_is_read(text: str, host: str, port: int) -> None:
    assert endpoint(text, 99) == Endpoint(host, port)


@pytest.mark.parametrize(
    "text", ["", ":443", "a:b", "a:0", "a:65536", "a:1e3", "a b:1", "-x:1", "a..b:1", "[::1", "[]:1", "x" * 300 + ":1"]
)
def test_a_wrong_endpoint_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"write host:port, for example"):
        endpoint(text)


def test_an_endpoint_is_shown_as_it_is_written() -> None:
    assert str(endpoint("[::1]:53")) == "[::1]:53"
    assert str(endpoint("192.0.2.1:53")) == "192.0.2.1:53"


def test_families_are_told_apart_and_a_name_has_none() -> None:
    assert family("192.0.2.1") == socket.AF_INET
    assert family("fe80::1%eth0") == socket.AF_INET6
    assert family("example.org") is None


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.31.255.255", True),
        ("192.168.1.1", True),
        ("169.254.1.1", True),
        ("::1", True),
        ("fd00::1", True),
        ("fe80::1%eth0", True),
        ("172.32.0.1", False),
        ("11.0.0.1", False),
        ("192.169.0.1", False),
        ("2001:db8::1", False),
        ("example.org", False),
    ],
)
def test_the_office_is_told_from_the_world(host: str, near: bool) -> None:  # noqa: FBT001 - a case of the table
    assert is_near(host) is near


def test_loopback_and_link_local_are_known() -> None:
    assert is_loopback("127.9.9.9")
    assert not is_loopback("::2")
    assert is_link_local("169.254.0.1")
    assert not is_link_local("10.0.0.1")
