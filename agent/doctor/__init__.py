"""jagaloket doctor: every requirement, whether it is met, and the remedy. One check is one small function."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agent.config import Config, ConfigError
from agent.doctor import centre, desks, equipment, own, pc, power, turns
from agent.doctor.finding import Finding, Subject, Verdict, mend
from agent.statefolder import is_running
from probes.text import clean

__all__ = ["CHECKS", "Subject", "Verdict", "as_the_agent", "examine", "exit_code", "lines", "plain", "subject"]

CHECKS: Mapping[str, Callable[[Subject], Finding]] = {
    "versions": own.versions,
    "configuration": own.configuration,
    "privacy": own.privacy,
    "state folder": own.state_folder,
    "store": own.store,
    "disk": pc.disk,
    "disk health": pc.disk_health,
    "clock": pc.clock_right,
    "ping": pc.echo,
    "hotplug": pc.hotplug_events,
    "usb": equipment.bus,
    "device nodes": equipment.nodes,
    "libusb": equipment.libusb,
    "cups": equipment.cups,
    "card readers": equipment.card_readers,
    "ups": power.ups,
    "turns": turns.turns,
    "calendar": own.calendar,
    "mail": own.mail,
    "desks": desks.desks,
    "centre": centre.centre,
    "address": own.address,
    "service": own.service,
}
"""What is examined, in the order in which it is told."""

USER = "jagaloket"
_SIGNS = {Verdict.WELL: "ok  ", Verdict.NOTE: "note", Verdict.MEND: "MEND", Verdict.SKIPPED: "-   "}


def as_the_agent(state: Path) -> None:
    """Become the service's user when root examines the service: to root everything is allowed. Not to be undone."""
    import pwd  # noqa: PLC0415 - Unix only, as users are

    try:
        if os.getuid() != 0 or state.stat().st_uid == 0:
            return
        user = pwd.getpwnam(USER)
    except (OSError, KeyError):
        return
    os.setgroups(os.getgrouplist(user.pw_name, user.pw_gid))
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)


def subject(path: Path | None, load: Callable[[], Config], state: Path) -> Subject:
    """Who is examined."""
    config: Config | None = None
    errors: tuple[str, ...] = ()
    try:
        config = load()
    except ConfigError as error:
        errors = tuple(error.lines)
    return Subject(path=path, config=config, errors=errors, state=state, running=is_running(state))


def examine(who: Subject, checks: Mapping[str, Callable[[Subject], Finding]] = CHECKS) -> dict[str, Finding]:
    """Every check's finding. A check that fails itself is a finding, too."""
    found = {}
    for name, check in checks.items():
        try:
            found[name] = check(who)
        except Exception as problem:  # noqa: BLE001 - one check's bug must not hide what the others found
            found[name] = mend(f"this check failed: {type(problem).__name__}: {problem}", "please report this bug")
    return found


def exit_code(found: Mapping[str, Finding]) -> int:
    """0 all well, 1 something to mend."""
    return int(any(finding.verdict is Verdict.MEND for finding in found.values()))


def plain(found: Mapping[str, Finding]) -> list[dict[str, Any]]:
    """For JSON."""
    return [
        {"check": name, "verdict": finding.verdict, "text": finding.text, "remedy": finding.remedy or None}
        for name, finding in found.items()
    ]


def lines(found: Mapping[str, Finding]) -> list[str]:
    """For a technician's eyes; the remedy stands under what it mends."""
    text = []
    for name, finding in found.items():
        text.append(f"{_SIGNS[finding.verdict]} {name:14} {finding.text}")
        if finding.remedy:
            text.append(f"     {'':14} -> {clean(finding.remedy, 400)}")
    wrong = sum(finding.verdict is Verdict.MEND for finding in found.values())
    return [*text, "", "All is well." if not wrong else f"{wrong} to mend."]
