"""What Prometheus reads of the fleet: targets with the labels that boards and rules go by, and a PC's own report.

Format: https://prometheus.io/docs/prometheus/latest/http_sd/, which files (file_sd_configs) share.
"""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent.config import ConfigError
from agent.inventory import Counter, label
from alerts.office import Office

JOB = "jagaloket"
PACES = (("minute", 60), ("slow", 240))
"""How often a PC that reports by itself sends, in seconds: its present condition, and all else."""


def targets(counters: Iterable[Counter]) -> list[dict[str, Any]]:
    """One group for each counter that Prometheus can reach."""
    return [
        {"targets": [one.address], "labels": {"site": one.code, "office": one.office, "counter": one.counter}}
        for one in counters
        if one.address
    ]


def text(groups: list[dict[str, Any]]) -> str:
    """As JSON, for people to read, too."""
    return json.dumps(groups, ensure_ascii=False, indent=1) + "\n"


def write(path: Path, content: str) -> None:
    """Replace the file at once: Prometheus reads it whenever it changes. Raises ConfigError."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
        Path(file.name).replace(path)
    except OSError as error:
        message = f"cannot be written: {error.strerror}; check that the folder is there and its rights"
        raise ConfigError([f"{path}: {message}"]) from error


def own_scrape(office: Office, listen: str, instance: str) -> str:
    """The scrape configuration with which this PC's vmagent asks its own agent. Raises ConfigError.

    JSON, which is YAML, too. instance: this PC's name for the others, since it calls itself 127.0.0.1.
    """
    missing = [name for name in ("name", "code", "counter") if not getattr(office, name)]
    if missing:
        lines = [f"office.{name}: is missing; the centre tells counters apart by it" for name in missing]
        raise ConfigError(lines)
    labels = {
        "job": JOB,
        "site": office.code,
        "office": label(office.name),
        "counter": label(office.counter),
        "instance": instance,
        "delivery": "push",  # the rules must not wait for the centre's own "up"
    }
    jobs = [_paced(listen, labels, *pace) for pace in PACES]
    return json.dumps({"scrape_configs": jobs}, ensure_ascii=False, indent=1) + "\n"


def _paced(listen: str, labels: dict[str, str], pace: str, seconds: int) -> dict[str, Any]:
    """All of the page at one pace; the shipped push-relabel.yml keeps of it what goes at this pace."""
    return {
        "job_name": f"{JOB}-{pace}",
        "scrape_interval": f"{seconds}s",
        "scrape_timeout": "20s",
        "static_configs": [{"targets": [listen], "labels": {**labels, "pace": pace}}],
    }
