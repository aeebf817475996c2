"""The product's list of counter equipment on USB: which ids, classes and words mean which role.

usb_devices.csv, one row per rule; an empty field does not matter. interface: an interface class the device must
have; text: what its names or its IEEE 1284 identification must contain; before_firmware: the ids it has
before its driver loads its firmware; source: where the row is from. The most specific row that fits counts.
Equipment that is not listed is watched just as well with kind = "usb" and a match in the configuration.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from probes.text import SafeText, clean
from probes.usb.device import UsbDevice

# Beside this file, not through importlib.resources, which would cost 2 MiB of memory for good.
_DEVICES = Path(__file__).with_name("usb_devices.csv")
_ROLES = Path(__file__).with_name("usb_roles.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One rule of the catalogue; what is "" does not matter. All but vendor and model is in lower case."""

    role: str
    vendor_id: str
    product_id: str
    interface: str
    text: str
    before_firmware: str
    vendor: str
    model: str
    source: str

    @property
    def rank(self) -> int:
        """How specific the rule is: an exact id beats words, words beat a vendor, a vendor beats a class."""
        return 8 * bool(self.product_id) + 4 * bool(self.text) + 2 * bool(self.vendor_id) + bool(self.interface)

    def fits(self, device: UsbDevice) -> bool:
        """Whether the rule speaks of this device."""
        return (
            self.vendor_id in ("", device.vendor)
            and self.product_id in ("", device.product)
            and (not self.interface or any(self.interface == interface.code for interface in device.interfaces))
            and (not self.text or self.text in _words(device))
        )


def entries() -> Iterator[Entry]:
    """Every rule, read anew: whoever needs them needs them once."""
    with _DEVICES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Entry(**row)


def lookup(device: UsbDevice, rules: Iterable[Entry]) -> Entry | None:
    """The most specific of the rules for a device; None for what is no counter equipment."""
    return max((entry for entry in rules if entry.fits(device)), key=lambda entry: entry.rank, default=None)


def names(ids: str) -> dict[str, SafeText]:
    """The vendor and model of exactly these ids ("24c4:c001"), as far as the catalogue knows them."""
    entry = next((entry for entry in entries() if f"{entry.vendor_id}:{entry.product_id}" == ids.lower()), None)
    known = {"vendor": entry.vendor, "model": entry.model} if entry else {}
    return {name: clean(text) for name, text in known.items() if text}


def before_firmware(vendor: str, product: str) -> str:
    """The ids that this device has before its firmware is loaded ("080b:0010"), or ""."""
    ids = (vendor.lower(), product.lower())
    return next((entry.before_firmware for entry in entries() if (entry.vendor_id, entry.product_id) == ids), "")


def after_firmware(ids: str, rules: Iterable[Entry]) -> Entry | None:
    """The device that one with these ids becomes when its firmware is loaded."""
    return next((entry for entry in rules if entry.before_firmware == ids), None)


def roles(language: str = "id") -> dict[str, str]:
    """What people call each role, in Indonesian ("id") or English ("en")."""
    with _ROLES.open(encoding="utf-8", newline="") as file:
        return {row["role"]: row[language] for row in csv.DictReader(file)}


def _words(device: UsbDevice) -> str:
    texts = [device.words.manufacturer, device.words.product]
    texts.extend(interface.ieee1284 for interface in device.interfaces)
    return " ".join(texts).lower()
