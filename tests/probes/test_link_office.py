"""Faults made for real in network namespaces: each is named rightly, soon, and nothing behind it is blamed."""

import os
import random
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from agent.rounds import JITTER_RATIO
from probes.kinds.link import Link
from probes.reading import Reading
from tests.fakes.clock import Clock
from tests.fakes.dns import answer, refuses, silent
from tests.fakes.http import mute, page
from tests.fakes.netns import command
from tests.fakes.office import Office, office

RUNS = int(os.environ.get("JAGALOKET_LINK_RUNS", "1"))
SEED = 20261124
LOOK_SECONDS, RELOOK_SECONDS = Link.interval_seconds * (1 + JITTER_RATIO), Link.confirm.relook_seconds
WITHIN_SECONDS = 60 + LOOK_SECONDS + RELOOK_SECONDS + 10
"""A minute, the look after it, the one that confirms, and what these and those below wait for the network."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as built:
        yield built


def cable_pulled(rig: Office) -> None:
    command("ip", "-n", rig.router, "link", "set", "lan", "down")


def address_lost(rig: Office) -> None:
    command("ip", "-n", rig.pc, "addr", "flush", "dev", "eth0")


def address_of_its_own(rig: Office) -> None:
    command("ip", "-n", rig.pc, "addr", "flush", "dev", "eth0")
    command("ip", "-n", rig.pc, "addr", "add", "169.254.7.7/16", "dev", "eth0")


def gateway_gone(rig: Office) -> None:
    command("ip", "-n", rig.router, "addr", "flush", "dev", "lan")


def isp_gone(rig: Office) -> None:
    rig.on_router("nft", "add table ip t; add chain ip t f { type filter hook forward priority 0; policy drop; }")


def isp_refuses(rig: Office) -> None:
    chain = "add chain ip t f { type filter hook forward priority 0; policy accept; }"
    rig.on_router("nft", f"add table ip t; {chain}; add rule ip t f ip saddr 192.168.77.2 reject")


def dns_silent(rig: Office) -> None:
    rig.names.reply = silent


def dns_broken(rig: Office) -> None:
    rig.names.reply = refuses(2)


def portal(rig: Office) -> None:
    rig.known_page.script = page(302, b"", "Location: http://login.example/")


def portal_says_200_to_everything(rig: Office) -> None:
    rig.known_page.script = page(200, b"<html>pay your bill</html>")


def tls_ended(rig: Office) -> None:
    rig.own_secure.tls = rig.authority.server("arsip.example", -1)


def tls_of_somebody_else(rig: Office) -> None:
    rig.own_secure.tls = rig.authority.server("other.example", 90)


def tls_silent(rig: Office) -> None:
    rig.own_secure.tls = None
    rig.own_secure.script = mute


def service_stopped(rig: Office) -> None:
    rig.own_plain.stop()


def secure_service_stopped(rig: Office) -> None:
    rig.own_secure.stop()


def service_silent(rig: Office) -> None:
    rig.own_plain.script = mute


def service_error(rig: Office) -> None:
    rig.own_plain.script = page(503)


def late(caller: socket.socket, over: object) -> None:
    """An answer after 2.1 s."""
    del over
    caller.recv(4096)
    time.sleep(2.1)
    caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def service_slow(rig: Office) -> None:
    rig.own_plain.script = late


def secure_service_slow(rig: Office) -> None:
    rig.own_secure.script = late


def centre_stopped(rig: Office) -> None:
    rig.plain.stop()


def centre_slow(rig: Office) -> None:
    rig.plain.script = late


def centre_tls_ended(rig: Office) -> None:
    rig.secure.tls = rig.authority.server("centre.example", -1)


def tls_intercepted(rig: Office) -> None:
    rig.secure.tls = rig.interceptor.server("centre.example", 90)
    rig.control.tls = rig.interceptor.server("control.example", 90)


def vpn_down(rig: Office) -> None:
    command("ip", "-n", rig.pc, "link", "set", "wg9", "down")


def vpn_dead_inside(rig: Office) -> None:
    command("ip", "-n", rig.net, "link", "set", "tun", "down")


def domain_blocked(rig: Office) -> None:
    good = rig.good_names
    block_page = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x01\x00\x04" + socket.inet_aton("27.54.116.70")
    rig.names.reply = lambda q: [answer(q, block_page)] if b"centre" in q else good(q)


FAULTS: list[tuple[Callable[[Office], None], set[tuple[str, str]]]] = [
    (cable_pulled, {("cable-unplugged", "")}),
    (address_lost, {("no-address", "")}),
    (address_of_its_own, {("no-address", "")}),
    (gateway_gone, {("gateway-down", "")}),
    (isp_gone, {("internet-down", "")}),
    (isp_refuses, {("internet-down", "")}),
    (dns_silent, {("dns-failed", "")}),
    (dns_broken, {("dns-failed", "")}),
    (portal, {("captive-portal", "")}),
    (portal_says_200_to_everything, {("captive-portal", "")}),
    (tls_ended, {("tls-invalid", "berkas")}),
    (tls_of_somebody_else, {("tls-invalid", "berkas")}),
    (tls_silent, {("tls-invalid", "berkas")}),
    (service_stopped, {("service-down", "arsip")}),
    (secure_service_stopped, {("service-down", "berkas")}),
    (service_silent, {("service-down", "arsip")}),
    (service_error, {("service-down", "arsip")}),
    (service_slow, {("service-slow", "arsip")}),
    (secure_service_slow, {("service-slow", "berkas")}),
    (vpn_down, {("vpn-down", "")}),
]
"""What is near, or asked often: within 20 s."""

CENTRAL: list[tuple[Callable[[Office], None], set[tuple[str, str]]]] = [
    (centre_stopped, {("service-down", "portal")}),
    (centre_slow, {("service-slow", "portal")}),
    (centre_tls_ended, {("tls-invalid", "secure")}),
    (tls_intercepted, {("internet-filtered", "")}),
    (vpn_dead_inside, {("vpn-down", "")}),
    (domain_blocked, {("domain-blocked", "portal"), ("domain-blocked", "secure")}),
]
"""What is asked of others, gently: once a minute."""


def keys(reading: Reading) -> set[tuple[str, str]]:
    """What is wrong, but for flapping, which these tests provoke."""
    return {fault.key for fault in reading.faults if fault.code not in ("unstable-connection", "high-loss")}


@pytest.mark.slow
@pytest.mark.parametrize(("make", "expected"), FAULTS, ids=[make.__name__ for make, _ in FAULTS])
def test_a_fault_is_named_rightly_within_20_seconds_and_nothing_else_is(
    rig: Office, make: Callable[[Office], None], expected: set[tuple[str, str]]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - phases of a test, not secrets
    for _ in range(RUNS):
        assert seconds_until_named(rig, make, expected, chance.randint(4, 9)) < 20


@pytest.mark.slow
@pytest.mark.parametrize(("make", "expected"), CENTRAL, ids=[make.__name__ for make, _ in CENTRAL])
def test_a_fault_of_what_others_run_is_named_rightly_within_a_minute_and_its_confirmation(
    rig: Office, make: Callable[[Office], None], expected: set[tuple[str, str]]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - phases of a test, not secrets
    for _ in range(RUNS):
        healthy = chance.randint(20, 30)  # after a start, offices are spread over two minutes
        assert seconds_until_named(rig, make, expected, healthy) < WITHIN_SECONDS


def seconds_until_named(
    rig: Office, make: Callable[[Office], None], expected: set[tuple[str, str]], healthy: int
) -> float:
    """Seconds from a fault, after so many healthy looks, to its second verdict in a row; nothing else may be named."""
    rig.repair()
    clock = Clock()
    link = rig.link(clock)
    for _ in range(healthy):
        reading = rig.look(link)
        assert keys(reading) == set(), reading.faults
        clock.now += LOOK_SECONDS
    make(rig)
    began, waited = time.monotonic(), LOOK_SECONDS
    seen: list[set[tuple[str, str]]] = [set()]
    while True:
        reading = rig.look(link)
        assert all(fault.detail for fault in reading.faults), "a verdict without evidence"
        seen.append(keys(reading))
        assert seen[-1] <= expected, reading.faults
        if seen[-2:] == [expected, expected]:
            break
        pause = RELOOK_SECONDS if seen[-1] else LOOK_SECONDS
        clock.now += pause
        waited += pause
        assert waited < 300, (seen, reading.faults)
    return waited + time.monotonic() - began


def no_pings(rig: Office) -> None:
    chain = "add chain ip t i { type filter hook input priority 0; policy accept; }"
    rig.on_router("nft", f"add table ip t; {chain}; add rule ip t i ip protocol icmp drop")


@pytest.mark.slow
def test_a_router_that_does_not_answer_pings_is_alive(rig: Office) -> None:
    rig.repair()
    no_pings(rig)
    link = rig.link(time.monotonic)
    for _ in range(2):
        assert keys(rig.look(link)) == set()


@pytest.mark.slow
def test_a_router_that_stops_answering_pings_while_all_works_is_alive(rig: Office) -> None:
    rig.repair()
    link = rig.link(time.monotonic)
    rig.look(link)
    no_pings(rig)
    for _ in range(2):
        assert keys(rig.look(link)) == set()
