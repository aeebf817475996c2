"""A real vmagent on loopback, started with the flags of our unit."""

import json
import re
import signal
import subprocess
from pathlib import Path

from tests.fakes.http import free_port
from tests.fakes.prometheus import program

UNIT = Path(__file__).parents[2] / "systemd" / "jagaloket-push.service"


def flags(**places: str) -> list[str]:
    """The unit's own flags, with these values for its ${NAMES}; a name that is not given becomes empty.

    What the package puts into /usr/share/jagaloket is the source's.
    """
    (line,) = re.findall(r"(?m)^ExecStart=\S+ ((?:.*\\\n)*.*)$", UNIT.read_text("utf-8"))
    line = line.replace("/usr/share/jagaloket", str(UNIT.parent))
    words = [word for word in line.split() if word != "\\"]
    return [re.sub(r"\$\{(\w+)\}", lambda match: places.get(match[1], ""), word) for word in words]


def each_minute() -> re.Pattern[str]:
    """The names of what goes to the centre each minute (systemd/push-relabel.yml); all else goes slowly."""
    found = re.search(r'(?s)regex: "(up\b.*?)"', (UNIT.parent / "push-relabel.yml").read_text("utf-8"))
    assert found is not None
    return re.compile(re.sub(r"\\\n *", "", found[1]))


_SITE = ("-promscrape.config", "-httpListenAddr", "-envflag", "-remoteWrite.basicAuth")
"""What names places of a site."""
SLOW = "/slow"
"""Where the slow pace asks in tests, so that a server can tell it."""


def hastened(scrape: str, minute_seconds: float) -> str:
    """A scrape configuration of ours whose minutes last so long; the slow pace asks where PageServer knows it."""
    config = json.loads(scrape)
    for job in config["scrape_configs"]:
        seconds = int(job["scrape_interval"].removesuffix("s")) / 60 * minute_seconds
        job |= {"scrape_interval": f"{seconds * 1000:.0f}ms", "scrape_timeout": f"{minute_seconds * 1000:.0f}ms"}
        if job["static_configs"][0]["labels"]["pace"] == "slow":
            job["metrics_path"] = SLOW
    return json.dumps(config)


class VmAgent:
    """One vmagent over one folder; may be stopped and started again."""

    def __init__(self, folder: Path, scrape: Path, url: str, *more: str) -> None:
        self._log = folder / "vmagent.log"
        self._command = [
            program("vmagent"),
            *(word for word in flags(STATE_DIRECTORY=str(folder / "queue")) if not word.startswith(_SITE)),
            f"-promscrape.config={scrape}",
            f"-remoteWrite.url={url}",
            f"-httpListenAddr=127.0.0.1:{free_port()}",
            *more,
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(30)

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")
