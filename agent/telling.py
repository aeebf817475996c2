"""Who is told of tickets, and by which channels, as the configuration says."""

from collections.abc import Callable, Sequence

from agent.clock import Clock
from agent.config import Config
from alerts import deskchannel
from alerts.deskchannel import DeskChannel
from alerts.deskpoll import DeskPoll
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.letter import CHANNEL, Mail, addressees, sorter
from alerts.outbox import Channel, Outbox
from probes.wire import boot


def people(config: Config) -> Sequence[Addressee]:
    """Everybody who is told: people by letter, and desks."""
    letters = addressees(config.mail, config.office.language) if config.mail is not None else ()
    return (*letters, *(deskchannel.addressee(name, config.office.language) for name in config.desks))


def outbox(config: Config, open_ledger: Callable[[], Ledger], clock: Clock) -> Outbox:
    """What sends it. Not started yet."""
    mail, office = config.mail, config.office
    desks = [DeskChannel(name, desk, office, clock=clock.wall) for name, desk in config.desks.items()]
    letters: list[Channel] = [] if mail is None else [Mail(mail, office)]
    return Outbox(
        open_ledger,
        [*letters, *desks],
        clock=clock,
        boot=boot.boot_id(),
        sorters={} if mail is None else {CHANNEL: sorter(mail, office)},
        chores=[DeskPoll(one) for one in desks],
        closers=[one.desk.close for one in desks],
    )
