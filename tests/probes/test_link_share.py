"""Four counter PCs on one switch: a service of others is asked once a minute by all of them together."""

import heapq
import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from probes.kinds.link import Link
from probes.link.lan import Line
from probes.link.metrics import SHARING
from probes.link.service import Service
from probes.link.share import Share
from probes.reading import Actor
from probes.text import SafeText
from probes.wire.group import Group
from probes.wire.target import read_url
from tests.fakes.clock import Clock
from tests.fakes.http import HttpServer, page
from tests.fakes.lan import Lan, lan
from tests.fakes.netns import allow_pings, inside

MINUTES = 12


@pytest.fixture(scope="module")
def office() -> Iterator[Lan]:
    with lan(4) as built:
        for pc in built.pcs:
            inside(pc, allow_pings)
        yield built


def link(pc: str, clock: Clock, service: Service, *, share: bool = True) -> Link:
    """A counter's link with nothing but this service."""

    def make() -> Link:
        return Link(
            internet=(), dns_names=(), portal=(), control=(), interception=False, services=(service,), share=share
        )

    made = inside(pc, make)
    made._now = clock
    return made


def watch(office: Lan, service: Service, *, share: bool = True) -> tuple[list[tuple[float, str]], list[Link]]:
    """Who asked when, as the service itself saw it, over 12 minutes of the looks' own time."""
    chance = random.Random(20261124)  # noqa: S311 - phases of a test, not secrets
    clock = Clock()
    links = {pc: link(pc, clock, service, share=share) for pc in office.pcs}
    looks = [(clock.now + chance.uniform(0, 30), pc) for pc in office.pcs]
    heapq.heapify(looks)
    end = clock.now + MINUTES * 60
    asks = []
    while looks[0][0] < end:
        clock.now, pc = heapq.heappop(looks)
        before = office.service.callers
        reading = inside(pc, links[pc].read)
        assert reading.faults == ()
        asks += [(clock.now, pc)] * (office.service.callers - before)
        heapq.heappush(looks, (clock.now + Link.interval_seconds * chance.uniform(0.95, 1.05), pc))
    return asks, list(links.values())


@pytest.mark.slow
def test_four_counters_together_ask_a_service_of_others_once_a_minute_and_alone_each_does(office: Lan) -> None:
    service = Service(name=SafeText("siak"), url=office.url)
    asks, links = watch(office, service)
    first = [pc for _, pc in asks[:4]]
    assert sorted(first) == sorted(office.pcs), "each once as it starts"
    assert all(later - earlier >= 60 for (earlier, _), (later, _) in pairwise(asks[3:]))
    turns = [pc for _, pc in asks[4:]]
    assert {turns.count(pc) for pc in office.pcs} <= {2, 3}
    reading = inside(office.pcs[0], links[0].read)
    assert reading.facts["shared"] == "with 3 other counters"
    assert [sample.value for sample in reading.samples if sample.metric is SHARING] == [3]
    alone, links = watch(office, service, share=False)
    assert 3 < len(alone[4:]) / len(turns) < 5
    assert "shared" not in inside(office.pcs[0], links[0].read).facts


@pytest.mark.slow
def test_the_office_s_own_server_is_looked_at_by_each_counter_at_every_look(office: Lan) -> None:
    own = Service(name=SafeText("arsip"), url="tcp://192.168.88.254:8001", actor=Actor.TECHNICIAN)
    clock = Clock()
    one, two = (link(pc, clock, own) for pc in office.pcs[:2])
    for _ in range(5):
        clock.now += 3
        readings = [inside(pc, each.read) for pc, each in zip(office.pcs, (one, two), strict=False)]
        assert [fault.code for reading in readings for fault in reading.faults] == ["service-down"] * 2


def test_where_nobody_can_be_told_each_counter_looks_by_itself_and_says_why() -> None:
    clock = Clock()
    with HttpServer(page(200)) as server:
        one = Link(
            interface="lo",
            gateway="127.0.0.1",
            internet=(),
            dns_names=(),
            portal=(),
            interception=False,
            services=(Service(name=SafeText("siak"), url=f"http://{server.at}/", every_seconds=60),),
        )
        one._now = clock
        asked = []
        for _ in range(100):
            clock.now += 3
            reading = one.read()
            asked.append(server.callers)
    assert reading.facts["shared"] == "no: lo: has no neighbours"
    assert not any(sample.metric is SHARING for sample in reading.samples)
    assert asked[0] == 1
    assert asked[-1] in (4, 5)


def test_one_look_hears_the_lan_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setattr(Group, "stand_on", lambda *_: "")
    monkeypatch.setattr(Group, "heard", lambda _, length: heard.append(length) or [])  # type: ignore[func-returns-value] # always None
    share = Share(Line(interface="eth0", gateway="192.0.2.1"), [read_url("tcp://203.0.113.80:443")])
    assert share.listen(1.0) == share.listen(1.0)
    assert len(heard) == 1
    share.listen(7.0)
    assert len(heard) == 2
