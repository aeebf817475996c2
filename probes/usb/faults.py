"""From what one look found and the history remembers to the faults of a USB device. Pure."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from probes.reading import Actor, Fault, Severity
from probes.text import SafeText, clean
from probes.usb.device import HUB, UsbDevice
from probes.usb.history import SETTLE_SECONDS, History

NOT_CONNECTED = "not-connected"
FIRMWARE_NOT_LOADED = "firmware-not-loaded"
UNSTABLE = "unstable-connection"
NO_DRIVER = "no-driver"
FULL_SPEED, HIGH_SPEED = 12e6, 480e6
DETAIL_LIMIT_BYTES = 512

_NO_QUALIFIER = 1 << 8
"""USB_QUIRK_DEVICE_QUALIFIER (linux/usb/quirks.h): the kernel knows that this device cannot be asked."""

_KERNEL_DRIVERS = {"03": "usbhid", "0e": "uvcvideo"}
"""Interface classes that work through one kernel driver only; the others may be driven from user space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What is expected of a device. speed: bits per second; driver: its kernel driver; access: the node must open."""

    speed: float = 0.0
    driver: str = ""
    access: bool = False
    reconnects: int = 3


def not_connected(detail: str) -> Fault:
    """The device is not on the bus; whoever stands at the counter can plug it in."""
    return _fault(NOT_CONNECTED, Severity.BLOCKING, Actor.COUNTER, detail)


def firmware_not_loaded(loader: UsbDevice) -> Fault:
    """The device stays on the id it has before its driver loads its firmware."""
    detail = f"stays on {loader.ids} (port {loader.port}), its id before its driver loads the firmware"
    return _fault(FIRMWARE_NOT_LOADED, Severity.BLOCKING, Actor.TECHNICIAN, detail)


def unstable(history: History, now: float) -> Fault:
    """The device comes and goes: one fault with a count, not one for each time."""
    count, minutes = history.recent_reconnects(now), history.window_seconds / 60
    detail = f"came back {count} times within {minutes:g} min; look at cable, plug and hub"
    return _fault(UNSTABLE, Severity.DEGRADED, Actor.COUNTER, detail)


def of_device(device: UsbDevice, history: History, wants: Wants, now: float) -> Iterator[Fault]:
    """What is wrong with a device that is on the bus."""
    if history.recent_reconnects(now) >= wants.reconnects:
        yield unstable(history, now)
    if (cut_offs := history.recent_cut_offs(now)) > 0:
        detail = (
            f"port {device.port} was cut off {cut_offs} times for too much current; use another port or a powered hub"
        )
        yield _fault("over-current", Severity.DEGRADED, Actor.TECHNICIAN, detail)
    expected, speed = max(wants.speed, history.fastest), device.speed_bits_per_second
    if speed is not None and speed < expected:
        pace = f"runs at {speed / 1e6:g} instead of {expected / 1e6:g} Mbit/s"
        detail = f"{pace}; plug it into the PC itself, or try another cable"
        yield _fault("slow-connection", Severity.DEGRADED, Actor.COUNTER, detail)
    if history.lacking_seconds(now) >= SETTLE_SECONDS and (why := driverless(device, wants.driver)):
        yield _fault(NO_DRIVER, Severity.BLOCKING, Actor.TECHNICIAN, why)
    if wants.access and not may_open(device):
        detail = f"the agent may not open {device.node}; install the udev rule, then plug the device in again"
        yield _fault("no-permission", Severity.DEGRADED, Actor.TECHNICIAN, detail)


def duplicate(devices: list[UsbDevice]) -> Fault:
    """More than one device fits; which one is meant cannot be told."""
    ports = ", ".join(device.port for device in devices)
    detail = f"{len(devices)} devices fit, on ports {ports}; add serial or port to match"
    return _fault("duplicate", Severity.NOTICE, Actor.TECHNICIAN, detail)


def may_open(device: UsbDevice) -> bool:
    """Whether this process may talk to the device; asked of the file system, without opening anything."""
    return os.access(device.node, os.R_OK | os.W_OK)


def may_ask_speed(device: UsbDevice) -> bool:
    """Whether asking disturbs nobody: the device is awake, no program has claimed it, and it may be opened."""
    return (
        device.speed_bits_per_second == FULL_SPEED
        and device.version >= 2  # noqa: PLR2004 -- USB 1.1 knew no high speed
        and not device.suspended
        and not device.quirks & _NO_QUALIFIER
        and all(interface.driver != "usbfs" for interface in device.interfaces)
        and may_open(device)
    )


def driverless(device: UsbDevice, driver: str) -> str:
    """Why the device has no working driver; "" when it has one, or needs none."""
    if not device.authorized:
        return f"port {device.port} is blocked (authorized is 0); allow the device in the security software"
    if not device.interfaces and device.code != HUB:
        return f"port {device.port}: the kernel could not configure the device; try another port or a powered hub"
    bound = {interface.driver for interface in device.interfaces}
    if driver and driver not in bound:
        return f"driver {driver} is not bound (bound: {', '.join(sorted(bound - {''})) or 'none'})"
    for interface in device.interfaces:
        needed = _KERNEL_DRIVERS.get(interface.code, "")
        if needed and not driver and not interface.driver:
            return f"interface {interface.number} needs the kernel driver {needed}; none is bound"
    return ""


def _fault(code: str, severity: Severity, actor: Actor, detail: str) -> Fault:
    return Fault(code=code, severity=severity, actor=actor, detail=detail_text(detail))


def detail_text(text: str) -> SafeText:
    """The evidence, for a technician."""
    return clean(text, DETAIL_LIMIT_BYTES)
