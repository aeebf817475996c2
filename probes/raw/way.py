"""The way to a printer over a device node: is it there, is it lent to the spooler, must it be asked."""

from collections.abc import Sequence
from pathlib import Path

from probes.raw.rest import Rest
from probes.wire import lpnode, node
from probes.wire.stream import Exchange, Question


class NodeWay:
    """One device node. Loaded only where one is configured."""

    def __init__(self, path: str, baud: int) -> None:
        self._path, self._baud = path, baud
        self._rest = Rest()
        self.home = ""
        """Where under /sys the device was when it was last asked."""

    def is_there(self) -> bool:
        """Whether the node exists."""
        return Path(self._path).exists()

    def is_lent(self) -> bool:
        """CUPS takes the driver off a USB printer while it prints: the node goes, the device stays."""
        return bool(self.home) and Path(self.home).exists()

    def is_fresh(self, now: float) -> bool:
        """Whether the last answer may stand for another look; now: monotonic seconds."""
        return self._rest.lasts(now)

    def stir(self) -> None:
        """Something happened: the next look asks."""
        self._rest.over()

    def ask(self, questions: Sequence[Question], now: float, deadline_seconds: float) -> Exchange:
        """Ask in a child process. Raises ProbeError when the driver hangs."""
        self.home = lpnode.home(self._path)
        exchange = node.ask_node(self._path, questions, baud=self._baud, deadline_seconds=deadline_seconds)
        self._rest.begin(self.home, now)
        return exchange
