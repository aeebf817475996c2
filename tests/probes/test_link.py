"""A link on loopback: real sockets, the whole ladder."""

import dataclasses
import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from probes.kinds.link import Link
from probes.link.metrics import LAYER_UP
from probes.link.sentry import stand
from probes.link.service import Service, judge
from probes.reading import Actor, ProbeError, Reading, Severity, State
from probes.text import SafeText
from probes.wire import clock, route
from probes.wire.target import Outcome, Stage
from tests.fakes.agentprocess import until
from tests.fakes.certificates import Authority
from tests.fakes.dns import DnsServer, answer, knows, refuses, silent
from tests.fakes.http import HttpServer, closes, free_port, page


@pytest.fixture
def name_server() -> Iterator[DnsServer]:
    with DnsServer(knows("127.0.0.1")) as running:
        yield running


@pytest.fixture
def web() -> Iterator[HttpServer]:
    with HttpServer(page(200)) as running:
        yield running


def service(url: str, name: str = "dukcapil", **more: object) -> Service:
    return Service(name=SafeText(name), url=url, **more)  # type: ignore[arg-type] # the test's own options


@pytest.fixture
def office(name_server: DnsServer, web: HttpServer) -> Callable[..., Link]:
    """A link whose every layer is on loopback, with one option or another changed."""

    def make(**changed: object) -> Link:
        usual: dict[str, object] = {
            "interface": "lo",
            "gateway": "127.0.0.1",
            "internet": (web.at, web.at, web.at),
            "resolvers": (str(name_server.at),),
            "dns_names": ("stable.example",),
            "interception": False,
            "portal": (),
        }
        return Link(**(usual | changed))  # type: ignore[arg-type] # the test's own options

    return make


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def layers(reading: Reading) -> dict[str, float]:
    return {s.labels[0]: s.value for s in reading.samples if s.metric is LAYER_UP}


def value(reading: Reading, metric: str) -> dict[str, float]:
    return {"".join(s.labels): s.value for s in reading.samples if s.metric.name == f"jagaloket_link_{metric}"}


def test_a_whole_link_is_healthy_and_says_how_fast_it_is(office: Callable[..., Link], web: HttpServer) -> None:
    reading = office(services=(service(f"http://{web.at}/"),)).read()
    assert (reading.state, reading.faults) == (State.OK, ())
    assert layers(reading) == dict.fromkeys(["carrier", "address", "gateway", "internet", "dns", "service"], 1)
    assert value(reading, "rtt_seconds").keys() == {"gateway", web.at, "dukcapil"}
    assert value(reading, "first_byte_seconds").keys() == {"dukcapil"}
    assert reading.facts["interface"] == "lo"


def test_only_declared_metrics_are_given(office: Callable[..., Link], web: HttpServer) -> None:
    reading = office(services=(service(f"http://{web.at}/"),)).read()
    assert {s.metric for s in reading.samples} <= set(Link.metrics)
    assert all(len(s.labels) == len(s.metric.labels) for s in reading.samples)


def test_an_interface_that_does_not_exist_is_an_unplugged_cable(office: Callable[..., Link]) -> None:
    reading = office(interface="eth9").read()
    assert (codes(reading), layers(reading)) == (["cable-unplugged"], {"carrier": 0})
    assert reading.faults[0].detail == "eth9 does not exist"
    assert not reading.capabilities["dns"]


def test_no_default_route_is_a_missing_address(office: Callable[..., Link]) -> None:
    reading = office(gateway="").read()
    assert (codes(reading), list(layers(reading))) == (["no-address"], ["carrier", "address"])
    assert "no default route" in reading.faults[0].detail


def test_internet_is_down_when_most_targets_are(office: Callable[..., Link], web: HttpServer) -> None:
    gone = f"127.0.0.1:{free_port()}"
    assert codes(office(internet=(web.at, web.at, gone)).read()) == []
    reading = office(internet=(web.at, gone, gone)).read()
    assert codes(reading) == ["internet-down"]
    assert (reading.faults[0].actor, "refused" in reading.faults[0].detail) == (Actor.PROVIDER, True)
    assert "dns" not in layers(reading)


def test_one_of_two_targets_is_enough(office: Callable[..., Link], web: HttpServer) -> None:
    assert codes(office(internet=(web.at, f"127.0.0.1:{free_port()}")).read()) == []


def test_layers_without_targets_are_left_out(office: Callable[..., Link]) -> None:
    reading = office(internet=(), dns_names=()).read()
    assert reading.faults == ()
    assert layers(reading).keys() == {"carrier", "address", "gateway"}
    assert not reading.capabilities["internet"]


@pytest.mark.parametrize("rcode", [2, 3, 5])
def test_name_servers_that_know_nothing_are_a_dns_fault(
    office: Callable[..., Link], name_server: DnsServer, rcode: int
) -> None:
    name_server.reply = refuses(rcode)
    reading = office().read()
    assert codes(reading) == ["dns-failed"]
    assert (reading.faults[0].severity, "service" in layers(reading)) == (Severity.BLOCKING, False)


def test_an_empty_answer_is_no_answer(office: Callable[..., Link], name_server: DnsServer) -> None:
    name_server.reply = lambda question: [answer(question)]
    assert codes(office().read()) == ["dns-failed"]


def test_one_dead_name_server_of_two_is_a_lesser_fault(office: Callable[..., Link], name_server: DnsServer) -> None:
    with DnsServer(silent) as stopped:
        gone = str(stopped.at)
    reading = office(resolvers=(gone, str(name_server.at))).read()
    assert [(f.code, f.severity, f.part) for f in reading.faults] == [("dns-failed", Severity.DEGRADED, gone)]
    assert layers(reading)["dns"] == 1


def test_a_stopped_service_is_found_at_the_next_look_and_so_is_its_return(
    office: Callable[..., Link], web: HttpServer
) -> None:
    with HttpServer(closes) as target:
        watched = office(services=(service(f"tcp://{target.at}"), service(f"http://{web.at}", "portal")))
        assert codes(watched.read()) == []
        target.stop()
        reading = watched.read()
        assert [(f.code, f.part, f.actor) for f in reading.faults] == [("service-down", "dukcapil", Actor.CENTRAL)]
        assert value(reading, "service_up") == {"dukcapil": 0, "portal": 1}
        target.start()
        assert codes(watched.read()) == []


class TestSentry:
    """Between two looks the office's own services are knocked at."""

    def test_a_service_that_stops_calls_for_a_look(
        self, office: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("probes.link.sentry.PAUSE_SECONDS", 0.01)
        called = threading.Event()
        with HttpServer(closes) as own:
            link = office(services=(service(f"tcp://{own.at}"),))
            assert codes(link.read()) == []
            stop = link.subscribe(called.set)
            assert stop is not None
            try:
                assert not called.wait(0.2)
                assert until(lambda: own.callers > 2)
                own.stop()
                assert called.wait(5)
            finally:
                stop()

    def test_it_lets_a_look_that_has_just_knocked_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("probes.link.sentry.PAUSE_SECONDS", 0.4)
        asked, knocked = threading.Semaphore(0), Mock(return_value=True)

        def looked() -> float:
            asked.release()
            return time.monotonic()

        stop = stand(knocked, lambda: None, looked)
        assert asked.acquire(timeout=10)
        assert asked.acquire(timeout=10)
        stop()
        knocked.assert_not_called()

    def test_it_ends_when_it_is_told_to(self, office: Callable[..., Link], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("probes.link.sentry.PAUSE_SECONDS", 0.01)
        stop = office(services=(service("tcp://127.0.0.1:9"),)).subscribe(lambda: None)
        assert stop is not None
        (sentry,) = (thread for thread in threading.enumerate() if thread.name == "link-sentry")
        stop()
        sentry.join(5)
        assert not sentry.is_alive()

    def test_a_knock_that_cannot_be_made_does_not_end_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("probes.link.sentry.PAUSE_SECONDS", 0.01)
        called = threading.Event()
        knock = Mock(side_effect=[OSError(24, "Too many open files"), False, *[True] * 1000])
        stop = stand(knock, called.set, lambda: -math.inf)
        assert called.wait(5)
        stop()

    def test_a_link_without_services_of_its_own_has_none(self, office: Callable[..., Link]) -> None:
        far = service("https://siak.example.go.id/")
        assert office().subscribe(lambda: None) is None
        assert office(services=(far,)).subscribe(lambda: None) is None


def test_a_service_s_name_is_resolved_by_the_configured_server(office: Callable[..., Link], web: HttpServer) -> None:
    assert codes(office(services=(service(f"http://siak.example:{web.port}"),)).read()) == []


def test_a_service_whose_name_is_unknown_is_down_and_dns_is_not_blamed(
    office: Callable[..., Link], name_server: DnsServer
) -> None:
    good = name_server.reply
    name_server.reply = lambda q: [answer(q, rcode=3)] if b"siak" in q else good(q)
    reading = office(services=(service("tcp://siak.example:1"),)).read()
    assert codes(reading) == ["service-down"]
    assert "siak.example has no address" in reading.faults[0].detail


def test_a_service_fails_over_tls_alone(office: Callable[..., Link], tmp_path: Path) -> None:
    ca = Authority(tmp_path)
    with HttpServer(page(200), tls=ca.server("localhost", 5)) as server:
        url = f"https://127.0.0.1:{server.port}/"
        good = office(services=(service(url, ca_file=ca.ca_file),)).read()
        bad = office(services=(service(url),)).read()
    assert [(f.code, f.severity) for f in good.faults] == [("tls-expiring", Severity.NOTICE)]
    assert layers(good)["tls"] == 1
    assert value(good, "tls_expiry_timestamp_seconds")["dukcapil"] > time.time()
    assert codes(bad) == ["tls-invalid"]
    assert (layers(bad)["tls"], "dukcapil" in value(bad, "tls_expiry_timestamp_seconds")) == (0, False)


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_an_ended_certificate_is_not_blamed_while_the_clock_cannot_be_trusted(
    office: Callable[..., Link], ca: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HttpServer(page(200), tls=ca.server("localhost", -1)) as server:
        options = (service(f"https://127.0.0.1:{server.port}/", ca_file=ca.ca_file),)
        assert codes(office(services=options).read()) == ["tls-invalid"]
        monkeypatch.setattr(clock, "trusted", lambda: False)
        assert codes(office(services=options).read()) == []


def test_a_service_may_have_another_responsible_party_and_so_may_a_layer(office: Callable[..., Link]) -> None:
    gone = f"127.0.0.1:{free_port()}"
    own = office(services=(service(f"tcp://{gone}", actor=Actor.TECHNICIAN),)).read()
    assert own.faults[0].actor is Actor.TECHNICIAN
    theirs = office(internet=(gone,), responsible={"internet-down": Actor.TECHNICIAN}).read()
    assert theirs.faults[0].actor is Actor.TECHNICIAN


def test_a_configured_party_comes_before_a_service_s_own(office: Callable[..., Link]) -> None:
    options = (service(f"tcp://127.0.0.1:{free_port()}"),)
    theirs = office(services=options, responsible={"service-down": Actor.VENDOR}).read()
    assert [(fault.code, fault.actor) for fault in theirs.faults] == [("service-down", Actor.VENDOR)]


def test_a_link_that_comes_and_goes_is_for_the_party_of_what_fell(office: Callable[..., Link], web: HttpServer) -> None:
    link = office(internet=(web.at,), responsible={"internet-down": Actor.TECHNICIAN})
    for minute in range(8):
        link._now = lambda at=minute * 60.0: at  # type: ignore[misc] # mypy cannot infer a lambda with a default
        if minute:
            web.stop() if minute % 2 else web.start()
        reading = link.read()
    unstable = [fault for fault in reading.faults if fault.code == "unstable-connection"]
    assert [(fault.actor, fault.severity) for fault in unstable] == [(Actor.TECHNICIAN, Severity.DEGRADED)]
    assert "the last: internet-down" in unstable[0].detail


def test_a_slow_service_and_an_ending_certificate_are_told() -> None:
    slow = judge(service("tcp://192.0.2.1:1"), Outcome(connect_seconds=2.5), 0)
    assert [(f.code, f.severity, f.detail) for f in slow] == [
        ("service-slow", Severity.DEGRADED, "2.5 s, more than 2 s")
    ]
    ending = judge(service("tls://192.0.2.1:1"), Outcome(expires=20 * 86400.0), 10 * 86400.0)
    assert [(f.code, f.detail) for f in ending] == [("tls-expiring", "the certificate ends in 10 days")]
    assert judge(service("tls://192.0.2.1:1"), Outcome(expires=40 * 86400.0), 10 * 86400.0) == []


def test_only_the_stage_that_failed_is_blamed() -> None:
    failed = Outcome(failed=Stage.HTTP, why=SafeText("HTTP status 503"), connect_seconds=9)
    assert [f.code for f in judge(service("http://192.0.2.1"), failed, 0)] == ["service-down"]


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ("gateway", "router"),
        ("internet", ("one.one.one.one:443",)),
        ("internet", ("1.1.1.1:0",)),
        ("resolvers", ("dns.example",)),
        ("responsible", {"moon": Actor.CENTRAL}),
        ("services", (service("tcp://192.0.2.1:1"), service("tcp://192.0.2.1:2"))),
    ],
)
def test_a_wrong_option_is_named(option: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=rf"^{option}: "):
        Link(**{option: wrong})  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize(
    ("option", "wrong"), [("url", "ftp://x"), ("name", ""), ("timeout_seconds", 60.0), ("every_seconds", -1.0)]
)
def test_a_wrong_option_of_a_service_is_named(option: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=rf"^{option}: "):
        dataclasses.replace(service("tcp://192.0.2.1:1"), **{option: wrong})  # type: ignore[arg-type] # wrong on purpose


def test_a_kernel_that_tells_nothing_makes_the_look_impossible(
    office: Callable[..., Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> tuple[route.Address, ...]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(route, "addresses", refuse)
    with pytest.raises(ProbeError, match="AF_NETLINK"):
        office().read()


def test_discovery_offers_one_link_where_there_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "default_routes", lambda: ("a route",))
    assert [(c.id, c.kind, c.role) for c in Link.discover()] == [("internet", "link", "link")]
    assert all("control = [" in c.note and "control" not in c.options for c in Link.discover())
    monkeypatch.setattr(route, "default_routes", tuple)
    monkeypatch.setattr(route, "interfaces", dict)
    assert list(Link.discover()) == []
