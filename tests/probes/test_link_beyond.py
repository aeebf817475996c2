"""Portals, tunnels, block pages and DNS interception, on loopback."""

import socket
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from probes.link.interception import InterceptionLayer
from probes.link.ladder import Verdict
from probes.link.lan import Line
from probes.link.portal import KnownPage, PortalLayer
from probes.link.service import Service
from probes.link.services import ServiceLayer
from probes.link.vpn import Vpn, VpnLayer
from probes.reading import Actor
from probes.text import SafeText
from probes.wire import route
from probes.wire.address import Endpoint
from tests.fakes.certificates import Authority
from tests.fakes.dns import CNAME, A, DnsServer, answer, knows, name, record
from tests.fakes.http import HttpServer, Script, closes, free_port, page, says


@pytest.fixture
def servers() -> Iterator[tuple[Endpoint, ...]]:
    with DnsServer(knows("127.0.0.1")) as server:
        yield (server.at,)


class TestPortal:
    @staticmethod
    def verdict(servers: tuple[Endpoint, ...], script: Script, body: str = "", status: int = 204) -> Verdict:
        with HttpServer(script) as server:
            known = KnownPage(url=f"http://page.example:{server.port}/x", status=status, body=body)
            return PortalLayer([known], lambda: servers).look(0, afresh=False)

    def test_a_page_that_arrives_unchanged_is_no_portal(self, servers: tuple[Endpoint, ...]) -> None:
        assert self.verdict(servers, page(204)).up is True
        assert self.verdict(servers, page(200, b"Microsoft Connect Test\r\n"), "Microsoft Connect", 200).up is True

    @pytest.mark.parametrize(
        ("script", "evidence"),
        [
            (page(302, b"", "Location: http://login.example/"), "302 in place of 204, leads to http://login.example/"),
            (page(200, b"<html>"), "200 in place of 204"),
            (page(511), "511 in place of 204"),
            (page(500), "500 in place of 204"),
            (says(b"login please"), "no HTTP in place of 204"),
        ],
    )
    def test_another_answer_is_a_portal(self, servers: tuple[Endpoint, ...], script: Script, evidence: str) -> None:
        verdict = self.verdict(servers, script)
        assert (verdict.up, [fault.code for fault in verdict.faults]) == (False, ["captive-portal"])
        assert evidence in verdict.faults[0].detail

    def test_a_portal_that_leads_to_itself_for_ever_is_asked_once(self, servers: tuple[Endpoint, ...]) -> None:
        with HttpServer() as server:
            url = f"http://page.example:{server.port}/x"
            server.script = page(302, b"", f"Location: {url}")
            verdict = PortalLayer([KnownPage(url=url)], lambda: servers).look(0, afresh=False)
            assert f"leads to {url}" in verdict.faults[0].detail
            assert server.callers == 1

    def test_another_body_is_a_portal(self, servers: tuple[Endpoint, ...]) -> None:
        verdict = self.verdict(servers, page(200, b"Bayar tagihan"), "Microsoft Connect Test", 200)
        assert "another page in its place" in verdict.faults[0].detail

    def test_no_answer_proves_nothing(self, servers: tuple[Endpoint, ...]) -> None:
        assert self.verdict(servers, closes).up is None
        assert self.verdict((), page(204)).up is None

    def test_one_unchanged_page_of_two_is_enough(self, servers: tuple[Endpoint, ...]) -> None:
        with HttpServer(page(200)) as wrong, HttpServer(page(204)) as right:
            pages = [KnownPage(url=f"http://page.example:{s.port}/") for s in (wrong, right)]
            assert PortalLayer(pages, lambda: servers).look(0, afresh=False).up is True

    def test_a_good_result_holds_and_a_portal_is_looked_at_again_at_once(self, servers: tuple[Endpoint, ...]) -> None:
        with HttpServer(page(204)) as server:
            layer = PortalLayer([KnownPage(url=f"http://page.example:{server.port}/")], lambda: servers)
            assert [layer.look(t, afresh=False).kept for t in (0, 6, 12)] == [False, True, False]
            server.script = page(200)
            assert [layer.look(t, afresh=False).kept for t in (24, 25, 26)] == [False, False, False]

    @pytest.mark.parametrize("url", ["https://page.example/", "page.example"])
    def test_only_plain_http_shows_a_portal(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"^url: .*write"):
            KnownPage(url=url)


class TestVpn:
    def test_no_tunnel_is_asked_for(self) -> None:
        assert VpnLayer(None).look(0, afresh=False).up is None

    def test_a_tunnel_whose_inside_lets_us_in_is_up_and_asked_gently(self) -> None:
        with HttpServer(closes) as inside:
            layer = VpnLayer(Vpn(interface="lo", inside=inside.at))
            assert [layer.look(t, afresh=False).up for t in (0, 3, 6, 59)] == [True] * 4
            assert inside.wait_for_callers(1) == 1

    def test_a_dead_inside_is_a_fault_that_does_not_stop_the_ladder(self) -> None:
        verdict = VpnLayer(Vpn(interface="lo", inside=f"127.0.0.1:{free_port()}")).look(0, afresh=False)
        assert (verdict.up, verdict.stops) == (False, False)
        assert [(f.code, f.actor) for f in verdict.faults] == [("vpn-down", Actor.CENTRAL)]
        assert "refused" in verdict.faults[0].detail

    def test_a_missing_interface_is_a_fault(self) -> None:
        verdict = VpnLayer(Vpn(interface="wg9")).look(0, afresh=False)
        assert verdict.faults[0].detail == "wg9 does not exist"

    def test_an_interface_without_an_address_is_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(route, "addresses", tuple)
        assert VpnLayer(Vpn(interface="lo")).look(0, afresh=False).faults[0].detail == "lo has no address"

    @pytest.mark.parametrize(
        ("option", "more"),
        [("interface", {"interface": ""}), ("inside", {"inside": "vpn.example:1"}), ("inside", {"inside": "::"})],
    )
    def test_a_wrong_option_is_named(self, option: str, more: dict[str, str]) -> None:
        with pytest.raises(ValueError, match=rf"^{option}: "):
            Vpn(**({"interface": "wg9"} | more))  # type: ignore[arg-type] # wrong on purpose

    def test_services_behind_a_fallen_tunnel_are_left_alone(self) -> None:
        vpn = VpnLayer(Vpn(interface="wg9"))
        vpn.look(0, afresh=False)
        with HttpServer(closes) as server:
            behind = Service(name=SafeText("siak"), url=f"tcp://{server.at}", via_vpn=True)
            verdict = ServiceLayer([behind], tuple, vpn).look(0, afresh=False)
            assert (verdict.up, verdict.samples, server.callers) == (None, (), 0)


class TestBlockPage:
    @pytest.mark.parametrize(
        "records",
        [
            [record(A, socket.inet_aton("27.54.116.70"), ttl=1)],
            [record(CNAME, name("trustpositif.kominfo.go.id")), record(A, b"\x7f\0\0\1")],
        ],
        ids=["its address", "its name"],
    )
    def test_a_name_that_leads_there_is_blocked_and_not_down(self, records: list[bytes]) -> None:
        pages = frozenset({"27.54.116.70", "trustpositif.kominfo.go.id"})
        with DnsServer(lambda question: [answer(question, *records)]) as server:
            service = Service(name=SafeText("dukcapil"), url="http://blocked.example/")
            faults = ServiceLayer([service], lambda: (server.at,), VpnLayer(None), pages).look(0, afresh=False).faults
        assert [(f.code, f.actor) for f in faults] == [("domain-blocked", Actor.PROVIDER)]


class TestGentleServices:
    def test_a_central_service_is_looked_at_once_a_minute_and_once_more_for_news(self) -> None:
        with HttpServer(closes) as server:
            service = Service(name=SafeText("siak"), url=f"tcp://{server.at}", every_seconds=60)
            layer = ServiceLayer([service], tuple, VpnLayer(None))
            asked = [second for second in range(0, 300, 3) if not layer.look(second, afresh=False).kept]
            assert asked[0] == 0
            assert all(later - earlier >= 60 for earlier, later in pairwise(asked))
            server.stop()
            verdicts = [layer.look(second, afresh=False) for second in range(420, 440)]
        assert [fault.code for fault in verdicts[-1].faults] == ["service-down"]
        assert sum(not verdict.kept for verdict in verdicts) == 2


class TestOwnServices:
    @pytest.mark.parametrize(
        ("url", "more", "own"),
        [
            ("http://127.0.0.1:8080/", {}, True),
            ("http://localhost:8080/", {}, True),
            ("tls://arsip.kantor.example:443", {"actor": Actor.TECHNICIAN}, True),
            ("https://siak.example.go.id/", {}, False),
        ],
    )
    def test_they_are_in_this_pc_or_mended_by_somebody_near(self, url: str, more: dict[str, Any], own: bool) -> None:  # noqa: FBT001 - the expected value
        assert Service(name=SafeText("one"), url=url, **more).is_own is own

    def test_one_that_is_known_to_be_down_is_not_knocked_at(self) -> None:
        with HttpServer(closes) as server:
            service = Service(name=SafeText("arsip"), url=f"tcp://{server.at}")
            layer = ServiceLayer([service], tuple, VpnLayer(None))
            layer.look(0, afresh=False)
            server.stop()
            assert not layer.are_there()
            layer.look(3, afresh=False)
            assert layer.are_there()

    def test_one_behind_a_fallen_link_is_not_knocked_at(self) -> None:
        with HttpServer(closes) as server:
            layer = ServiceLayer([Service(name=SafeText("arsip"), url=f"tcp://{server.at}")], tuple, VpnLayer(None))
            layer.look(0, afresh=False)
            server.stop()
            layer.forget()
            assert layer.are_there()

    def test_one_with_two_addresses_is_there_while_one_lets_us_in(self) -> None:
        with HttpServer(closes) as server, DnsServer(knows("127.0.0.9", "127.0.0.1")) as names:
            service = Service(name=SafeText("arsip"), url=f"tcp://arsip.example:{server.port}", actor=Actor.TECHNICIAN)
            layer = ServiceLayer([service], lambda: (names.at,), VpnLayer(None))
            assert layer.look(0, afresh=False).up
            assert layer.are_there()
            server.stop()
            assert not layer.are_there()

    def test_one_over_tls_is_only_knocked_at_between_two_handshakes(self, tmp_path: Path) -> None:
        with HttpServer(tls=Authority(tmp_path).server("localhost", 99)) as server:
            service = Service(name=SafeText("arsip"), url=f"tls://{server.at}", verify=False)
            layer = ServiceLayer([service], tuple, VpnLayer(None))
            assert not layer.look(0, afresh=False).kept
            assert [layer.look(second, afresh=False).kept for second in (3, 6, 9, 12)] == [True, True, True, False]

    @pytest.mark.parametrize("scheme", ["tcp", "http", "tls", "https"])
    def test_one_that_stops_is_seen_at_the_next_look(self, tmp_path: Path, scheme: str) -> None:
        tls = Authority(tmp_path).server("localhost", 99) if scheme in ("tls", "https") else None
        with HttpServer(page(200), tls=tls) as server:
            service = Service(name=SafeText("arsip"), url=f"{scheme}://{server.at}", verify=False)
            layer = ServiceLayer([service], tuple, VpnLayer(None))
            assert layer.look(0, afresh=False).up
            server.stop()
            assert [fault.code for fault in layer.look(3, afresh=False).faults] == ["service-down"]


class TestInterception:
    @staticmethod
    def facts(nobody: Endpoint) -> dict[str, str]:
        layer = InterceptionLayer(Line(), ("stable.example",), nobody)
        layer.look(0, afresh=False)
        for thread in threading.enumerate():
            if thread.name == "link-interception":
                thread.join()
        verdict = layer.look(3, afresh=False)
        assert (verdict.up, verdict.faults) == (None, ())
        return dict(verdict.facts)

    def test_an_answer_from_where_nobody_lives_is_told_as_a_fact(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(route, "addresses", tuple)
        with DnsServer(knows("192.0.2.1")) as server:
            assert self.facts(server.at) == {"dns_intercepted": "yes"}
        assert self.facts(Endpoint("127.0.0.1", free_port())) == {"dns_intercepted": "no"}

    def test_a_pc_that_lives_there_itself_cannot_tell(self) -> None:
        assert self.facts(Endpoint("127.0.0.1", 53)) == {}
