"""The fleet's figures: a thousand agents at one Prometheus, what a reporting one sends, the boards' queries."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from tests.bench import push
from tests.bench.figures import Figure, cpu_seconds
from tests.bench.ours import counter
from tests.fakes.agentprocess import until
from tests.fakes.fleet import Played, Story, Trouble
from tests.fakes.prometheus import Prometheus

AGENTS = 1000
PER_OFFICE = 4
RULES = Path(__file__).parents[2] / "alerts" / "rules"
STORIES = (
    Story(labels={}),
    Story(labels={}, troubles=(Trouble(device="sidik-jari", code="not-connected", begins=1.0),)),
    Story(labels={}, troubles=(Trouble(device="internet", code="internet-down", begins=1.5, ends=1.8),)),
)


def series() -> Iterator[Figure]:
    """How many series one counter PC brings, as the other figures' counter does."""
    with counter() as bench:
        bench.agent.start()
        until(bench.is_complete, 60)
        lines = [line for line in bench.agent.page("/metrics").splitlines() if line and not line.startswith("#")]
    yield Figure(name="series of one counter PC, six devices", value=len(lines), unit="series", limit=400)


def played(folder: Path, hours: float) -> list[str]:
    """Pages of counters in different states, one a minute each."""
    pages = []
    for number, story in enumerate(STORIES):
        (folder / str(number)).mkdir(parents=True)
        with closing(Played(folder / str(number), story)) as one:
            pages += [one.exporter.render()[0].decode() for _ in one.pages(hours, 60)]
    return pages


def labels(agent: int) -> dict[str, str]:
    """What the scrape adds."""
    office = agent // PER_OFFICE
    return {
        "site": f"{office:04}",
        "office": f"Kantor Camat {office}",
        "counter": f"Loket {agent % PER_OFFICE + 1}",
        "instance": f"pc-{agent}",
    }


def protected(folder: Path, swarm: Path) -> dict[str, object]:
    """Let the swarm speak TLS and ask for a password; what Prometheus needs for that."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(swarm / "tls.pem"))
    (swarm / "login").write_text("prometheus:sandi", "utf-8")
    return {
        "scheme": "https",
        "tls_config": {"ca_file": str(folder / "ca.pem")},
        "basic_auth": {"username": "prometheus", "password": "sandi"},
    }


@contextmanager
def thousand(folder: Path, pages: list[str], *, tls: bool) -> Iterator[Prometheus]:
    """One Prometheus with our rules that asks a thousand agents every minute, as prometheus.yml says or in the open."""
    swarm = folder / "swarm"
    swarm.mkdir()
    for number, page in enumerate(pages):
        (swarm / f"{number:04}.page").write_text(page, "utf-8")
    door = protected(folder, swarm) if tls else {}
    words = [sys.executable, "-m", "tests.fakes.swarm", str(swarm)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    with process, ExitStack() as stack:
        stack.callback(process.terminate)
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        groups = [
            {"targets": [f"127.0.0.1:{port}"], "labels": {**labels(n), "__metrics_path__": f"/{n}/metrics"}}
            for n in range(AGENTS)
        ]
        (folder / "targets.json").write_text(json.dumps(groups), "utf-8")
        job = {"job_name": "jagaloket", "file_sd_configs": [{"files": ["targets.json"]}], **door}
        config = {
            "global": {"scrape_interval": "60s", "scrape_timeout": "20s", "evaluation_interval": "60s"},
            "rule_files": [str(file) for file in sorted(RULES.glob("*.rules.yml"))],
            "scrape_configs": [job],
        }
        yield stack.enter_context(Prometheus(folder, json.dumps(config)))


def scraping(minutes: int, *, tls: bool = True) -> Iterator[Figure]:
    """A thousand agents for so many minutes after the first: who was missed, and what it costs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with thousand(folder, played(folder / "played", 0.5), tls=tls) as prometheus:
            assert prometheus.process is not None
            time.sleep(75)
            before, began = cpu_seconds(prometheus.process.pid), time.time()
            time.sleep(60 * minutes)
            cpu, at = cpu_seconds(prometheus.process.pid) - before, time.time()

            up = f"sum_over_time(up[{round(at - began)}s])"
            (reached,) = prometheus.query(f"sum(clamp_max({up}, {minutes}))", at)
            (slowest,) = prometheus.query("max(scrape_duration_seconds)", at)
            own = own_metrics(prometheus)
        asked = f"{minutes} min, {'TLS and password' if tls else 'plain HTTP'}, a connection each, gzip"
        missed = AGENTS * minutes - float(reached["value"][1])
        yield Figure(name="1,000 agents at 60 s: scrapes missed", value=missed, unit="scrapes", limit=0.5, note=asked)
        yield Figure(name="the same: slowest scrape", value=float(slowest["value"][1]) * 1000, unit="ms")
        yield Figure(name="the same: series", value=own["prometheus_tsdb_head_series"], unit="series")
        yield Figure(name="the same: Prometheus' processor", value=cpu / (at - began) * 100, unit="% of one")
        yield Figure(name="the same: its memory", value=own["process_resident_memory_bytes"] / 2**20, unit="MiB")
        rules = own["prometheus_rule_group_last_duration_seconds"] * 1000
        yield Figure(name="the same: every group of rules once", value=rules, unit="ms", note="see tests.bench.rules")


def own_metrics(prometheus: Prometheus) -> dict[str, float]:
    """What Prometheus says of itself, summed by name."""
    found: dict[str, float] = {}
    with urllib.request.urlopen(f"{prometheus.url}/metrics", timeout=30) as answer:  # noqa: S310 - loopback
        for line in answer.read().decode().splitlines():
            if not line.startswith("#"):
                name = line.partition("{")[0].partition(" ")[0]
                found[name] = found.get(name, 0.0) + float(line.rpartition(" ")[2])
    return found


def reports(minutes: int) -> Iterator[Figure]:
    """What one counter that reports by itself sends: with the six devices of our figures, with seven that fill all."""
    with counter() as bench, TemporaryDirectory() as name:
        bench.agent.start()
        until(bench.is_complete, 60)
        six = [bench.agent.page("/metrics")] * minutes
        yield from push.figures({"six devices": six, "seven": played(Path(name), minutes / 60)[:minutes]})


def figures(*, short: bool) -> Iterator[Figure]:
    """All of them."""
    yield from series()
    yield from reports(20 if short else 60)
    yield from scraping(2 if short else 10)
