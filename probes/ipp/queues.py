"""The queues of this PC's CUPS as devices to watch, with a guess what each printer is for."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from probes.ipp.questions import queues_of
from probes.probe import Candidate
from probes.reading import NO_TEXT, ProbeError
from probes.text import SafeText, clean
from probes.wire.dial import cups_server
from probes.wire.ipp import Group
from probes.wire.ipp_client import Client
from probes.wire.ipp_http import Line

_SECONDS = 2.0
_NO_PRINTER = re.compile(r"(?:cups-pdf|hpfax|file|implicitclass):")
_UUID = re.compile(r"uuid:(?:[0-9a-f]+-){4}([0-9a-f]{12})$")
_BY_HOST = frozenset({"ipp", "ipps", "socket", "lpd", "http", "https"})
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")

_ROLES = {
    # Model families as their makers name them, and what people call them; the first that fits decides.
    "card-printer": (
        r"fargo|\bdtc-?\d|\bhdp-?\d|evolis|primacy|zenius|badgy|magicard|datacard|\bcp\d0\b|\bsd\d60|matica",
        r"\bzxp|\bzc\d{2,3}\b|smart-\d\d|\bkartu|\bid.?card",
    ),
    "label-printer": (r"zebra|\bzpl|\bzd\d{3}|\bgk420|\bql-\d|\blabel|\btsc\b|\bttp-?\d|dymo|\bsato\b|godex|argox",),
    "receipt-printer": (
        r"\btm-[tumlp]\d|receipt|\bpos-?\d\d|\bxp-(?:58|76|80)\b|\btsp\d|bixolon|\bsrp-?\d|\brp-?\d\d",
        r"thermal|\bresi\b|\bstruk\b|\b(?:58|80)mm\b",
    ),
}


def role_of(*texts: str) -> str:
    """What a printer is for, guessed from its model, its address and its label; else "office-printer"."""
    text = " ".join(texts).lower().replace("_", " ")
    return next((role for role, words in _ROLES.items() if re.search("|".join(words), text)), "office-printer")


def candidates(cups: str) -> Iterator[Candidate]:
    """Each queue of the CUPS at this address (a socket's path, or host:port); none where CUPS does not answer."""
    client = Client(line=Line(server=cups_server(cups, "/")))
    try:
        queues = queues_of(client, time.monotonic() + _SECONDS)
    except (ProbeError, ConnectionError):
        return
    for queue in queues:
        name, address = queue.text("printer-name"), queue.text("device-uri", 512)
        if name and not _NO_PRINTER.match(address):
            yield _candidate(queue, name, address)


def _candidate(queue: Group, name: SafeText, address: SafeText) -> Candidate:
    label, model = queue.text("printer-info"), queue.text("printer-make-and-model")
    note = NO_TEXT
    if address.startswith(("ipp://", "ipps://")) and "@" not in address:
        note = clean(f"CUPS knows it only while it prints; the printer itself knows more: uri = {address}", limit=256)
    return Candidate(
        id=_NOT_IN_ID.sub("-", name.lower()).strip("-") or "printer",
        kind="printer_ipp",
        label=label or name,
        role=role_of(model, address, label),
        options={"queue": str(name)},
        note=note,
        identity=identity(address),
    )


def identity(address: str) -> frozenset[str]:
    """Which printer a queue's device URI leads to: by serial number, UUID, network address (MAC) or host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return frozenset()
    asked = parse_qs(parts.query)
    found = {f"{key}:{values[0].lower()}" for key, values in asked.items() if key in ("serial", "uuid")}
    if (uuid := _UUID.search(" ".join(found))) is not None:
        # makers put the network card's address into the last group of a printer's UUID (RFC 9562, version 1)
        found.add("mac:" + ":".join(re.findall("..", uuid[1])))
    if parts.scheme in _BY_HOST and host and host not in ("localhost", "127.0.0.1", "::1"):
        found.add(f"host:{host}")
    return frozenset(found)
