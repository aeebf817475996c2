"""Damaged ESC/POS answers, read as a probe reads them: python -m tests.fuzz.escpos COUNT SEED."""

from probes.kinds.printer_escpos import PrinterEscpos
from probes.wire import escpos
from probes.wire.stream import REPLY_LIMIT_BYTES, reply_in
from tests import fuzz
from tests.fakes.rawprinter import Receipt

REFUSALS = ()
_PROBE = PrinterEscpos(host="192.0.2.1", maintenance_counters=False)
_QUESTIONS = tuple(escpos.status_questions())
_COUNTS = tuple(escpos.counter_questions())


def target(data: bytes) -> None:
    """Find each question's reply in the stream and judge them; then the same bytes as if each were a reply."""
    heard = data[: 2 * REPLY_LIMIT_BYTES]
    _PROBE.judge([reply_in(question, heard) for question in _QUESTIONS])
    _PROBE.judge([heard[place : place + 1] for place in range(4)])
    escpos.counts([reply_in(question, heard) for question in _COUNTS])
    escpos.counts([heard, heard[1:]])


def seeds() -> list[bytes]:
    """Every fault's status bytes, Automatic Status Back in between, and counters."""
    broken = Receipt(cover=True, paper_out=True, cutter=True, hot=True, asb=b"\x14\x00\x00\x0f")
    asked = b"".join(bytes((0x10, 4, n)) for n in (1, 4, 2, 3))
    counters = Receipt(counters={148: 9_999_999_999, 20: 0})
    return [
        Receipt()(asked)[0],
        broken(asked)[0],
        counters(b"\x1dg2\x00\x94\x00\x1dg2\x00\x14\x00")[0],
        b"\x14\x00\x00\x0f" * 20,
        bytes(range(256)),
    ]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
