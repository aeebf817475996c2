"""Which printer it is that answers over IPP. Pure."""

import re
from urllib.parse import parse_qs

from probes.text import SafeText, clean
from probes.wire import ieee1284
from probes.wire.ipp import Group

_DRIVER = re.compile(r" - IPP Everywhere|,.*| -.*| Foomatic.*| \(.*|^Local Raw Printer")  # what CUPS adds
_LOGIN = re.compile(r"://[^?#]*@")


def identity(printer: Group) -> dict[str, SafeText]:
    """Facts: vendor, model, serial, firmware, uuid and device_uri, as far as the printer tells."""
    itself = ieee1284.parse(printer.text("printer-device-id", 1024))
    address = _without_login(printer.text("device-uri", 512))
    vendor, space, model = _DRIVER.sub("", printer.text("printer-make-and-model")).partition(" ")
    if not space:
        vendor, model = "", vendor
    firmware = " ".join(printer.texts("printer-firmware-string-version", 48)[:3])
    facts = {
        "vendor": itself.vendor or vendor,
        "model": itself.model or model,
        "serial": itself.serial or _usb_serial(address),
        "firmware": firmware,
        "uuid": printer.text("printer-uuid").removeprefix("urn:uuid:"),
        "device_uri": address,
    }
    return {key: clean(value) for key, value in facts.items() if value}


def _without_login(uri: str) -> str:
    """A device URI without the user name and the password that CUPS keeps in it (smb://user:secret@host/...)."""
    return _LOGIN.sub("://", uri)


def _usb_serial(uri: str) -> str:
    """The serial number in CUPS's usb://Maker/Model?serial=..."""
    if not uri.startswith("usb://"):
        return ""
    return next(iter(parse_qs(uri.partition("?")[2]).get("serial", ())), "")
