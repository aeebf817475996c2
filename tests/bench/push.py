"""What a counter that reports by itself sends to the centre in an hour, over HTTP as it is on the line.

Real vmagent with the unit's flags, a real Prometheus that receives; a minute lasts 1.5 s, since vmagent waits at least
1 s for more. Each minute is a request of its own, as in real time; the codec remembers nothing between requests.
"""

import gzip
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from agent import targets
from alerts.office import Office
from probes.text import clean
from tests.bench.figures import Figure, quantile
from tests.fakes.agentprocess import until
from tests.fakes.cutlink import CutLink
from tests.fakes.pageserver import PageServer
from tests.fakes.prometheus import Prometheus
from tests.fakes.vmagent import VmAgent, hastened

LIMIT_KB = 200.0
MINUTE_SECONDS = 1.5
SLOW_EVERY = 4
OFFICE = Office(name=clean("Kantor Camat Medan Timur"), code=clean("12.71.11"), counter=clean("Loket 1"))
FLAGS = (
    "-remoteWrite.flushInterval=1s",
    "-remoteWrite.rateLimit=0",
    "-remoteWrite.basicAuth.username=loket",
    "-remoteWrite.basicAuth.password=sandi-dua-puluh-huruf",
)


def an_hour(pages: Sequence[str]) -> float:
    """The kilobytes of an hour of such pages, compressed (snappy), with the requests' heads, without TLS."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        prometheus = stack.enter_context(Prometheus(folder, "", "--web.enable-remote-write-receiver"))
        server = stack.enter_context(PageServer(pages, time.time() - 3600))
        link = stack.enter_context(CutLink(prometheus.port))
        file = folder / "push.yml"
        scrape = targets.own_scrape(OFFICE, server.at, "pc-1.medan.example")
        file.write_text(hastened(scrape, MINUTE_SECONDS), "utf-8")
        vmagent = VmAgent(folder, file, f"http://127.0.0.1:{link.port}/api/v1/write", *FLAGS)
        vmagent.start()
        stack.callback(vmagent.stop)
        minutes = len(pages) // SLOW_EVERY * SLOW_EVERY - SLOW_EVERY
        until(lambda: server.scrapes > SLOW_EVERY, 60)
        began, before = server.scrapes, link.sent_bytes
        until(lambda: server.scrapes >= began + minutes - SLOW_EVERY, 60 + MINUTE_SECONDS * len(pages))
        an_hour = (link.sent_bytes - before) / (server.scrapes - began) * 60 / 1000
        examine(prometheus, server.scrapes)
        return an_hour


def examine(prometheus: Prometheus, scrapes: int) -> None:
    """Both paces arrive, under one name, and nobody is told twice that the agent answers."""
    now = time.time()
    (up,) = prometheus.query("count_over_time(up[2h])", now)
    assert int(up["value"][1]) <= scrapes
    names = prometheus.values("__name__", '{job="jagaloket"}', now - 7200, now)
    assert {"jagaloket_device_state", "jagaloket_tickets"} <= set(names)
    assert not [name for name in names if name.startswith("scrape_")]
    assert not set(prometheus.read("labels")) & {"pace", "changes"}


def asked_for(pages: Sequence[str]) -> float:
    """The same for a Prometheus that asks each minute, gzip, bodies only."""
    return quantile([len(gzip.compress(page.encode(), 6)) for page in pages], 0.5) * 60 / 1000


def figures(counters: dict[str, Sequence[str]]) -> Iterator[Figure]:
    """counters: what a counter is called, and its pages, a minute apart."""
    for name, pages in counters.items():
        series = sum(not line.startswith("#") for line in pages[0].splitlines())
        note = f"{series} series, no TLS"
        told = f"reports of an hour, {name}"
        yield Figure(name=f"{told} (vmagent, snappy)", value=an_hour(pages), unit="kB", limit=LIMIT_KB, note=note)
        yield Figure(name=f"{told}, if asked for (gzip)", value=asked_for(pages), unit="kB", note="bodies only")
