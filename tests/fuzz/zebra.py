"""Damaged answers of label printers, read as a probe reads them: python -m tests.fuzz.zebra COUNT SEED."""

from probes.kinds.printer_zebra import PrinterZebra
from probes.wire import zebra
from probes.wire.stream import REPLY_LIMIT_BYTES, reply_in
from tests import fuzz
from tests.fakes.rawprinter import Label

REFUSALS = ()
_VARIABLES = [zebra.getvar(name) for name in (*zebra.VARIABLES.values(), zebra.ODOMETER)]


class _Silent(PrinterZebra):
    """Judges without asking the printer for more."""

    def _learn(self) -> bool:
        return False


_PROBE = _Silent(host="192.0.2.1")


def target(data: bytes) -> None:
    """Find each question's reply in the stream and judge them; then the whole stream as a reply."""
    heard = data[: 2 * REPLY_LIMIT_BYTES]
    _PROBE.judge([reply_in(zebra.HOST_STATUS, heard), reply_in(zebra.HOST_ERRORS, heard)])
    _PROBE.judge([heard, heard])
    replies = [reply_in(question, heard) for question in _VARIABLES]
    zebra.variables(replies)
    zebra.centimetres(zebra.value(replies[-1]))
    zebra.centimetres(zebra.value(heard))


def seeds() -> list[bytes]:
    """Both answers of printers that are well and broken, and the variables."""
    broken = Label(paper_out=True, ribbon_out=True, head_open=True, paused=True, hot=True, cutter=True, dirty=True)
    return [
        Label()(b"~HS\r\n~HQES\r\n")[0],
        broken(b"~HS\r\n~HQES\r\n")[0],
        Label()(b"".join(question.send for question in _VARIABLES))[0],
        b"\x02" * 300,
        b"\x02,,,\x03" * 60,
        b'"' * 300,
    ]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
