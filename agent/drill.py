"""jagaloket drill: a marked fault goes the whole way, from the ledger to the letters; says what arrived, cleans up."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from agent import telling, wake
from agent.clock import SystemClock
from agent.config import Config, ConfigError
from agent.statefolder import STORE, is_running, prepare_state
from alerts.incident import DRILL, Action, Notice
from alerts.ledger import Ledger
from alerts.policy import PLAIN
from alerts.words import Words, words
from probes.reading import Actor, Device, Fault, Severity
from probes.text import clean

DEVICE = Device(id=DRILL, kind=DRILL, label=clean(DRILL), role=DRILL)
FAULT = Fault(code=DRILL, severity=Severity.NOTICE, actor=Actor.COUNTER)
POLL_SECONDS = 0.25
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a drill. seconds of a notice: from its making until it was handed over."""

    ticket: str
    by_agent: bool
    notices: tuple[Notice, ...]

    @property
    def is_well(self) -> bool:
        """Whether everybody was told that it began."""
        opened = [notice for notice in self.notices if notice.action is Action.OPENED]
        return bool(opened) and all(notice.state == "sent" for notice in opened)


def run(config: Config, state: Path, *, timeout_seconds: float, pause: Callable[[float], None] = time.sleep) -> Outcome:
    """Do it. Raises ConfigError when the store cannot be used."""
    prepare_state(state)
    running = is_running(state)
    people = telling.people(config)

    def opened() -> Ledger:
        return Ledger.open(state / STORE, zone=config.office.zone, check=False, policy=PLAIN)

    try:
        book = opened()
    except (OSError, ValueError) as error:
        raise ConfigError([str(error)]) from error
    with _sending(config, state, opened, needed=not running) as call:
        book.end(DRILL, FAULT.code, FAULT.part, at=time.time(), addressees=())  # of a drill that was broken off
        number = book.begin(DEVICE, FAULT, since=time.time(), addressees=people).number
        call()
        try:
            _await(book, number, timeout_seconds, pause)
        finally:
            book.end(DRILL, FAULT.code, FAULT.part, at=time.time(), addressees=people)
            book.close(number, "jagaloket", DRILL)
        call()
        _await(book, number, timeout_seconds, pause)
        outcome = Outcome(ticket=number, by_agent=running, notices=book.notices.of_ticket(number))
    book.shut()
    return outcome


def plain(outcome: Outcome) -> dict[str, Any]:
    """For JSON."""
    return {
        "ticket": outcome.ticket,
        "well": outcome.is_well,
        "sent_by": "agent" if outcome.by_agent else "this command",
        "notices": [
            {
                "channel": notice.addressee.channel,
                "address": notice.addressee.address,
                "about": notice.action,
                "state": notice.state,
                "seconds": _seconds(notice),
                "error": notice.last_error or None,
            }
            for notice in outcome.notices
        ],
    }


def lines(outcome: Outcome, language: str) -> list[str]:
    """For people."""
    say = words(language)
    if not outcome.notices:
        return [say.phrase("drill.nobody")]
    text = [_line(say, notice) for notice in outcome.notices]
    return [*text, "", say.phrase("drill.well" if outcome.is_well else "drill.ill", number=outcome.ticket)]


def _line(say: Words, notice: Notice) -> str:
    about = say.phrase(f"drill.{notice.action}")
    if notice.state == "sent":
        what = say.phrase("drill.sent", seconds=f"{_seconds(notice):.1f}")
    elif notice.state == "dead":
        what = say.phrase("drill.refused", why=notice.last_error)
    else:
        what = say.phrase("drill.waits", why=notice.last_error or "-")
    return f"{notice.addressee.channel} {notice.addressee.address} ({about}): {what}"


def _seconds(notice: Notice) -> float | None:
    return None if notice.finished is None else max(0.0, notice.finished - notice.created)


def _await(book: Ledger, number: str, timeout_seconds: float, pause: Callable[[float], None]) -> None:
    """Wait until each notice was handed over or refused."""
    for _ in range(int(timeout_seconds / POLL_SECONDS)):
        if all(notice.state in ("sent", "dead") for notice in book.notices.of_ticket(number)):
            return
        pause(POLL_SECONDS)


@contextmanager
def _sending(
    config: Config, state: Path, opened: Callable[[], Ledger], *, needed: bool
) -> Iterator[Callable[[], object]]:
    """Without a running agent, send ourselves; what else waits goes out, too. Yields what wakes the sender."""
    if not needed:
        yield partial(wake.wake, state)  # where that cannot be done, the agent looks once a minute
        return
    outbox = telling.outbox(config, opened, SystemClock())
    outbox.start()
    try:
        yield outbox.kick
    finally:
        outbox.stop(_STOP_SECONDS)
