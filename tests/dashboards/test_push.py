"""Counters that report by themselves: a link cut for an hour of virtual traffic, a restart meanwhile, nothing lost.

An hour is 60 scrapes of the agent's own pages with an hour's times, taken 250 ms apart.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from agent import targets
from alerts.office import Office
from probes.text import clean
from tests.dashboards.conftest import ODD
from tests.fakes.agentprocess import until
from tests.fakes.cutlink import CutLink
from tests.fakes.fleet import Played, Story
from tests.fakes.pageserver import PageServer
from tests.fakes.prometheus import Prometheus
from tests.fakes.vmagent import VmAgent, hastened

pytestmark = pytest.mark.slow
QUICK = ("-remoteWrite.flushInterval=1s", "-remoteWrite.rateLimit=0", "-promscrape.noStaleMarkers")
"""A minute is 250 ms here: the unit's 5 s would be 20 minutes, and its limit of 64 kB/s a 240th of it. At the end of a
target vmagent marks its series stale at the times of its first page, which only our pages have: that would erase it."""
LATE = "storage:\n  tsdb:\n    out_of_order_time_window: 24h\n"
HOUR_SCRAPES = 60


def later() -> float:
    """When all pages' times have passed."""
    return time.time() + 3 * 3600


def pages(folder: Path) -> list[str]:
    """A counter's pages of two hours as vmagent gets them."""
    folder.mkdir()
    with closing(Played(folder, Story(labels={}))) as played:
        return [played.exporter.render()[0].decode() for _ in played.pages(2, 60)]


@dataclass
class Reporting:
    """One counter that reports over a line of its own."""

    server: PageServer
    link: CutLink
    vmagent: VmAgent
    counter: str

    def scraped(self, more: int) -> None:
        """Wait for so many more scrapes."""
        wanted = self.server.scrapes + more
        until(lambda: self.server.scrapes >= wanted, 60)

    def switch_off(self) -> None:
        """The agent ends, then vmagent."""
        self.server.off = True
        time.sleep(0.3)  # a page under way gets its time; what follows is refused
        self.vmagent.stop()

    def switch_on(self) -> None:
        self.server.off = False
        self.vmagent.start()


@contextmanager
def reporting(folder: Path, prometheus: Prometheus, counter: str) -> Iterator[Reporting]:
    folder.mkdir()
    office = Office(name=clean(ODD), code=clean("73.10.04"), counter=clean(counter))
    with PageServer(pages(folder / "agent"), time.time()) as server, CutLink(prometheus.port) as link:
        file = folder / "push.yml"
        file.write_text(hastened(targets.own_scrape(office, server.at, f"pc-{counter[-1]}"), 0.25), "utf-8")
        vmagent = VmAgent(folder, file, f"http://127.0.0.1:{link.port}/api/v1/write", *QUICK)
        try:
            vmagent.start()
            yield Reporting(server, link, vmagent, counter)
        finally:
            vmagent.stop()


def kept(prometheus: Prometheus, counter: str) -> int:
    """How many samples of a counter's pages the centre has."""
    series = f'{{__name__=~"jagaloket_.+|process_.+", counter="{counter}"}}[1d]'
    return sum(len(one["values"]) for one in prometheus.api("query", query=series, time=later())["result"])


def kept_pages(prometheus: Prometheus, counter: str) -> int:
    """The same in pages, by a metric that each has once: cheap enough to ask often."""
    found = prometheus.query(f'count_over_time(jagaloket_office_open{{counter="{counter}"}}[1d])', later())
    return int(found[0]["value"][1]) if found else 0


def arrived(prometheus: Prometheus, one: Reporting) -> bool:
    return kept_pages(prometheus, one.counter) >= one.server.scrapes


@contextmanager
def two_counters(folder: Path, config: str) -> Iterator[tuple[Prometheus, Reporting, Reporting]]:
    with ExitStack() as stack:
        prometheus = stack.enter_context(Prometheus(folder, config, "--web.enable-remote-write-receiver"))
        one = stack.enter_context(reporting(folder / "1", prometheus, "Loket 1"))
        other = stack.enter_context(reporting(folder / "2", prometheus, "Loket 2"))
        yield prometheus, one, other


def test_after_an_hour_without_a_link_and_a_restart_the_centre_has_every_sample_once(tmp_path: Path) -> None:
    with two_counters(tmp_path, LATE) as (prometheus, cut, steady):
        cut.scraped(3)
        until(lambda: kept_pages(prometheus, cut.counter) > 0, 20)
        cut.link.cut()
        cut.scraped(HOUR_SCRAPES // 2)
        cut.switch_off()
        cut.switch_on()
        cut.scraped(HOUR_SCRAPES // 2)
        stuck = kept_pages(prometheus, cut.counter)
        assert stuck < HOUR_SCRAPES // 2
        until(lambda: kept_pages(prometheus, steady.counter) > stuck + HOUR_SCRAPES // 2, 30)
        assert cut.link.refused > 0
        cut.link.mend()
        for one in (cut, steady):
            one.server.off = True
        for one in (cut, steady):
            until(partial(arrived, prometheus, one), 60)
            until(lambda: kept(prometheus, one.counter) >= one.server.samples, 20)  # noqa: B023 - it waits here
            assert kept(prometheus, one.counter) == one.server.samples
        (kept_series,) = prometheus.query(
            f'last_over_time(jagaloket_office_open{{counter="{cut.counter}"}}[1d])', later()
        )
        wanted = {"office": ODD, "site": "73.10.04", "instance": "pc-1", "job": "jagaloket"}
        assert kept_series["metric"].items() >= wanted.items()
