"""Words for people. One file in locales/ is one language; id.toml is the reference.

A fault's words are looked up by code and role, then by code alone, then as the generic, honest text for a
code that nobody wrote words for.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from alerts.incident import Job
from probes.reading import Actor, Device, Severity, State

REFERENCE = "id"
_FOLDER = "alerts.locales"
_Day = date


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWords:
    """A fault for people.

    title: what is wrong, beside the device's name; headline: the same where it stands alone; impact: what it
    means for citizens; step: what to do first.
    """

    title: str
    headline: str
    impact: str
    step: str


class Words:
    """One language."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table

    def fault(self, code: str, role: str, *, device: str = "") -> FaultWords:
        """The words for a fault of a device with this role. device: what to call it; "": as the role is called."""
        general = self._table["fault"].get(code, self._table["fault"]["unknown"])
        special = general.get(role)
        template = {**general, **special} if isinstance(special, dict) else general
        known = self._table["role"].get(role, self._table["role"]["other"])
        values = {"device": device or known["name"], "stops": known["stops"], "code": code}
        title, impact, step = (str(template[key]).format(**values) for key in ("title", "impact", "step"))
        headline = title if "{device}" in template["title"] else f"{values['device']}: {title}"
        return FaultWords(title=title, headline=headline, impact=impact, step=step)

    def of(self, device: Device, code: str) -> FaultWords:
        """The words for a fault of this very device."""
        return self.fault(code, self._role_of(device), device=self.device(device))

    def device(self, device: Device) -> str:
        """What to call a device: its label, or its role when nobody gave it a label."""
        if device.label and device.label != device.id:
            return device.label
        role = self._role_of(device)
        return self.role(role) if role in self._table["role"] else device.id

    def job(self, job: Job) -> tuple[str, str]:
        """A piece of regular work: what it is, and how it is done; the office's own words come first."""
        known = self._table["task"].get(job.task, {})
        special = known.get(job.variant, {}) if job.variant else {}
        step = job.step or special.get("step") or known.get("step", "")
        return str(job.title or known.get("title", job.task)), str(step)

    def type(self, kind: str) -> str:
        """What a ticket is about."""
        return self._word("type", kind)

    def state(self, state: State) -> str:
        """A device's state."""
        return self._word("state", state)

    def severity(self, severity: Severity) -> str:
        """How much a fault hinders."""
        return self._word("severity", severity)

    def actor(self, actor: Actor) -> str:
        """Who can mend it."""
        return self._word("actor", actor)

    def status(self, status: str) -> str:
        """A ticket's status."""
        return self._word("status", status)

    def priority(self, priority: str) -> str:
        """How urgent a ticket is."""
        return self._word("priority", priority)

    def role(self, role: str) -> str:
        """What a device is for; a general word when the role is unknown."""
        roles = self._table["role"]
        return str(roles.get(role, roles["other"])["name"])

    def asset(self, name: str) -> str:
        """What one of a device's asset numbers is called; an unknown one keeps its name."""
        return str(self._table["phrase"].get(f"asset.{name}", name))

    def part(self, part: str) -> str:
        """Which part of a device, where these words know it ("tray 2": "baki 2"); else as the device calls it."""
        known = self._table["part"]
        first, space, rest = part.partition(" ")
        return str(known.get(part.lower()) or f"{known.get(first.lower(), first)}{space}{rest}")

    def note(self, text: str) -> str:
        """A ticket's note; what the agent wrote itself ("taken", "closed: ...") in this language."""
        verb, colon, rest = text.partition(":")
        return f"{self._table['note'].get(verb, verb)}{colon}{rest}"

    def phrase(self, key: str, **values: object) -> str:
        """A phrase of the board, a letter or the command line. Raises KeyError for one that no language has."""
        return str(self._table["phrase"][key]).format(**values)

    def date_time(self, moment: datetime, zone: str) -> str:
        """A moment as an office writes it: Selasa, 24 November 2026 pukul 08.15 WIB."""
        return str(self._table["date"]["full"]).format(**self._parts(moment), zone=zone)

    def date(self, moment: datetime) -> str:
        """A day: Selasa, 24 November 2026."""
        return str(self._table["date"]["day"]).format(**self._parts(moment))

    def weekday(self, day: _Day) -> str:
        """Senin."""
        return str(self._table["date"]["weekdays"][day.weekday()])

    def month_short(self, day: _Day) -> str:
        """Nov."""
        return str(self._table["date"]["months_short"][day.month - 1])

    def month(self, moment: datetime) -> str:
        """A month: November 2026."""
        return f"{self._parts(moment)['month']} {moment.year}"

    def short_time(self, moment: datetime) -> str:
        """A moment in few characters: 24 Nov 08.15."""
        return str(self._table["date"]["short"]).format(**self._parts(moment))

    def duration(self, seconds: float, *, days: bool = True) -> str:
        """A span in its two largest units: 2 jam 15 menit. days: false where a day is not 24 hours (service time)."""
        units = (("days", 86_400), ("hours", 3_600), ("minutes", 60))[not days :]
        rest, parts = max(0, round(seconds / 60)) * 60, []
        for name, size in units:
            count, rest = divmod(rest, size)
            if count:
                parts.append(str(self._table["duration"][name]).format(count=count))
        return " ".join(parts[:2]) or str(self._table["duration"]["under_a_minute"])

    def _role_of(self, device: Device) -> str:
        """The role whose words fit: its own, or its kind's where the role has none (host, link)."""
        return device.role if device.role in self._table["role"] else device.kind

    def _parts(self, moment: datetime) -> dict[str, object]:
        month = self._table["date"]["months"][moment.month - 1]
        return {
            "weekday": self._table["date"]["weekdays"][moment.weekday()],
            "day": moment.day,
            "month": month,
            "month_short": self._table["date"]["months_short"][moment.month - 1],
            "year": moment.year,
            "hour": f"{moment.hour:02}",
            "minute": f"{moment.minute:02}",
        }

    def _word(self, table: str, key: str) -> str:
        return str(self._table[table].get(key, key))


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, the reference first."""
    files = (item.name for item in resources.files(_FOLDER).iterdir())
    found = {name.removesuffix(".toml") for name in files if name.endswith(".toml")}
    return (REFERENCE, *sorted(found - {REFERENCE}))


@cache
def words(language: str) -> Words:
    """A language; the reference for one that there is not."""
    known = language if language in languages() else REFERENCE
    text = resources.files(_FOLDER).joinpath(f"{known}.toml").read_text("utf-8")
    return Words(tomllib.loads(text))
