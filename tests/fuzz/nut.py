"""Damaged answers of upsd, read as a probe reads them: python -m tests.fuzz.nut COUNT SEED."""

import io
import math
import socket
from typing import cast

from probes.reading import ProbeError
from probes.ups.verdict import Limits, judge
from probes.wire import nut
from tests import fuzz

REFUSALS = (ProbeError,)
_LIMITS = Limits(battery_low_ratio=0.2, runtime_low_seconds=120)


class _Replay:
    """A connection on which these bytes come, however slowly or fast they are read."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def settimeout(self, seconds: float) -> None:
        """All is there already."""

    def sendall(self, data: bytes) -> None:
        """Nobody listens."""

    def recv(self, size: int) -> bytes:
        """The next bytes."""
        return self._data.read(size)


def target(data: bytes) -> None:
    """Ask for the UPSes, then for the first one's variables, and judge them."""
    asked = nut.Session(cast("socket.socket", _Replay(data)), "upsd", math.inf)
    names = [*nut.upses(asked), "loket"]
    judge(nut.variables(asked, names[0]), _LIMITS)


def seeds() -> list[bytes]:
    """A UPS that is well, one that is not, refusals, and quotes within quotes."""
    known = b'BEGIN LIST UPS\nUPS loket "UPS \\"Loket\\" 1"\nEND LIST UPS\n'
    rows = (
        *(b'ups.status "OB DISCHRG LB RB OVER"', b'ups.alarm "Replace \\\\ battery!"', b'battery.charge "9"'),
        *(b'battery.runtime "61.5"', b'input.voltage "0"', b'ups.mfr "ICA"', b'device.serial ""'),
    )
    said = b"BEGIN LIST VAR loket\n%sEND LIST VAR loket\n"
    ill = said % b"".join(b"VAR loket %s\n" % row for row in rows)
    well = said % b'VAR loket ups.status "OL CHRG"\nVAR loket ups.load "23"\n'
    return [known + well, known + ill, known + b"ERR DATA-STALE\n", b"ERR ACCESS-DENIED\n", known + known]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
