"""Who is told of tickets, and by which channels, as the configuration says."""

from collections.abc import Callable, Sequence

from agent.clock import Clock
from agent.config import Config
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.letter import CHANNEL, Mail, addressees, sorter
from alerts.outbox import Outbox
from probes.wire import boot


def people(config: Config) -> Sequence[Addressee]:
    """Everybody who is told."""
    return addressees(config.mail, config.office.language) if config.mail is not None else ()


def outbox(config: Config, open_ledger: Callable[[], Ledger], clock: Clock) -> Outbox:
    """What sends it. Not started yet."""
    mail = config.mail
    return Outbox(
        open_ledger,
        [] if mail is None else [Mail(mail, config.office)],
        clock=clock,
        boot=boot.boot_id(),
        sorters={} if mail is None else {CHANNEL: sorter(mail, config.office)},
    )
