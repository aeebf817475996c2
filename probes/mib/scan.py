"""Finds network printers by SNMP in a given network, and merges one that has several addresses."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from probes.ipp.queues import role_of
from probes.mib import oids
from probes.mib.parse import parse
from probes.probe import Candidate
from probes.secret import Secret
from probes.text import SafeText, clean
from probes.wire.snmp_access import secret
from probes.wire.snmp_codec import Version
from probes.wire.snmp_sweep import Heard, Pace, Progress, Sweep, hosts_of

_ASKED = (
    oids.SYS_DESCR[:-1],
    oids.SYS_OBJECT_ID[:-1],
    oids.DEVICE["name"],
    oids.PRINTER["status"],
    oids.GENERAL["serial"],
    oids.INTERFACE["mac"],
)
_PRINTERS = (oids.PRINTER["status"], oids.GENERAL["serial"])
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")


def scan(
    network: str,
    *,
    community_file: Secret | None = None,
    port: int = 161,
    pace: Pace | None = None,
    progress: Progress | None = None,
) -> Iterator[Candidate]:
    """The printers of a network ("192.168.1.0/24") that answer SNMP.

    Each address is asked once in either version, no faster than the pace; progress is told after each.
    Raises ValueError on a network that is none or too large, ProbeError on a secret that cannot be read.
    """
    sweep = Sweep(
        hosts=hosts_of(network),
        oids=_ASKED,
        community=secret("community_file", community_file, "public").encode(),
        port=port,
        pace=pace or Pace(),
        progress=progress,
    )
    seen: set[SafeText] = set()
    for heard in sweep.run():
        rows = dict(heard.rows)
        if not any(name[: len(column)] == column for name in rows for column in _PRINTERS):
            continue
        facts = parse(rows).facts
        serial = facts.get("serial", SafeText(""))
        if serial and serial in seen:
            continue
        seen.add(serial)
        yield _candidate(heard, facts, community_file, port)


def _candidate(heard: Heard, facts: Mapping[str, SafeText], community_file: Secret | None, port: int) -> Candidate:
    model, serial = facts.get("model") or clean("printer"), facts.get("serial", SafeText(""))
    options: dict[str, Any] = {"host": heard.address}
    if port != 161:  # noqa: PLR2004 - SNMP's own port needs no option
        options["port"] = port
    if heard.version is Version.V1:
        options["version"] = "1"
    if community_file is not None:
        options["community_file"] = str(community_file.path)
    note = f"at {heard.address}" + (f", serial number {serial}" if serial else "")
    return Candidate(
        id=_NOT_IN_AN_ID.sub("-", model.lower()).strip("-")[:32].rstrip("-") or "printer",
        kind="printer_snmp",
        label=model,
        role=role_of(model),
        options=options,
        note=clean(note),
        identity=frozenset(
            {f"host:{heard.address}"} | {f"{k}:{facts[k].lower()}" for k in ("serial", "mac") if facts.get(k)}
        ),
    )
