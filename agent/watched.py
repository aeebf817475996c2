"""A device, its probe and its rhythm: what the configuration makes and the watch works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from probes.probe import Confirm, Probe
from probes.reading import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One device under watch: its probe and its rhythm.

    depends_on: the devices without which this one cannot be reached. always_on: it is never switched off. source:
    its table, to tell what a reload changed.
    """

    device: Device
    probe: Probe
    interval_seconds: float
    deadline_seconds: float
    confirm: Confirm
    depends_on: tuple[str, ...] = ()
    always_on: bool = False
    source: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
