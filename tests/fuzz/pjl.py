"""Damaged PJL answers, read as a probe reads them: python -m tests.fuzz.pjl COUNT SEED."""

from probes.kinds.printer_pjl import PrinterPjl
from probes.reading import ProbeError
from probes.wire import pjl
from probes.wire.stream import REPLY_LIMIT_BYTES, reply_in
from tests import fuzz
from tests.fakes.rawprinter import Laser

REFUSALS = (ProbeError,)
_PROBE = PrinterPjl(host="192.0.2.1")
_COMMANDS = ("STATUS", "ID", "PAGECOUNT")
_QUESTIONS = tuple(pjl.question(command) for command in _COMMANDS)


def target(data: bytes) -> None:
    """Find each question's reply in the stream and judge them; then the whole stream as a reply."""
    heard = data[: 2 * REPLY_LIMIT_BYTES]
    pjl.identity(heard)
    pjl.pages(heard)
    pjl.status(heard)
    _PROBE.judge([reply_in(question, heard) for question in _QUESTIONS])
    _PROBE.judge([heard, heard, heard])


def seeds() -> list[bytes]:
    """Answers of printers that are well, broken, asleep and localised, and unsolicited status."""
    asked = b"".join(question.send for question in _QUESTIONS)
    return [
        Laser()(asked)[0],
        Laser(code=41213, display=b"KEIN PAPIER \xfc", online=False)(asked)[0],
        Laser(code=40000, display=b"SLEEP           ", pages=9_999_999_999)(asked)[0],
        Laser(before=b'@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY=""\r\nONLINE=FALSE\r\n\x0c')(asked)[0],
        b"@PJL INFO STATUS" * 40,
        b"CODE = 10001 \r\nONLINE=TRUE\r\n" * 20,
    ]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
