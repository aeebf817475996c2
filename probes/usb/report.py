"""A USB device's identity, measures and capabilities, as a Reading carries them. Pure."""

import time
from collections.abc import Iterator, Mapping

from probes.reading import NO_TEXT, Metric, MetricType, Sample
from probes.text import SafeText, clean
from probes.usb.device import UsbDevice
from probes.usb.history import History

RECONNECTS = Metric(
    name="jagaloket_usb_reconnects_total",
    type=MetricType.COUNTER,
    help="Times the device was enumerated anew since the agent started.",
)
SPEED = Metric(
    name="jagaloket_usb_speed_bits_per_second", type=MetricType.GAUGE, help="Speed at which the device runs."
)
SUSPENDED = Metric(
    name="jagaloket_usb_suspended", type=MetricType.GAUGE, help="1 while the device saves power, which is healthy."
)
CHANGED = Metric(
    name="jagaloket_usb_last_change_timestamp_seconds",
    type=MetricType.GAUGE,
    help="When the device last came or went.",
)
METRICS = (RECONNECTS, SPEED, SUSPENDED, CHANGED)


def facts(device: UsbDevice, history: History) -> dict[str, SafeText]:
    """What identifies the device; what it does not tell is left out."""
    words, speed = device.words, device.speed_bits_per_second
    drivers = sorted({interface.driver for interface in device.interfaces} - {""})
    texts = {
        "vendor": words.manufacturer,
        "model": words.product,
        "serial": words.serial,
        "port": device.port,
        "ids": device.ids,
        "speed": f"{speed / 1e6:g} Mbit/s" if speed else "",
        "driver": ", ".join(drivers),
        "moved_from": history.moved_from,
        "replaced": history.replaced,
    }
    return {name: clean(text) for name, text in texts.items() if text}


def samples(device: UsbDevice | None, history: History, now: float) -> Iterator[Sample]:
    """The measures; device is None while it is away. now: monotonic seconds."""
    yield Sample(metric=RECONNECTS, value=history.reconnects)
    if history.changed_at is not None:
        # whole seconds: the two clocks drift apart by less than that between looks
        yield Sample(metric=CHANGED, value=round(time.time() - (now - history.changed_at)))
    if device is not None:
        yield Sample(metric=SUSPENDED, value=float(device.suspended))
        if device.speed_bits_per_second is not None:
            yield Sample(metric=SPEED, value=device.speed_bits_per_second)


def capabilities(device: UsbDevice | None, *, access: bool, hotplug: bool, kernel_log: bool) -> Mapping[str, bool]:
    """What can be told about this device on this PC."""
    return {
        "presence": True,
        "hotplug": hotplug,
        "kernel_log": kernel_log,
        "access": access,
        "identity": device is not None and device.words.product != NO_TEXT,
        "speed": device is not None and device.speed_bits_per_second is not None,
        "over_current": device is not None and device.over_currents is not None,
    }
