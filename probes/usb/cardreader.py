"""What pcscd adds to a card reader on the USB: is it served, is a card in it, does the card answer. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from probes.reading import Actor, Fault, Metric, MetricType, Reading, Sample, Severity
from probes.text import clean
from probes.usb.device import UsbDevice
from probes.usb.faults import NO_DRIVER
from probes.wire.pcsc import CardReader

SMART_CARD = "0b"
"""bInterfaceClass of a smart card reader (CCID)."""

CARD = Metric(name="jagaloket_card_reader_card_present", type=MetricType.GAUGE, help="1 while a card is in the reader.")
IN_USE = Metric(name="jagaloket_card_reader_in_use", type=MetricType.GAUGE, help="1 while a program uses the card.")
METRICS = (CARD, IN_USE)


def is_reader(device: UsbDevice) -> bool:
    """Whether the device is a card reader by its interface class."""
    return any(interface.code == SMART_CARD for interface in device.interfaces)


def with_state(reading: Reading, device: UsbDevice, name: str, readers: Sequence[CardReader]) -> Reading:
    """The reading with what pcscd tells about this reader. name: part of its name as pcscd lists it, or ""."""
    reader = _mine(device, name, readers)
    if reader is None:
        return _unserved(reading, name) if name else _with_capability(reading, told=False)
    faults = reading.faults
    if reader.mute:
        detail = clean("the card in the reader does not answer; turn it round, clean its contacts, try another card")
        faults += (Fault(code="card-mute", severity=Severity.NOTICE, actor=Actor.COUNTER, detail=detail),)
    samples = (Sample(metric=CARD, value=float(reader.card)), Sample(metric=IN_USE, value=float(reader.in_use)))
    reading = replace(reading, faults=faults, samples=reading.samples + samples)
    return _with_capability(replace(reading, facts={**reading.facts, "reader": reader.name}), told=True)


def _mine(device: UsbDevice, name: str, readers: Sequence[CardReader]) -> CardReader | None:
    """By the configured name; else by the serial number or the product name, where one reader alone has it."""
    for words in (name, device.words.serial, device.words.product):
        fitting = [reader for reader in readers if words and words.lower() in reader.name.lower()]
        if len(fitting) == 1 or (fitting and words == name):
            return fitting[0]
    return None


def _unserved(reading: Reading, name: str) -> Reading:
    if NO_DRIVER in reading.skipped or any(fault.code == NO_DRIVER for fault in reading.faults):
        return reading
    text = f'pcscd lists no reader "{name}"; install its driver (libccid, or one from its maker) and restart pcscd'
    fault = Fault(code=NO_DRIVER, severity=Severity.BLOCKING, actor=Actor.TECHNICIAN, detail=clean(text, 256))
    return _with_capability(replace(reading, faults=(*reading.faults, fault)), told=True)


def _with_capability(reading: Reading, *, told: bool) -> Reading:
    return replace(reading, capabilities={**reading.capabilities, "card": told})
