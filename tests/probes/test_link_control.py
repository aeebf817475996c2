"""Control hosts over TLS, against real HTTPS servers on loopback: good, ended, another's, unknown, broken, gone."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from probes.kinds.link import Link
from probes.link.control import ControlLayer, hosts
from probes.link.ladder import Verdict
from probes.link.metrics import LAYER_UP
from probes.link.service import Service
from probes.reading import Actor, Fault, Reading, Severity
from probes.text import SafeText
from probes.wire import clock
from tests.fakes.certificates import Authority
from tests.fakes.dns import A, DnsServer, answer, knows, record
from tests.fakes.http import HttpServer, closes, drips, free_port, mute, page, says

NAME = "control.example"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority of somebody who opens TLS on the way."""
    return Authority(tmp_path_factory.mktemp("box"), name="Kotak Penyadap")


@pytest.fixture
def names() -> Iterator[DnsServer]:
    with DnsServer(knows("127.0.0.1")) as running:
        yield running


@pytest.fixture
def server(ca: Authority) -> Iterator[HttpServer]:
    with HttpServer(page(200), tls=ca.server(NAME, 90)) as running:
        yield running


def layer(names: DnsServer, ca: Authority, *ports: int, seconds: float = 2) -> ControlLayer:
    urls = hosts([f"https://{NAME}:{port}/" for port in ports])
    blocked = frozenset({"27.54.116.70"})
    return ControlLayer(urls, lambda: (names.at,), ca_file=ca.ca_file, block_pages=blocked, timeout_seconds=seconds)


def only(verdict: Verdict) -> Fault:
    (fault,) = verdict.faults
    return fault


class TestOneHost:
    @pytest.fixture
    def look(self, names: DnsServer, ca: Authority, server: HttpServer) -> Callable[[], Verdict]:
        return lambda: layer(names, ca, server.port).look(0, afresh=False)

    def test_its_own_certificate_is_a_way_without_anybody_in_between(self, look: Callable[[], Verdict]) -> None:
        verdict = look()
        assert (verdict.up, verdict.faults, dict(verdict.facts)) == (True, (), {})
        assert {s.metric.name for s in verdict.samples} == {"jagaloket_link_rtt_seconds", "jagaloket_link_tls_seconds"}

    def test_an_unknown_authority_is_interception_and_is_named(
        self, look: Callable[[], Verdict], server: HttpServer, box: Authority
    ) -> None:
        server.tls = box.server(NAME, 90)
        verdict = look()
        fault = only(verdict)
        assert (verdict.up, verdict.stops) == (False, True)
        assert (fault.code, fault.severity, fault.actor) == ("internet-filtered", Severity.BLOCKING, Actor.PROVIDER)
        assert "unable to get local issuer certificate" in fault.detail
        assert "issuer O=Kotak Penyadap" in fault.detail

    def test_a_certificate_of_another_name_is_interception_and_is_named(
        self, look: Callable[[], Verdict], server: HttpServer, ca: Authority
    ) -> None:
        server.tls = ca.server("login.example", 90, common_name="login.example")
        fault = only(look())
        assert fault.code == "internet-filtered"
        assert "Hostname mismatch" in fault.detail
        assert "subject CN=login.example" in fault.detail

    @pytest.mark.parametrize("name", [NAME, "login.example"])
    def test_an_ended_certificate_of_an_interceptor_is_still_interception(
        self, look: Callable[[], Verdict], server: HttpServer, box: Authority, name: str
    ) -> None:
        server.tls = box.server(name, -1)
        assert only(look()).code == "internet-filtered"

    def test_an_ended_certificate_of_another_name_is_interception(
        self, look: Callable[[], Verdict], server: HttpServer, ca: Authority
    ) -> None:
        server.tls = ca.server("login.example", -1)
        assert only(look()).code == "internet-filtered"

    def test_its_own_ended_certificate_is_its_own_neglect_and_nobody_is_accused(
        self, look: Callable[[], Verdict], server: HttpServer, ca: Authority
    ) -> None:
        server.tls = ca.server(NAME, -1)
        verdict = look()
        fault = only(verdict)
        assert (verdict.up, fault.key) == (None, ("tls-invalid", "control"))
        assert (fault.severity, fault.actor) == (Severity.NOTICE, Actor.TECHNICIAN)
        assert "certificate has expired" in fault.detail

    def test_nothing_is_judged_under_a_clock_that_cannot_be_trusted(
        self,
        look: Callable[[], Verdict],
        server: HttpServer,
        ca: Authority,
        box: Authority,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(clock, "trusted", lambda: False)
        for tls in (ca.server(NAME, -1), box.server(NAME, 90), ca.server("login.example", 90)):
            server.tls = tls
            verdict = look()
            assert (verdict.up, verdict.faults) == (None, ())
            assert verdict.facts["control"].startswith("not judged, this PC's clock is wrong: ")

    def test_a_block_page_is_no_control_host(self, look: Callable[[], Verdict], names: DnsServer) -> None:
        names.reply = lambda question: [answer(question, record(A, socket.inet_aton("27.54.116.70")))]
        fault = only(look())
        assert fault.code == "internet-filtered"
        assert "leads to the block page 27.54.116.70" in fault.detail

    def test_one_host_that_is_gone_proves_nothing(
        self, look: Callable[[], Verdict], server: HttpServer, names: DnsServer
    ) -> None:
        server.stop()
        verdict = look()
        assert (verdict.up, verdict.faults, "refused" in verdict.facts["control"]) == (None, (), True)
        names.reply = lambda question: [answer(question, rcode=3)]
        verdict = look()
        assert (verdict.up, verdict.faults, "has no address" in verdict.facts["control"]) == (None, (), True)


BROKEN = [closes, says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), says(b"\x16\x03\x03" + b"\xff" * 9000), mute]
BROKEN.append(drips(b"\x16\x03\x03\x40\x00" + b"\0" * 500, 0.1))


class TestTwoHosts:
    @pytest.mark.parametrize("script", BROKEN, ids=["hangs up", "plain http", "garbage", "mute", "drips"])
    def test_handshakes_that_break_at_both_are_filtered_within_the_deadline(
        self, names: DnsServer, ca: Authority, script: Callable[..., None]
    ) -> None:
        with HttpServer(script) as one, HttpServer(script) as two:
            started = time.monotonic()
            verdict = layer(names, ca, one.port, two.port, seconds=0.3).look(0, afresh=False)
            assert time.monotonic() - started < 2
        fault = only(verdict)
        assert (verdict.up, fault.code) == (False, "internet-filtered")
        assert fault.detail.count("TLS handshake failed: ") == 2

    def test_both_refused_is_filtered(self, names: DnsServer, ca: Authority) -> None:
        fault = only(layer(names, ca, free_port(), free_port()).look(0, afresh=False))
        assert (fault.code, fault.detail.count("refused")) == ("internet-filtered", 2)

    def test_one_that_works_is_enough(self, names: DnsServer, ca: Authority, server: HttpServer) -> None:
        verdict = layer(names, ca, free_port(), server.port).look(0, afresh=False)
        assert (verdict.up, verdict.faults, "refused" in verdict.facts["control"]) == (True, (), True)

    def test_one_that_merely_ended_and_one_that_is_gone_accuse_nobody(
        self, names: DnsServer, ca: Authority, server: HttpServer
    ) -> None:
        server.tls = ca.server(NAME, -1)
        assert only(layer(names, ca, free_port(), server.port).look(0, afresh=False)).code == "tls-invalid"

    def test_what_proves_something_comes_first_in_the_evidence(
        self, names: DnsServer, ca: Authority, server: HttpServer, box: Authority
    ) -> None:
        server.tls = box.server(NAME, 90)
        fault = only(layer(names, ca, free_port(), server.port).look(0, afresh=False))
        assert fault.detail.startswith(f"{NAME}:{server.port}: certificate refused")
        assert "Kotak Penyadap" in fault.detail


class TestGentle:
    def test_without_hosts_nothing_is_asked_or_told(self, names: DnsServer) -> None:
        assert ControlLayer((), lambda: (names.at,)).look(0, afresh=True) == Verdict()

    def test_it_is_asked_once_a_minute_whatever_services_say(
        self, names: DnsServer, ca: Authority, server: HttpServer
    ) -> None:
        asked = layer(names, ca, server.port)
        assert asked.look(0, afresh=False).kept is False
        first = next(t for t in range(1, 200) if not asked.look(t, afresh=False).kept)
        later = [t for t in range(first + 1, first + 240) if not asked.look(t, afresh=False).kept]
        assert later == [first + 60, first + 120, first + 180]
        afresh = [t for t in range(first + 300, first + 540) if not asked.look(t, afresh=t % 3 > 0).kept]
        assert len(afresh) <= 8
        assert server.wait_for_callers(0) == 5 + len(afresh)

    def test_news_is_confirmed_once_and_then_waits(
        self, names: DnsServer, ca: Authority, server: HttpServer, box: Authority
    ) -> None:
        asked = layer(names, ca, server.port)
        asked.look(0, afresh=False)
        server.tls = box.server(NAME, 90)
        verdicts = [asked.look(t, afresh=False) for t in range(120, 170)]
        assert [v.up for v in verdicts] == [False] * 50
        assert [v.kept for v in verdicts].count(False) == 2


class TestInTheLadder:
    @pytest.fixture
    def link(self, names: DnsServer, ca: Authority) -> Callable[..., Link]:
        def make(**changed: object) -> Link:
            usual: dict[str, object] = {
                "interface": "lo",
                "gateway": "127.0.0.1",
                "internet": (),
                "resolvers": (str(names.at),),
                "dns_names": ("stable.example",),
                "interception": False,
                "portal": (),
                "control_ca_file": ca.ca_file,
            }
            return Link(**(usual | changed))  # type: ignore[arg-type] # the test's own options

        return make

    @staticmethod
    def layers(reading: Reading) -> dict[str, float]:
        found = [(s.labels[0], s.value) for s in reading.samples if s.metric is LAYER_UP]
        assert len(dict(found)) == len(found), "a series is told twice"
        return dict(found)

    def test_interception_is_the_fault_and_services_behind_it_are_left_alone(
        self, link: Callable[..., Link], server: HttpServer, box: Authority
    ) -> None:
        server.tls = box.server(NAME, 90)
        with HttpServer(closes) as behind:
            service = Service(name=SafeText("siak"), url=f"tcp://{behind.at}")
            reading = link(control=(f"https://{NAME}:{server.port}/",), services=(service,)).read()
            assert behind.callers == 0
        assert [fault.key for fault in reading.faults] == [("internet-filtered", "")]
        assert self.layers(reading) == {"carrier": 1, "address": 1, "gateway": 1, "dns": 1, "tls": 0}
        assert (reading.capabilities["tls"], reading.capabilities["service"]) == (True, False)

    @pytest.mark.parametrize("behind", ["control.example", "other.example"])
    def test_the_tls_layer_is_told_once_and_falls_with_a_service_s_tls(
        self, link: Callable[..., Link], server: HttpServer, ca: Authority, behind: str
    ) -> None:
        with HttpServer(page(200), tls=ca.server(behind, 90)) as siak:
            url = f"https://{NAME}:{siak.port}/"
            service = Service(name=SafeText("siak"), url=url, ca_file=ca.ca_file)
            reading = link(control=(f"https://{NAME}:{server.port}/",), services=(service,)).read()
        good = behind == NAME
        assert [fault.key for fault in reading.faults] == ([] if good else [("tls-invalid", "siak")])
        assert self.layers(reading)["tls"] == float(good)

    def test_without_a_control_host_nothing_tells_of_tls(self, link: Callable[..., Link]) -> None:
        reading = link().read()
        assert "tls" not in self.layers(reading)
        assert not reading.capabilities["tls"]

    def test_another_party_may_answer_for_it(
        self, link: Callable[..., Link], server: HttpServer, box: Authority
    ) -> None:
        server.tls = box.server(NAME, 90)
        own = link(
            control=(f"https://{NAME}:{server.port}/",), responsible={"internet-filtered": Actor.TECHNICIAN}
        ).read()
        assert own.faults[0].actor is Actor.TECHNICIAN


@pytest.mark.parametrize("url", ["http://a.example/", "tls://a.example:443", "a.example", "https://a.example/login"])
def test_what_is_no_host_over_tls_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(ValueError, match=r"^control: .*write"):
        Link(control=(url,))
