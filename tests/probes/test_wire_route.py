"""The kernel's tables, on this machine and in namespaces made for the test."""

import contextlib
import os
import time
from collections.abc import Iterator

import pytest

from probes.wire import icmp, route
from probes.wire.route import Nud
from tests.fakes.netns import allow_pings, command, inside, namespaces


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    """A PC at 192.168.77.2 behind a router at 192.168.77.1; the name of the PC's namespace."""
    pc, router = f"jl-pc-{os.getpid()}", f"jl-gw-{os.getpid()}"
    with namespaces(pc, router):
        command("ip", "-n", pc, "link", "add", "eth0", "type", "veth", "peer", "name", "lan", "netns", router)
        command("ip", "-n", pc, "addr", "add", "192.168.77.2/24", "dev", "eth0")
        command("ip", "-n", router, "addr", "add", "192.168.77.1/24", "dev", "lan")
        command("ip", "-n", pc, "link", "set", "eth0", "up")
        command("ip", "-n", router, "link", "set", "lan", "up")
        command("ip", "-n", pc, "route", "add", "default", "via", "192.168.77.1", "metric", "100")
        command("ip", "-n", pc, "route", "add", "default", "via", "192.168.77.9", "metric", "200")
        inside(pc, allow_pings)
        yield pc


def test_loopback_is_among_the_addresses() -> None:
    assert any(a.interface == "lo" and a.address == "127.0.0.1" and not a.is_global for a in route.addresses())


def test_the_preferred_default_route_comes_first(office: str) -> None:
    found = inside(office, route.default_routes)
    assert [(r.interface, r.gateway, r.metric) for r in found] == [
        ("eth0", "192.168.77.1", 100),
        ("eth0", "192.168.77.9", 200),
    ]


def test_the_address_of_the_cable_is_global(office: str) -> None:
    found = inside(office, route.addresses)
    assert [a.address for a in found if a.is_global] == ["192.168.77.2"]


def test_a_router_of_several_hops_is_found(office: str) -> None:
    def look() -> tuple[route.Route, ...]:
        command("ip", "route", "add", "default", "metric", "5", "nexthop", "via", "192.168.77.1", "dev", "eth0")
        try:
            return route.default_routes()
        finally:
            command("ip", "route", "del", "default", "metric", "5")

    assert inside(office, look)[0].gateway == "192.168.77.1"


def test_a_neighbour_that_answers_is_reachable_and_one_that_does_not_is_not(office: str) -> None:
    def look(address: str) -> route.Neighbour | None:
        with contextlib.suppress(OSError):
            icmp.ping(address, 0.3)
        return route.neighbour(address, "eth0")

    there = inside(office, lambda: look("192.168.77.1"))
    gone = inside(office, lambda: look("192.168.77.66"))
    assert there is not None
    assert there.state & (Nud.REACHABLE | Nud.DELAY | Nud.PROBE)
    assert there.confirmed_seconds < 5
    assert gone is not None
    assert gone.state & (Nud.INCOMPLETE | Nud.FAILED)
    assert inside(office, lambda: route.neighbour("192.168.77.200", "eth0")) is None


def test_an_echo_goes_there_and_back(office: str) -> None:
    rtt = inside(office, lambda: icmp.ping("192.168.77.1", 1))
    assert rtt is not None
    assert 0 < rtt < 1


def bursts(
    office: str, addresses: list[str], count: int, patience: float, *, spacing_seconds: float
) -> list[icmp.Burst | None]:
    return inside(office, lambda: icmp.bursts(addresses, count, patience, spacing_seconds=spacing_seconds))


def test_a_burst_counts_what_came_back(office: str) -> None:
    router, nobody = "192.168.77.1", "192.168.77.200"
    found = bursts(office, [router, nobody], 5, 0.5, spacing_seconds=0.01)
    assert [(burst.sent, len(burst.rtts)) for burst in found if burst] == [(5, 5), (5, 0)]
    assert all(0 < rtt < 1 for burst in found if burst for rtt in burst.rtts)


@pytest.mark.parametrize("jump_seconds", [-3600, -0.01, 0.01, 3600])
def test_a_burst_in_which_the_clock_was_set_says_nothing(
    office: str, monkeypatch: pytest.MonkeyPatch, jump_seconds: float
) -> None:
    wall = time.time
    pauses = []

    def set_the_clock(seconds: float) -> None:
        pauses.append(seconds)
        monkeypatch.setattr(time, "time", lambda: wall() + jump_seconds)

    monkeypatch.setattr(time, "sleep", set_the_clock)
    assert bursts(office, ["127.0.0.1"], 2, 0.5, spacing_seconds=0.2) == [None]
    assert pauses == [0.2]


def test_the_replies_to_a_burst_may_be_read_late(office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    late = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: late(seconds + 0.1))
    (burst,) = bursts(office, ["127.0.0.1"], 3, 0.5, spacing_seconds=0.0)
    assert burst is not None
    assert len(burst.rtts) == 3
    assert max(burst.rtts) < 0.05


def test_an_address_to_which_there_is_no_way_costs_the_others_nothing(office: str) -> None:
    found = bursts(office, ["no address", "127.0.0.1"], 1, 0.5, spacing_seconds=0.0)
    assert [burst and len(burst.rtts) for burst in found] == [None, 1]


def test_a_silent_target_does_not_cost_the_next_its_replies(office: str) -> None:
    nobody, router = "192.168.77.201", "192.168.77.1"
    found = bursts(office, [nobody, router], 5, 0.2, spacing_seconds=0.01)
    assert [len(burst.rtts) for burst in found if burst] == [0, 5]


def test_a_knock_at_a_closed_port_is_answered(office: str) -> None:
    rtt = inside(office, lambda: icmp.knock("192.168.77.1", 1))
    assert rtt is not None
    assert 0 < rtt < 1
