"""Devices, faults and addressees for the tests of this room."""

import queue
from collections.abc import Callable
from pathlib import Path

from alerts.incident import Addressee, Notice, Ticket
from alerts.ledger import Ledger
from alerts.line import SETTLE_SECONDS
from alerts.outbox import Wish
from probes.reading import NO_TEXT, Actor, Device, Fault, Severity
from probes.text import SafeText, clean

NOON = 1_795_496_400.0
"""24 November 2026, 12.00 WIB."""
CAMAT = Addressee(channel="mail", address="camat@example.go.id", role="office", language="id")
TEKNISI = Addressee(channel="mail", address="teknisi@example.go.id", role="technician", language="id")


def scanner(name: str = "sidik-jari") -> Device:
    return Device(
        id=name,
        kind="usb",
        label=SafeText(name),
        role="fingerprint",
        responsible="CV Contoh",
        asset={"code": clean("1.3.2.05"), "register": clean("0001")},
    )


def fault(code: str = "not-connected", *, part: SafeText = NO_TEXT, detail: str = "usb 1-2 16d1:0408") -> Fault:
    return Fault(code=code, severity=Severity.BLOCKING, actor=Actor.COUNTER, part=part, detail=clean(detail))


class ToldTime:
    """A clock that a test sets."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Steps:
    """A monotonic clock without waiting: wait() moves it on by what it was asked for."""

    def __init__(self, then: Callable[[float], None] = lambda _: None) -> None:
        self.now = 100.0
        self.waits: list[float | None] = []
        self._then = then

    def monotonic(self) -> float:
        return self.now

    def wait(self, inbox: "queue.SimpleQueue[Wish]", timeout_seconds: float | None) -> Wish | None:
        self.waits.append(timeout_seconds)
        try:
            return inbox.get_nowait()
        except queue.Empty:
            self.now += timeout_seconds or 0.0
            self._then(self.now)
            return None


class Pigeon:
    """A channel that keeps what it was given; fail() says what happens to the next ones."""

    name = "mail"
    settle_seconds = SETTLE_SECONDS
    looks_up = False

    def __init__(self) -> None:
        self.sent: list[Notice] = []
        self.tickets: list[Ticket] = []
        self.trouble: Callable[[Notice], Exception | None] = lambda _: None

    def send(self, notice: Notice, ticket: Ticket) -> None:
        trouble = self.trouble(notice)
        self.tickets.append(ticket)
        self.sent.append(notice)
        if trouble is not None:
            raise trouble


def open_ledger(folder: Path, clock: Callable[[], float] = ToldTime()) -> Ledger:  # noqa: B008 - a constant time
    return Ledger.open(folder / "state" / "store.db", clock=clock)
