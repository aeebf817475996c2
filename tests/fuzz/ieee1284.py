"""Damaged IEEE 1284 identifications, read as discovery reads them: python -m tests.fuzz.ieee1284 COUNT SEED."""

from probes.raw.usbprinters import role_of
from probes.text import clean
from probes.wire.ieee1284 import parse
from tests import fuzz

REFUSALS = ()


def target(data: bytes) -> None:
    """Read it as bytes from the wire and as the text that sysfs shows, and decide what kind of printer it is."""
    for raw in (data, data.decode("latin-1")):
        identity = parse(raw)
        role_of(identity, None)
        words = (identity.vendor, identity.model, identity.name, *identity.languages)
        assert all(word == clean(word) for word in words)


def seeds() -> list[bytes]:
    """Short and long key names, with and without length, and texts of printers' own making."""
    return [
        b"\x00\x42MFG:EPSON;CMD:ESC/POS;MDL:TM-T82;CLS:PRINTER;DES:EPSON TM-T82;",
        b"MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL,EPL;MODEL:ZTC ZD420-203dpi ZPL;CLASS:PRINTER;OPTIONS:XML;",
        b"MFG:HP;MDL:LaserJet;CMD:PJL,PCL,POSTSCRIPT;SERN:CNB1;STATUS:BUSY;1284.4DL:4d,4e,1;",
        b";;;:::" * 50,
        b"CMD:" + b"A," * 400,
        b"MDL:\xe2\x80\xae\xff\x00\x1b;",
    ]


if __name__ == "__main__":
    fuzz.main(target, seeds(), REFUSALS)
