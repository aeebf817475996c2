"""The conversation of `jagaloket setup`: one question after another, each with an answer that Enter takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from agent.answers import HOURS, Answers, named
from alerts.letter import check_address
from alerts.office import week, zone
from alerts.words import Words, languages, words
from probes.probe import Candidate
from probes.text import clean

LEAVE_OUT = "-"
_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_LANGUAGE = "Bahasa / Language"

Try = Callable[[Answers], str]
"""Connects to the mail server; "" or why it cannot be used."""


def choose_language(default: str = "id") -> str:
    """The first question, in all languages at once."""
    return str(click.prompt(_LANGUAGE, type=click.Choice(languages()), default=default))


def interview(language: str, found: Sequence[Candidate], *, try_mail: Try, before: Mapping[str, Any]) -> Answers:
    """Ask everything. before: the [office] of an earlier configuration, whose values become the defaults."""
    say = words(language)
    office = _office(say, language, before)
    devices = _devices(say, found)
    answers = Answers(office=office, devices=devices)
    while click.confirm(say.phrase("setup.mail"), default=True):
        mail, password = _mail(say)
        answers = Answers(office=office, devices=devices, mail=mail, password=password)
        click.echo(say.phrase("setup.mail-trying"))
        why = try_mail(answers)
        click.echo(say.phrase("setup.mail-fails", why=why) if why else say.phrase("setup.mail-works"))
        if why and click.confirm(say.phrase("setup.mail-again"), default=True):
            continue
        letter = not why and click.confirm(say.phrase("setup.letter"), default=True)
        return Answers(office=office, devices=devices, mail=mail, password=password, letter=letter)
    return Answers(office=office, devices=devices)


def _office(say: Words, language: str, before: Mapping[str, Any]) -> dict[str, Any]:
    hours = before.get("hours", {})
    names = {value: key for key, value in _ZONES.items()}
    zone_before = str(before.get("timezone", "Asia/Jakarta"))
    return {
        **{key: value for key, value in before.items() if key in ("code", "holidays")},
        "name": _text(say, "setup.office", str(before.get("name", "Kantor Camat"))),
        "counter": _text(say, "setup.counter", str(before.get("counter", "Loket 1"))),
        "timezone": _ask(say.phrase("setup.zone"), names.get(zone_before, zone_before), _zone),
        "language": language,
        "hours": {
            "mon-thu": _ask(say.phrase("setup.weekdays"), hours.get("mon-thu", HOURS["mon-thu"]), _span),
            "fri": _ask(say.phrase("setup.friday"), hours.get("fri", HOURS["fri"]), _span),
        },
    }


def _devices(say: Words, found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    click.echo(say.phrase("setup.found", count=len(found)))
    given = {
        one.id: str(click.prompt(say.phrase("setup.label", device=f"{one.id} ({one.kind})"), default=one.label))
        for one in found
    }
    out = [name for name, label in given.items() if label.strip() == LEAVE_OUT]
    return named(found, given, out)


def _mail(say: Words) -> tuple[dict[str, Any], str]:
    security = click.Choice(["starttls", "tls", "none"])
    mail: dict[str, Any] = {
        "server": _ask(say.phrase("setup.mail-server"), None, _word),
        "security": str(click.prompt(say.phrase("setup.mail-security"), type=security, default="starttls")),
    }
    user = str(click.prompt(say.phrase("setup.mail-user"), default="", show_default=False)).strip()
    password = str(click.prompt(say.phrase("setup.mail-password"), hide_input=True)) if user else ""
    if user:
        mail["username"] = user
    mail["sender"] = _ask(say.phrase("setup.mail-sender"), user if "@" in user else None, _address)
    mail["to"] = [{"address": _ask(say.phrase("setup.mail-office"), None, _address), "role": "office"}]
    technician = _ask(say.phrase("setup.mail-technician"), "", lambda text: _address(text) if text else "")
    if technician:
        mail["to"].append({"address": technician, "role": "technician"})
    return mail, password


def _text(say: Words, key: str, default: str) -> str:
    return _ask(say.phrase(key), default, lambda text: str(clean(text.strip())))


def _ask(question: str, default: str | None, check: Callable[[str], str]) -> str:
    """Ask until the answer is usable. check: returns it as it is kept, raises ValueError("...: what to write")."""

    def convert(text: str) -> str:
        try:
            return check(text.strip())
        except ValueError as error:
            raise click.UsageError(str(error).partition(": ")[2] or str(error)) from error

    return str(click.prompt(question, default=default, show_default=bool(default), value_proc=convert))


def _zone(text: str) -> str:
    name = _ZONES.get(text.upper(), text)
    zone(name)
    return name


def _span(text: str) -> str:
    week({"mon": text})
    return text


def _word(text: str) -> str:
    """The server's port is its own option; a port behind the name is a common slip."""
    if not text or ":" in text or "/" in text or " " in text:
        msg = "server: write a host name only, for example smtp.example.go.id"
        raise ValueError(msg)
    return text


def _address(text: str) -> str:
    check_address("address", text)
    return text
