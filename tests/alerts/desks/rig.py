"""One counter's ledger and outbox before a desk, with clocks that the test turns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts import quorum
from alerts.desk import Desk
from alerts.deskchannel import DeskChannel, addressee
from alerts.incident import Addressee, Context, Notice, Ticket
from alerts.ledger import Ledger
from alerts.office import Office
from alerts.outbox import Outbox
from alerts.policy import TicketPolicy
from alerts.tickets.glpi import Glpi
from alerts.tickets.glpi11 import Glpi11
from alerts.tickets.redmine import Redmine
from alerts.tickets.rt import RequestTracker
from alerts.tickets.webhook import Webhook
from alerts.tickets.zammad import Zammad
from probes.secret import Secret
from probes.text import clean
from tests.alerts.make import Steps, ToldTime, fault, scanner
from tests.fakes.desks.glpi import APP_TOKEN, FakeGlpi
from tests.fakes.desks.glpi11 import CLIENT_SECRET, ROOT, FakeGlpi11
from tests.fakes.desks.redmine import FakeRedmine
from tests.fakes.desks.rt import FakeRt
from tests.fakes.desks.server import FakeDesk
from tests.fakes.desks.webhook import FakeReceiver
from tests.fakes.desks.zammad import FakeZammad

OPTIONS: dict[str, Any] = {"timeout_seconds": 0.3, "settle_seconds": 120.0}
Make = Callable[[str, Secret], Desk]


def _glpi(url: str, token: Secret) -> Desk:
    app = secret(token.path.parent, APP_TOKEN, "app.token")
    return Glpi(url=url, user_token_file=token, app_token_file=app, **OPTIONS)


def _glpi11(url: str, token: Secret) -> Desk:
    client = secret(token.path.parent, CLIENT_SECRET, "client.secret")
    return Glpi11(
        url=f"{url}{ROOT}",
        client_id="jagaloket",
        client_secret_file=client,
        username="jagaloket",
        password_file=token,
        **OPTIONS,
    )


def secret(folder: Path, value: str, name: str = "desk.token") -> Secret:
    file = folder / name
    file.write_text(f"{value}\n")
    file.chmod(0o600)
    return Secret(file)


FAKES: dict[str, tuple[Callable[[], FakeDesk], Make]] = {
    "zammad": (
        FakeZammad,
        lambda url, token: Zammad(url=url, token_file=token, group="IT", customer="loket@example.go.id", **OPTIONS),
    ),
    "rt": (FakeRt, lambda url, token: RequestTracker(url=url, token_file=token, **OPTIONS)),
    "redmine": (FakeRedmine, lambda url, token: Redmine(url=url, token_file=token, project="loket", **OPTIONS)),
    "glpi": (FakeGlpi, _glpi),
    "glpi11": (FakeGlpi11, _glpi11),
    "webhook": (FakeReceiver, lambda url, token: Webhook(url=f"{url}/hook", secret_file=token, **OPTIONS)),
}
HELPDESKS = [name for name in FAKES if name != "webhook"]


@dataclass
class Counter:
    """A counter PC. steps: its monotonic clock; wall: its wall clock; both move on by what the outbox waits for."""

    folder: Path
    desk: Desk
    name: str = "desk"
    place: str = "Loket 1"
    wall: ToldTime = field(default_factory=ToldTime)
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        self.office = Office(name=clean("Kantor Camat Contoh"), code=clean("12.71.11"), counter=clean(self.place))
        self.book = self.open_ledger()
        self.channel = DeskChannel(self.name, self.desk, self.office, clock=self.wall)
        self.outbox = self._outbox()

    @property
    def told(self) -> list[Addressee]:
        return [addressee(self.name, "id")]

    def begin(self, code: str = "not-connected", *, device: str = "sidik-jari", shared: str = "") -> Ticket:
        context = Context(shared_key=shared)
        one = fault(code)
        return self.book.begin(scanner(device), one, since=self.wall.now, addressees=self.told, context=context)

    def end(self, code: str = "not-connected", *, device: str = "sidik-jari") -> Ticket:
        ticket = self.book.end(device, code, "", at=self.wall.now, addressees=self.told)
        assert ticket is not None
        return ticket

    def key(self, ticket: Ticket) -> str:
        return quorum.key(ticket, self.office)

    def drain(self, most: int = 200) -> None:
        """Let the outbox work, and time pass, until nothing waits."""
        for _ in range(most):
            wait = self.outbox.step()
            if wait is None:
                return
            self.steps.now += wait + 0.01
            self.wall.now += wait + 0.01
        msg = f"still waiting after {most} steps: {self.notices()}"
        raise AssertionError(msg)

    def restart(self) -> None:
        """kill -9 and a new start: what was under way is uncertain."""
        self.outbox = self._outbox()

    def notices(self) -> list[Notice]:
        return [one for ticket in self.book.tickets()[::-1] for one in self.book.notices.of_ticket(ticket.number)]

    def states(self) -> list[str]:
        return [one.state for one in self.notices()]

    def open_ledger(self) -> Ledger:
        path = self.folder / "state" / "store.db"
        return Ledger.open(path, clock=self.wall, policy=TicketPolicy(), check=False)

    def _outbox(self) -> Outbox:
        return Outbox(self.open_ledger, [self.channel], clock=self.steps, boot="boot", random_ratio=lambda: 0.5)
