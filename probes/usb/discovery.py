"""Which devices on the bus are counter equipment, ready to be watched. Decides by ids, classes and words alone."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from probes import catalogue
from probes.catalogue import Entry
from probes.probe import Candidate
from probes.text import SafeText, clean
from probes.usb.device import HUB, PRINTER, UsbDevice
from probes.usb.faults import HIGH_SPEED

_GENERIC = re.compile(
    r"\b(usb|finger ?print|smart ?card|thermal|receipt|iris|signature|lcd|reader|scanner|sensor|printer|pad)\b",
    re.IGNORECASE,
)
"""What the role's own name says already."""

NOT_DISTINCTIVE = {"", "0", "00000000", "000000000000", "0123456789", "0123456789abcdef", "123456789012", "1234567890"}
"""Serial numbers that makers leave in from the sample code, the same in every unit."""


def candidates(devices: list[UsbDevice]) -> Iterator[Candidate]:
    """One candidate for every device that the catalogue knows, but for printers: printer_usb asks them more."""
    rules, labels = tuple(catalogue.entries()), catalogue.roles()
    same = Counter(_unit(device) for device in devices)
    for device in devices:
        entry = catalogue.lookup(device, rules) if _watched_here(device) else None
        if entry is not None:
            loaded = catalogue.after_firmware(device.ids, rules)
            yield _candidate(
                device, loaded or entry, labels, loading=loaded is not None, alone=same[_unit(device)] == 1
            )


def _candidate(device: UsbDevice, entry: Entry, labels: Mapping[str, str], *, loading: bool, alone: bool) -> Candidate:
    match = {"vendor": device.vendor, "product": device.product}
    if loading:
        match = {"vendor": entry.vendor_id, "product": entry.product_id}
    elif device.words.serial.lower() not in NOT_DISTINCTIVE:
        match["serial"] = device.words.serial
    if not alone:
        match["port"] = device.port
    options: dict[str, Any] = {"match": match}
    if (device.speed_bits_per_second or 0) >= HIGH_SPEED:
        options["speed_mbit"] = (device.speed_bits_per_second or 0) / 1e6
    name = _name(device, entry)
    label = labels.get(entry.role, entry.role)
    return Candidate(
        id=entry.role,
        kind="usb",
        role=entry.role,
        label=clean(f"{label} ({name})" if name else label),
        options=options,
        note=clean(f"USB {device.ids}, port {device.port}"),
    )


def _watched_here(device: UsbDevice) -> bool:
    return device.code != HUB and all(interface.code != PRINTER for interface in device.interfaces)


def _unit(device: UsbDevice) -> tuple[str, str, str]:
    serial = device.words.serial
    return (device.vendor, device.product, "" if serial.lower() in NOT_DISTINCTIVE else serial)


def _name(device: UsbDevice, entry: Entry) -> SafeText:
    """What the device calls itself; else what the catalogue calls it."""
    own = device.words.product
    if own:
        return clean(_GENERIC.sub("", own).strip(" -_,") or own, 48)
    return clean(" ".join(part for part in (entry.vendor, entry.model) if part), 48)
