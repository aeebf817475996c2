"""jagaloket letters preview: what the letters of this office look like, before anything fails."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from agent.config import Config
from alerts.incident import DRILL, PLANNED, STOCK_LOW, Action, Addressee, Impact, Job, Notice, Status, Ticket
from alerts.lettertext import LetterText, write
from alerts.office import Office
from alerts.planned import upkeep_device
from alerts.stock import Item, Level, detail
from alerts.stockbook import device
from alerts.words import words
from probes.reading import Actor, Device, Severity
from probes.text import clean

HOUR_SECONDS = 3_600.0
_BLANGKO = Item(id="blangko", label=clean("Blangko KTP-el"), unit=clean("lembar"), low=50, delivery_days=10)
_JOBS = (
    Job(task="fingerprint-glass", device="sidik-jari", label=clean("Sidik jari")),
    Job(task="receipt-printer-clean", device="printer-resi", label=clean("Printer resi")),
)
SAMPLES = ("opened", "escalated", "recovered", "digest", "drill", "maintenance", "stock")


def sample(about: str, config: Config, *, language: str, role: str, now: float) -> LetterText:
    """One letter. about: one of SAMPLES; role: office or technician; now: UTC epoch seconds."""
    ticket = _tickets(config, now)[about]
    actions = {"escalated": Action.ESCALATED, "recovered": Action.RECOVERED}
    others = (
        tuple(_tickets(config, now)[one] for one in ("link", "recovered", "maintenance")) if about == "digest" else ()
    )
    notice = Notice(
        id=1,
        ticket=ticket.number,
        action=actions.get(about, Action.OPENED),
        addressee=Addressee(channel="mail", address="camat@example.go.id", role=role, language=language),
        state="new",
        attempts=0,
        message_id=f"{ticket.number}.sample@jagaloket.invalid",
        created=now,
        others=others,
    )
    return write(notice, ticket, _named(config.office, language), now=now)


def save(folder: Path, make: Callable[[str], LetterText]) -> list[Path]:
    """Every sample as a page and as text. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for about in SAMPLES:
        letter = make(about)
        for ending, text in (("html", letter.html), ("txt", f"{letter.subject}\n\n{letter.body}")):
            file = folder / f"{about}.{ending}"
            file.write_text(text, encoding="utf-8")
            files.append(file)
    return files


def _named(office: Office, language: str) -> Office:
    """An office that was given no name still gets a letter that looks like one."""
    counter = words(language).phrase("letter.no-counter")
    return replace(office, counter=office.counter or clean(f"{counter} 1"))


def _tickets(config: Config, now: float) -> Mapping[str, Ticket]:
    functions = tuple(item.label for item in config.functions)
    scanner = _ticket("0001", "fingerprint", "not-connected", now - 2 * HOUR_SECONDS)
    scanner = replace(scanner, impact=Impact(down=functions[:1], working=functions[1:3]))
    jam = _ticket("0002", "receipt-printer", "media-jam", now - HOUR_SECONDS)
    drill = Device(id=DRILL, kind=DRILL, label=clean(DRILL), role=DRILL)
    return {
        "opened": replace(scanner, opened=now),
        "escalated": scanner,
        "recovered": replace(jam, recovered=now, status=Status.RECOVERED),
        "digest": scanner,
        "link": replace(_ticket("0003", "link", "internet-down", now - HOUR_SECONDS), actor=Actor.PROVIDER),
        "maintenance": replace(
            scanner,
            number="JL-2026-0004",
            device=upkeep_device(Actor.COUNTER),
            code=PLANNED,
            severity=Severity.NOTICE,
            impact=Impact(),
            detail=clean(""),
            opened=now,
            jobs=_JOBS,
        ),
        "stock": replace(
            scanner,
            number="JL-2026-0005",
            device=device(_BLANGKO),
            code=STOCK_LOW,
            severity=Severity.NOTICE,
            impact=Impact(),
            detail=clean(detail(_BLANGKO, Level(amount=120, days_left=6))),
            opened=now,
        ),
        "drill": replace(scanner, device=drill, code=DRILL, severity=Severity.NOTICE, impact=Impact(), opened=now),
    }


def _ticket(number: str, role: str, code: str, opened: float) -> Ticket:
    return Ticket(
        number=f"JL-2026-{number}",
        status=Status.NEW,
        device=Device(
            id=role,
            kind="link" if role == "link" else "usb",
            label=clean(role),
            role=role,
            asset={"register": clean("0001")},
        ),
        code=code,
        part=clean(""),
        severity=Severity.BLOCKING,
        actor=Actor.COUNTER,
        detail=clean("USB 1-2, 16d1:0408"),
        opened=opened,
    )
