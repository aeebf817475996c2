"""A nation's store: what all cities send on (dashboards/prometheus/nation.yml), and the board of all offices on it.

    python -m tests.bench.nation [COUNTERS [HOURS]]      needs victoria-metrics in PATH

The past is imported, one value for every five minutes; then a minute of the present is sent as it would come.
"""

import json
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from dashboards.build import BOARDS, made
from dashboards.words import Words
from tests.bench.fleet import STORIES, labels
from tests.bench.queries import took
from tests.dashboards.test_nation import sent_on
from tests.fakes.fleet import Played
from tests.fakes.grafana import Looker
from tests.fakes.prometheus import Prometheus, program

STEP_SECONDS = 300
_LINE = re.compile(r"(?P<name>[\w:]+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_BATCH_COUNTERS = 200


class VictoriaMetrics(Prometheus):
    """A real one on loopback; it answers Prometheus' questions."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._command = [
            program("victoria-metrics"),
            f"-storageDataPath={folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=10y",
            "-search.maxUniqueTimeseries=3000000",
            "-search.latencyOffset=0s",
        ]

    def take(self, lines: Iterator[bytes]) -> None:
        """Import series, one JSON object a line."""
        for body in lines:
            asked = urllib.request.Request(f"{self.url}/api/v1/import", body)  # noqa: S310 - loopback
            with urllib.request.urlopen(asked, timeout=300) as answer:  # noqa: S310 - loopback
                assert answer.status == 204, answer.status


def pages(folder: Path) -> list[list[tuple[dict[str, str], float]]]:
    """What each story's last page says that is sent on: labels and values."""
    found = []
    kept = sent_on()
    for number, story in enumerate(STORIES):
        (folder / str(number)).mkdir(parents=True)
        with closing(Played(folder / str(number), story)) as one:
            for _ in one.pages(2, 600):
                page = one.exporter.render()[0].decode()
        lines = [match for line in page.splitlines() if (match := _LINE.match(line)) and match["name"] in kept]
        own = [
            ({"__name__": one["name"], **dict(_LABEL.findall(one["labels"] or ""))}, float(one["value"]))
            for one in lines
        ]
        own += [({"__name__": "up"}, 1.0), ({"__name__": "jagaloket:office_situation"}, float(number > 0))]
        found.append(own)
    return found


def batches(stories: list[list[tuple[dict[str, str], float]]], counters: int, times: list[int]) -> Iterator[bytes]:
    """All series of all counters, each with the same values at these times (ms), some counters to a batch."""
    stamps = json.dumps(times)
    rows: list[str] = []
    for counter in range(counters):
        own = {"job": "jagaloket", **labels(counter)}
        for series, value in stories[counter % len(stories) if counter % 50 < len(stories) else 0]:
            values = f"[{','.join([f'{value:g}'] * len(times))}]"
            rows.append(f'{{"metric":{json.dumps(own | series)},"values":{values},"timestamps":{stamps}}}\n')
        if counter % _BATCH_COUNTERS == _BATCH_COUNTERS - 1 or counter == counters - 1:
            yield "".join(rows).encode()
            rows.clear()


def main() -> None:
    """Print what it takes."""
    counters = int(sys.argv[1]) if len(sys.argv) > 1 else 28_000
    hours = int(sys.argv[2]) if len(sys.argv) > 2 else 24
    with TemporaryDirectory() as name:
        folder = Path(name)
        stories = pages(folder / "agents")
        now = int(time.time()) // STEP_SECONDS * STEP_SECONDS
        with VictoriaMetrics(folder) as store:
            began = time.monotonic()
            past = [at * 1000 for at in range(now - hours * 3600, now, STEP_SECONDS)]
            store.take(batches(stories, counters, past))
            print(f"{counters} counters, {len(stories[0])} series each, {hours} h: {time.monotonic() - began:.0f} s")  # noqa: T201 - a report
            began = time.monotonic()
            store.take(batches(stories, counters, [now * 1000]))
            print(f"a minute of the present: taken in {time.monotonic() - began:.1f} s")  # noqa: T201 - a report
            time.sleep(3)
            (board,) = [made(board, Words("en")) for board in BOARDS if board.key == "fleet"]
            looker = Looker(prometheus=store, end=now, span_seconds=hours * 3600)
            for seconds, title in sorted(took(looker, board), reverse=True):
                print(f"{seconds:6.2f} s  {title}")  # noqa: T201 - a report
            own = Path(f"/proc/{store.process.pid}/status").read_text("utf-8") if store.process else ""
            print(re.findall(r"VmHWM:\s+(.*)", own), "at most in memory")  # noqa: T201 - a report


if __name__ == "__main__":
    main()
