"""Three counters of two offices, 48 hours, in a real Prometheus."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from probes.reading import Severity
from tests.fakes.fleet import Played, Story, Trouble
from tests.fakes.grafana import SCRAPE_SECONDS
from tests.fakes.history import History
from tests.fakes.prometheus import Prometheus, fill, record

HOURS = 48
ODD = "Kantor Camat Ma'rang (Kab. Pangkep) — “Sumber” Ünïcödé 50 %\\+"
"""Everything but the double quote, which Grafana cannot ask for: jagaloket fleet targets writes it differently."""


def labels(site: str, office: str, counter: str) -> dict[str, str]:
    return {
        "job": "jagaloket",
        "site": site,
        "office": office,
        "counter": counter,
        "instance": f"{site}-{counter[-1]}.example:9776",
    }


STORIES = (
    Story(
        labels=labels("12.71.11", "Kantor Camat Medan Timur", "Loket 1"),
        troubles=(
            Trouble(device="sidik-jari", code="not-connected", begins=46),
            Trouble(device="internet", code="internet-down", begins=20, ends=21),
        ),
    ),
    Story(
        labels=labels("12.71.11", "Kantor Camat Medan Timur", "Loket 2"),
        troubles=(Trouble(device="printer-kantor", code="toner-low", begins=10, severity=Severity.DEGRADED),),
        off=((5, 18), (29, 42)),
    ),
    Story(
        labels=labels("73.10.04", ODD, "Loket 1"),
        troubles=(
            Trouble(device="internet", code="internet-down", begins=47),
            Trouble(device="printer-resi", code="media-empty", begins=20, ends=22),
        ),
    ),
)

OLD = labels("73.10.04", ODD, "Loket 2 (lama)")
OLD_METRICS = ("jagaloket_build_info", "jagaloket_device_info", "jagaloket_device_state", "jagaloket_probe_success")


def of_old_version(page: str) -> str:
    """The page of an agent that knew four metrics only."""
    lines = [
        line
        for line in page.splitlines()
        if line.removeprefix("# HELP ").removeprefix("# TYPE ").startswith(OLD_METRICS)
    ]
    return re.sub(r'version="[^"]*"', 'version="0.0.1"', "\n".join(lines))


@dataclass(frozen=True)
class Scraped:
    """The Prometheus, and the time of its last sample."""

    prometheus: Prometheus
    end: float


@pytest.fixture(scope="package")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    folder, history, end = tmp_path_factory.mktemp("fleet"), History(), 0.0
    for number, story in enumerate(STORIES):
        place = folder / str(number)
        place.mkdir()
        with closing(Played(place, story)) as played:
            for at, page in played.pages(HOURS, SCRAPE_SECONDS):
                history.scrape(story.labels, at, page)
                if story is STORIES[0]:
                    history.scrape(OLD, at, of_old_version(page))
                end = max(end, at)
    history.write(folder / "history.txt")
    fill(folder / "data", folder / "history.txt")
    with Prometheus(folder) as prometheus:
        record(prometheus, folder / "data", end - HOURS * 3600, end)
        yield Scraped(prometheus, end)


@pytest.fixture
def folder_of_boards() -> Path:
    return Path(__file__).parents[2] / "dashboards" / "grafana"
