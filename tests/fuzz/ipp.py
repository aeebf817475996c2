"""Damaged IPP answers, read as a probe reads them: python -m tests.fuzz.ipp COUNT SEED."""

from probes.ipp.backlog import Backlog
from probes.ipp.verdict import look_at_printer, look_through_cups
from probes.wire.ipp import MAX_DEPTH, Tag, decode
from tests import fuzz
from tests.fakes.ipp import HEALTHY, answer, attribute, group

REFUSALS = (ValueError,)


def target(data: bytes) -> None:
    """Decode, and judge the groups as a look does: the first as a printer and as a queue, all as jobs."""
    message = decode(data)
    standing = Backlog().look(message.groups, 5000, 1000.0)
    for found in message.groups[:3]:
        look_at_printer(found, standing, stuck_seconds=600)
        look_through_cups(found, standing, stuck_seconds=600)


def seeds() -> list[bytes]:
    """A printer with everything that is read, a job list, collections, and refusals."""
    printer = HEALTHY | {
        "printer-state": 4,
        "printer-state-reasons": ["media-empty-warning", "marker-supply-low", "cover-open-error", "hibernate"],
        "printer-state-message": "Sleeping...",
        "marker-names": ["Black Toner, S/N 12", "Cyan"],
        "marker-types": ["toner", "wasteToner"],
        "marker-colors": ["#000000", "none"],
        "marker-levels": [5, -3],
        "marker-low-levels": [10, 0],
        "printer-input-tray": ["type=sheetFeedManual;maxcapacity=100;level=0;name=MP Tray", "maxcapacity=250;level=-3"],
        "printer-device-id": "MFG:Example;MDL:Laser;SN:1;CMD:PDF;",
        "printer-uuid": "urn:uuid:0",
        "device-uri": "smb://a:b@192.0.2.7/lp?serial=1",
        "printer-impressions-completed": 77,
    }
    supply = {
        "printer-supply": ["type=toner;maxcapacity=100;level=50;unit=percent;colorantname=black", "level=-2"],
        "printer-supply-description": ["Black", "Box"],
    }
    jobs = [{"job-id": n, "job-state": 5, "time-at-creation": n, "job-impressions-completed": n} for n in range(1, 6)]
    nested = attribute(0x34, "media-col", [b""]) * MAX_DEPTH + attribute(0x37, "", [b""]) * MAX_DEPTH
    return [
        answer(group(Tag.PRINTER_GROUP, printer)),
        answer(group(Tag.PRINTER_GROUP, supply), bytes([Tag.PRINTER_GROUP]) + nested),
        answer(bytes([Tag.PRINTER_GROUP]) + attribute(0x35, "printer-info", [b"\x00\x02id\x00\x05Tutup"])),
        answer(*(group(Tag.JOB_GROUP, job) for job in jobs)),
        answer(status=0x0503, version=(1, 1)),
    ]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
