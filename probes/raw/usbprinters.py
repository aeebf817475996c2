"""Which devices on the USB are printers, ready to be watched: by their interface, their words and the catalogue."""

from collections import Counter
from collections.abc import Iterator, Sequence

from probes import catalogue
from probes.catalogue import Entry
from probes.probe import Candidate
from probes.text import clean
from probes.usb.device import PRINTER, UsbDevice
from probes.usb.discovery import NOT_DISTINCTIVE
from probes.wire.ieee1284 import Identity, parse

_RECEIPT, _LABEL, _CARD, _OFFICE = "receipt-printer", "label-printer", "card-printer", "office-printer"
_LANGUAGES = (
    (("ESC/POS", "ESCPOS", "EPOS", "STAR", "CITIZEN CBM"), _RECEIPT),
    (("ZPL", "EPL", "TSPL", "DPL"), _LABEL),
    (("PCL", "PJL", "POSTSCRIPT", "PWG", "URF", "ESCPL2", "ESCPR", "BDC", "LIPS", "GDI", "SPL"), _OFFICE),
)
"""Command sets that printers name, and what prints them. The first that fits counts."""


def candidates(devices: Sequence[UsbDevice]) -> Iterator[Candidate]:
    """One candidate for every device with a printer interface."""
    printers = [device for device in devices if any(one.code == PRINTER for one in device.interfaces)]
    rules, labels = tuple(catalogue.entries()), catalogue.roles()
    same = Counter(_unit(device) for device in printers)
    for device in printers:
        words = _identity(device)
        role = role_of(words, catalogue.lookup(device, rules))
        name = clean(device.words.product or words.name, 48)
        label = labels.get(role, role)
        yield Candidate(
            id=role,
            kind="printer_usb",
            role=role,
            label=clean(f"{label} ({name})" if name else label),
            options=_options(device, alone=same[_unit(device)] == 1),
            note=clean(f"USB {device.ids}, port {device.port}; {_languages(words)}"),
            identity=_unmistakable(device),
        )


def role_of(words: Identity, entry: Entry | None) -> str:
    """Receipt, label, card or office printer: by its command sets; the catalogue knows cards and clones better."""
    if entry is not None and (entry.role == _CARD or entry.product_id):
        return entry.role
    spoken = next((role for languages, role in _LANGUAGES if words.speaks(*languages)), "")
    return spoken or (entry.role if entry is not None else _OFFICE)


def _identity(device: UsbDevice) -> Identity:
    return next((parse(one.ieee1284) for one in device.interfaces if one.ieee1284), Identity())


def _unmistakable(device: UsbDevice) -> frozenset[str]:
    serial = device.words.serial.lower()
    return frozenset() if serial in NOT_DISTINCTIVE else frozenset({f"serial:{serial}"})


def _options(device: UsbDevice, *, alone: bool) -> dict[str, str]:
    options = {"vendor": device.vendor, "product": device.product}
    if device.words.serial.lower() not in NOT_DISTINCTIVE:
        options["serial"] = device.words.serial
    return options if alone else {**options, "port": device.port}


def _unit(device: UsbDevice) -> tuple[str, str, str]:
    serial = device.words.serial.lower()
    return (device.vendor, device.product, "" if serial in NOT_DISTINCTIVE else serial)


def _languages(words: Identity) -> str:
    return f"speaks {', '.join(words.languages)}" if words.languages else "names no command set"
