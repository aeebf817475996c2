"""The kernel's tables are read again when the kernel says that they changed."""

from collections.abc import Iterator

import pytest

from probes.wire import route
from probes.wire.tables import Tables
from tests.fakes.netns import command, inside, namespaces

PC = "jl-tables"


class Counted:
    """Tables whose dumps are counted, in a namespace of their own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.dumps = 100.0, 0
        self.tables = Tables(lambda: self.now)
        real = route.interfaces

        def counted() -> dict[str, route.Interface]:
            self.dumps += 1
            return real()

        monkeypatch.setattr(route, "interfaces", counted)

    def look(self) -> dict[str, route.Interface]:
        inside(PC, self.tables.hear)
        return inside(PC, self.tables.interfaces)

    def addresses(self) -> set[str]:
        inside(PC, self.tables.hear)
        return {one.address for one in inside(PC, self.tables.addresses)}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    with namespaces(PC):
        yield Counted(monkeypatch)


def test_nothing_new_is_read_once_and_counters_every_half_minute(counted: Counted) -> None:
    for _ in range(5):
        assert "lo" in counted.look()
    assert counted.dumps == 1
    counted.now += 31
    counted.look()
    assert counted.dumps == 2


def test_what_is_plugged_and_pulled_is_seen_at_the_next_look(counted: Counted) -> None:
    counted.look()
    command("ip", "-n", PC, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
    assert "eth0" in counted.look()
    assert not counted.look()["eth0"].has_carrier
    command("ip", "-n", PC, "link", "set", "eth0", "up")
    command("ip", "-n", PC, "link", "set", "eth1", "up")
    assert counted.look()["eth0"].has_carrier
    command("ip", "-n", PC, "address", "add", "192.0.2.9/24", "dev", "eth0")
    assert "192.0.2.9" in counted.addresses()
    command("ip", "-n", PC, "route", "add", "default", "via", "192.0.2.1")
    counted.look()
    assert [one.gateway for one in inside(PC, counted.tables.default_routes)] == ["192.0.2.1"]
    command("ip", "-n", PC, "link", "set", "eth1", "down")
    assert not counted.look()["eth0"].has_carrier
    assert inside(PC, counted.tables.default_routes)
    command("ip", "-n", PC, "address", "flush", "dev", "eth0")
    assert "192.0.2.9" not in counted.addresses()


def test_more_news_than_there_is_room_for_is_news(counted: Counted) -> None:
    counted.look()
    command("sh", "-c", f"for i in $(seq 400); do echo link set lo mtu $((1000 + i)); done | ip -n {PC} -batch -")
    command("ip", "-n", PC, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
    assert "eth0" in counted.look()


def test_what_is_forgotten_is_read_again(counted: Counted) -> None:
    counted.look()
    counted.tables.forget()
    counted.look()
    assert counted.dumps == 2
