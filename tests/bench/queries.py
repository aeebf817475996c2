"""How long the boards' queries take over a day of a thousand agents."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dashboards.build import BOARDS, made
from dashboards.words import Words
from tests.bench.figures import Figure
from tests.bench.fleet import AGENTS, STORIES, labels
from tests.fakes.fleet import Played
from tests.fakes.grafana import Looker
from tests.fakes.history import History, escaped
from tests.fakes.prometheus import Prometheus, fill, record

HOURS, STEP_SECONDS, RECENT = 24, 240, 3
OVER_TIME = frozenset(
    {
        "up",
        "jagaloket_build_info",
        "jagaloket_device_fault",
        "jagaloket_tickets",
        "jagaloket_function_up",
        "jagaloket_office_open",
        "jagaloket_outbox_messages",
        "jagaloket_printer_supply_ratio",
        "jagaloket_printer_pages",
    }
)
"""What the boards that show the whole fleet draw over time; of all else only the last scrapes are kept."""
_MARK = {"agent": "@"}


def _blocks(folder: Path) -> tuple[list[dict[str, str]], dict[str, str], float]:
    """Each story's lines by family, the families' heads, and the last time."""
    blocks: list[dict[str, str]] = []
    heads: dict[str, str] = {}
    end = 0.0
    for number, story in enumerate(STORIES):
        place, history = folder / str(number), History()
        place.mkdir()
        with closing(Played(place, story)) as played:
            for at, page in played.pages(HOURS, STEP_SECONDS):
                history.scrape(_MARK, at, page)
                end = max(end, at)
        heads |= {family: "".join(f"{line}\n" for line in lines) for family, lines in history.heads.items()}
        recent = f"{end - RECENT * STEP_SECONDS:.3f}"
        blocks.append(
            {
                family: "".join(
                    f"{line}\n" for line in lines if family in OVER_TIME or line.rpartition(" ")[2] > recent
                )
                for family, lines in history.lines.items()
            }
        )
    return blocks, heads, end


def _write(file: Path, blocks: list[dict[str, str]], heads: dict[str, str]) -> None:
    """The stories told by a thousand agents in turn."""
    with file.open("w", encoding="utf-8") as out:
        for family, head in heads.items():
            out.write(head)
            for agent in range(AGENTS):
                own = {"job": "jagaloket", **labels(agent)}
                text = ",".join(f'{name}="{escaped(value)}"' for name, value in own.items())
                out.write(blocks[agent % len(blocks)].get(family, "").replace('agent="@"', text))
        out.write("# EOF\n")


def took(looker: Looker, board: dict[str, Any]) -> Iterator[tuple[float, str]]:
    """Seconds and title of each query, as the board asks it when it is opened."""
    offices = [one for one in board["templating"]["list"] if one["name"] == "office"]
    values = looker.everything(board)
    if not offices[0]["includeAll"]:
        values["office"] = values["office"][:1]
    for panel in board["panels"]:
        for target in panel["targets"]:
            began = time.perf_counter()
            looker.ask(target, values, panel.get("maxDataPoints", 0))
            yield time.perf_counter() - began, f"{board['uid']}: {panel['title']}"


def figures() -> Iterator[Figure]:
    """The slowest query of each board."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        blocks, heads, end = _blocks(folder)
        _write(folder / "history.txt", blocks, heads)
        fill(folder / "data", folder / "history.txt")
        (folder / "history.txt").unlink()
        with Prometheus(folder) as prometheus:
            record(prometheus, folder / "data", end - HOURS * 3600, end)
            looker = Looker(prometheus=prometheus, end=end, span_seconds=HOURS * 3600)
            for board in BOARDS:
                drawn = made(board, Words("en"))
                seconds, title = max(took(looker, drawn))
                yield Figure(
                    name=f"slowest query of {drawn['uid']}, 1,000 agents, 24 h",
                    value=seconds,
                    unit="s",
                    limit=1,
                    note=title,
                )
