"""Three days without a link in virtual time: faults come and go, the agent is started anew every six hours."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from alerts.deskchannel import DeskChannel, addressee
from alerts.ledger import Ledger
from alerts.letter import Mail, MailSettings, MailTo, addressees, sorter
from alerts.office import Office
from alerts.outbox import Channel, Outbox
from alerts.policy import TicketPolicy
from alerts.tickets.zammad import Zammad
from probes.reading import State
from probes.secret import Secret
from probes.text import clean
from tests.alerts.make import NOON, Steps, fault, scanner
from tests.fakes.desks.server import Trick, hang_up
from tests.fakes.desks.zammad import FakeZammad
from tests.fakes.http import free_port
from tests.fakes.smtp import FakeSmtp

HOURS = 72
INCIDENTS, CHANGES = 500, 5_000
HOUR = 3_600.0
PEOPLE = ("camat@example.go.id", "teknisi@example.go.id")
MIB = 1024 * 1024
_LONGEST_DRAIN_SECONDS = 2 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """What the outage left. seconds: from the link's return until nothing waited."""

    seconds: float
    store_bytes: int
    letters: int
    papers: int
    open_papers: int
    tickets: int


class Agent:
    """The ledger and outbox of one counter, whose clocks go as fast as the test wants."""

    def __init__(self, folder: Path, smtp_port: int, desk: FakeZammad) -> None:
        self.folder, self.steps = folder, Steps()
        token = folder / "token"
        token.write_text(f"{desk.token}\n", encoding="ascii")
        token.chmod(0o600)
        self.office = Office(name=clean("Kantor Camat Contoh"), counter=clean("Loket 1"))
        self.mail = MailSettings(
            server="127.0.0.1",
            port=smtp_port,
            security="none",
            sender="jagaloket@example.go.id",
            to=tuple(MailTo(address=one) for one in PEOPLE),
        )
        self.desk = Zammad(url=desk.url, token_file=Secret(token), group="IT", customer="loket@example.go.id")
        self.people = [*addressees(self.mail, "id"), addressee("zammad", "id")]
        self.start()

    def wall(self) -> float:
        return NOON + self.steps.now

    def start(self) -> None:
        """For the first time, or again."""
        self.book = self._open()
        channels: list[Channel] = [
            Mail(self.mail, self.office, clock=self.wall),
            DeskChannel("zammad", self.desk, self.office, clock=self.wall),
        ]
        self.outbox = Outbox(
            self._open,
            channels,
            clock=self.steps,
            boot="boot",
            random_ratio=random.Random(1).random,  # noqa: S311 - the same waits every time
            sorters={"mail": sorter(self.mail, self.office, self.wall)},
        )
        self.due: float | None = 0.0

    def begin(self, number: int) -> None:
        device, one = scanner(f"alat-{number % 40}"), fault(f"code-{number}")
        self.book.begin(device, one, since=self.wall(), addressees=self.people)

    def end(self, number: int) -> None:
        self.book.end(f"alat-{number % 40}", f"code-{number}", "", at=self.wall(), addressees=self.people)

    def change(self, number: int, state: State) -> None:
        self.book.record_state(f"alat-{number % 40}", state, self.wall())

    def attend(self) -> None:
        self.book.attend(self.people)

    def restart(self) -> None:
        self.stop()
        self.start()

    def stop(self) -> None:
        self.outbox._shut()
        self.desk.close()
        self.book.shut()

    def until(self, moment: float) -> None:
        """Let time pass; the outbox does what is due."""
        while self.due is not None and self.due <= moment:
            self.steps.now = max(self.steps.now, self.due)
            self.step()
        self.steps.now = moment

    def step(self) -> None:
        """One turn of the outbox."""
        wait = self.outbox.step()
        self.due = None if wait is None else self.steps.now + wait

    def _open(self) -> Ledger:
        return Ledger.open(self.folder / "store.db", clock=self.wall, check=False, policy=TicketPolicy())


def play(folder: Path, *, hours: int = HOURS, seed: int = 1) -> Drained:
    """Nobody tells of the link's return: the next try finds it."""
    with FakeZammad() as desk:
        desk.tricks = [Trick(play=hang_up, does=False, fits=lambda _: True, times=1_000_000)]
        server = FakeSmtp()
        server.port = free_port()
        agent = Agent(folder, server.port, desk)
        begins = agent.steps.now
        _suffer(agent, hours, seed)
        with server:
            desk.tricks = []
            back = agent.steps.now
            while agent.due is not None:
                assert agent.steps.now - back < _LONGEST_DRAIN_SECONDS, agent.book.notices.counts()
                agent.until(agent.due)
                agent.attend()
        assert back - begins >= hours * HOUR
        found = Drained(
            seconds=agent.steps.now - back,
            store_bytes=sum(file.stat().st_size for file in folder.glob("store.db*")),
            letters=len(server.arrived),
            papers=len(desk.papers),
            open_papers=sum(not one.closed for one in desk.papers.values()),
            tickets=len(agent.book.tickets(limit=100_000)),
        )
        agent.stop()
        return found


def _suffer(agent: Agent, hours: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same faults every time
    events: list[tuple[float, Callable[[], object]]] = []
    for number in range(INCIDENTS):
        at = dice.random() * (hours - 8) * HOUR
        events.append((at, partial(agent.begin, number)))
        events.append((at + (0.1 + 7 * dice.random()) * HOUR, partial(agent.end, number)))
    for number in range(CHANGES):
        state = dice.choice(list(State))
        events.append((dice.random() * hours * HOUR, partial(agent.change, number, state)))
    events += [(hour * HOUR, agent.restart) for hour in range(6, hours, 6)]
    events += [(minute * 60.0, agent.attend) for minute in range(10, hours * 60, 10)]
    first = agent.steps.now
    for at, do in sorted(events, key=lambda one: one[0]):
        agent.until(first + at)
        do()
        agent.due = agent.steps.now if agent.due is None else agent.due
    agent.until(first + hours * HOUR)
