"""What was watched at a time: devices and service functions, as a report must name them long after they are gone."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from alerts import rows
from probes.reading import NO_TEXT, Device
from probes.text import SafeText, clean

_MOST = 500
_NO_ASSET: Mapping[str, SafeText] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One device as it was known. serial: what it says its serial number is, "" when it does not."""

    device: Device
    serial: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service function: what citizens come for, and the devices it needs."""

    id: str
    label: SafeText
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Devices and functions of one time."""

    members: tuple[Member, ...] = ()
    services: tuple[Service, ...] = ()


def write(roster: Roster) -> str:
    """As it is stored: the same text for the same roster."""
    devices = [
        {
            "id": one.device.id,
            "kind": one.device.kind,
            "label": one.device.label,
            "role": one.device.role,
            "responsible": one.device.responsible,
            "asset": rows.asset_text(one.device.asset),
            "serial": one.serial,
        }
        for one in roster.members
    ]
    functions = [{"id": one.id, "label": one.label, "needs": one.needs} for one in roster.services]
    return json.dumps({"devices": devices, "functions": functions}, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Roster:
    """From its stored form; what cannot be read is left out."""
    try:
        known = json.loads(text)
    except ValueError:
        return Roster()
    if not isinstance(known, dict):
        return Roster()
    return Roster(
        members=tuple(map(_member, _tables(known.get("devices")))),
        services=tuple(map(_service, _tables(known.get("functions")))),
    )


def _member(table: Mapping[str, Any]) -> Member:
    text = {key: clean(str(table.get(key, ""))) for key in ("id", "kind", "label", "role", "responsible", "serial")}
    device = Device(
        id=text["id"],
        kind=text["kind"],
        label=text["label"],
        role=text["role"],
        responsible=text["responsible"],
        asset=rows.asset(str(table.get("asset", ""))),
    )
    return Member(device=device, serial=text["serial"])


def _service(table: Mapping[str, Any]) -> Service:
    needs = table.get("needs")
    listed = needs[:_MOST] if isinstance(needs, list) else []
    return Service(
        id=clean(str(table.get("id", ""))),
        label=clean(str(table.get("label", ""))),
        needs=tuple(clean(str(one)) for one in listed),
    )


def _tables(value: object) -> Iterable[Mapping[str, Any]]:
    return [one for one in value[:_MOST] if isinstance(one, dict)] if isinstance(value, list) else []
