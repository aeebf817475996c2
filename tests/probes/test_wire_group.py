"""Words to a LAN's group and from it, in network namespaces."""

import socket
from collections.abc import Iterator

import pytest

from probes.wire import group as group_module
from probes.wire.group import GROUPS, PORT, Group
from tests.fakes.agentprocess import until
from tests.fakes.lan import Lan, lan
from tests.fakes.netns import command, inside


@pytest.fixture(scope="module")
def office() -> Iterator[Lan]:
    with lan(2) as built:
        yield built


def member(pc: str, family: socket.AddressFamily = socket.AF_INET) -> Group:
    """A PC's group."""
    group = Group()
    assert inside(pc, lambda: group.stand_on("eth0", family)) == ""
    return group


def hears(group: Group, length: int) -> list[bytes]:
    """What arrives: the network may take a moment."""
    return until(lambda: group.heard(length))  # type: ignore[no-any-return] # until gives back what the call gave


def hears_again(group: Group, speaker: Group, word: bytes) -> list[bytes]:
    """What arrives in the end: an interface that has just come up loses the first words."""

    def again() -> list[bytes]:
        speaker.say(word)
        return group.heard(len(word))

    return until(again)[:1]  # type: ignore[no-any-return] # until gives back what the call gave


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def test_a_word_reaches_the_others_and_not_its_speaker(office: Lan, family: socket.AddressFamily) -> None:
    one, two = (member(pc, family) for pc in office.pcs)
    assert hears_again(two, one, b"asked") == [b"asked"]
    assert hears_again(one, two, b"heard") == [b"heard"]
    assert hears_again(two, one, b"again")[0] != b"heard"


def test_words_of_another_length_are_dropped(office: Lan) -> None:
    one, two = (member(pc) for pc in office.pcs)
    for word in (b"", b"four", b"sixsix", bytes(1400), b"asked"):
        one.say(word)
    assert hears(two, 5) == [b"asked"]


def test_a_flood_is_taken_in_small_portions(office: Lan) -> None:
    one, two = (member(pc) for pc in office.pcs)
    for _ in range(5000):
        one.say(b"flood")
    portions = [len(two.heard(5)) for _ in range(5)]
    assert max(portions) <= 64
    assert sum(portions) <= 200


def test_nothing_that_is_sent_to_the_pc_itself_arrives(office: Lan) -> None:
    one, two = (member(pc) for pc in office.pcs)

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(b"aimed", ("192.168.88.2", PORT))

    inside(office.pcs[0], send)
    one.say(b"asked")
    assert hears(two, 5) == [b"asked"]


def test_words_do_not_leave_the_lan(office: Lan) -> None:
    one, two = (member(pc) for pc in office.pcs)
    assert one._wire is not None
    assert one._wire.getsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL) == 1
    assert one._wire.getsockname() == (GROUPS[socket.AF_INET], PORT)
    six = member(office.pcs[0], socket.AF_INET6)
    assert six._wire is not None
    assert six._wire.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS) == 1
    two.leave()


def test_two_agents_on_one_pc_both_hear(office: Lan) -> None:
    one, two, beside = member(office.pcs[0]), member(office.pcs[1]), member(office.pcs[1])
    one.say(b"asked")
    assert hears(two, 5) == hears(beside, 5) == [b"asked"]


def test_an_adapter_that_was_plugged_again_is_joined_again(office: Lan) -> None:
    one, two = (member(pc) for pc in office.pcs)
    command("ip", "-n", office.pcs[1], "link", "del", "eth0")
    assert "eth0" in inside(office.pcs[1], lambda: two.stand_on("eth0", socket.AF_INET))
    assert two.heard(5) == []
    two.say(b"lost")
    pair = ("eth0", "type", "veth", "peer", "name", "p2", "netns", office.switch)
    command("ip", "-n", office.pcs[1], "link", "add", *pair)
    command("ip", "-n", office.switch, "link", "set", "p2", "master", "br0", "up")
    command("ip", "-n", office.pcs[1], "addr", "add", "192.168.88.2/24", "dev", "eth0")
    command("ip", "-n", office.pcs[1], "link", "set", "eth0", "up")
    assert inside(office.pcs[1], lambda: two.stand_on("eth0", socket.AF_INET)) == ""
    assert hears_again(two, one, b"asked") == [b"asked"]


@pytest.mark.parametrize("interface", ["lo", "eth9", "", "a name that is far too long"])
def test_where_there_are_no_neighbours_it_says_why(interface: str) -> None:
    group = Group()
    why = group.stand_on(interface, socket.AF_INET)
    assert why
    assert group.stand_on(interface, socket.AF_INET) == why
    group.say(b"asked")
    assert group.heard(5) == []


def test_a_loopback_is_not_tried_again_and_a_lan_after_it_is_joined(
    office: Lan, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, tried = Group(), []

    def count(interface: str, index: int, family: socket.AddressFamily, port: int) -> socket.socket:
        tried.append(interface)
        return opened(interface, index, family, port)

    opened = group_module._open
    monkeypatch.setattr(group_module, "_open", count)
    found = [inside(office.pcs[0], lambda at=at: group.stand_on(at, socket.AF_INET)) for at in ("lo", "lo", "eth0")]  # type: ignore[misc] # mypy cannot infer a lambda with a default
    assert found == ["lo: has no neighbours", "lo: has no neighbours", ""]
    assert tried == ["lo", "eth0"]
    group.leave()
