"""Checks of what this PC allows the agent: clock, echo requests, hotplug events, disk."""

import os
import socket
import time
from collections.abc import Sequence

from agent.doctor.finding import Finding, Subject, mend, note, skipped, well
from agent.watched import Watched
from probes.wire import clock, hotplug, icmp, smart

_MEGABYTE = 1_000_000
_LEAST_BYTES, _AMPLE_BYTES = 20 * _MEGABYTE, 200 * _MEGABYTE
_SERVICE_UNIT = "in a service of your own, allow AF_NETLINK in RestrictAddressFamilies="


def clock_right(_subject: Subject) -> Finding:
    """Whether dates can be believed."""
    if not clock.trusted():
        today = time.strftime("%Y-%m-%d")
        return mend(
            f"the clock says {today}", "set it: sudo timedatectl set-ntp true; an old PC may need a new battery"
        )
    known = clock.kernel_clock()
    if known is None:
        return note("plausible; this system does not tell whether a time service keeps it")
    if not known.synchronised:
        return note("plausible, but no time service keeps it", "run: sudo timedatectl set-ntp true")
    return well("kept by a time service")


def echo(subject: Subject) -> Finding:
    """Whether ping works for the agent."""
    if subject.is_bridge:
        return skipped("a bridge sends no echo requests")
    kinds = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
    denied = [name for name, kind in kinds.items() if not icmp.allowed(kind)]
    if "IPv4" in denied:
        remedy = "run: sudo sysctl -w net.ipv4.ping_group_range='0 2147483647' (the package sets it at every start)"
        return mend("echo requests (ping) are not allowed: loss and delay cannot be measured", remedy)
    return well("allowed" if not denied else "allowed for IPv4; this PC has no IPv6")


def hotplug_events(subject: Subject) -> Finding:
    """Whether the kernel tells at once when something is unplugged."""
    if subject.is_bridge:
        return skipped("a bridge looks at no equipment")
    try:
        hotplug.shared.subscribe(lambda _event: None)()
    except OSError as error:
        text = f"no hotplug events ({error.strerror}): unplugging is noticed at the next look only"
        return mend(text, _SERVICE_UNIT)
    return well("the kernel tells at once what is plugged and unplugged")


def disk(subject: Subject) -> Finding:
    """Whether there is room for tickets."""
    folder = subject.state
    while not folder.exists():
        folder = folder.parent
    try:
        status = os.statvfs(folder)
    except OSError as error:
        return skipped(f"{folder}: {error.strerror}")
    free = status.f_bavail * status.f_frsize
    text = f"{free / _MEGABYTE:.0f} MB free under {folder}"
    if free < _LEAST_BYTES:
        return mend(text, "free some space: sudo apt clean; sudo journalctl --vacuum-size=100M")
    return note(text, "free some space soon") if free < _AMPLE_BYTES else well(text)


def disk_health(subject: Subject) -> Finding:
    """Whether disks tell the agent of their own health."""
    names = smart.disks() if any(item.device.kind == "host" for item in _watched(subject)) else []
    if not names:
        return skipped("no disk that could tell, or this PC is not watched")
    if smart.program() is None:
        return note("not read: smartctl is missing", "run: sudo apt install smartmontools")
    left = smart.FOLDER.is_dir()
    answers = [smart.Left(1.0).read(smart.FOLDER / f"{name}.json", 0.0) if left else smart.ask(name) for name in names]
    silent = [name for name, answer in zip(names, answers, strict=True) if answer is None]
    if silent:
        asked = f"run: sudo systemctl start jagaloket-smart@{silent[0]}.service; its journal says why it ends"
        return note(f"no answer from {', '.join(silent)}", asked if left else "only root, or the .deb's units, may ask")
    return well(f"{sum(answer.passed is not None for answer in answers if answer)} of {len(names)} disks tell")


def _watched(subject: Subject) -> Sequence[Watched]:
    return subject.config.watched if subject.config else ()
