"""Who is told of tickets, and by which channels, as the configuration says."""

import time
from collections.abc import Callable, Mapping, Sequence

from agent.cause import POWERED
from agent.clock import Clock
from agent.config import Config
from alerts import deskchannel
from alerts.deskchannel import DeskChannel
from alerts.deskpoll import DeskPoll
from alerts.incident import Addressee
from alerts.ledger import Ledger
from alerts.letter import CHANNEL, Mail, addressees, sorter
from alerts.outbox import Channel, Outbox
from alerts.sorter import Pause
from probes.wire import boot
from probes.wire.clock import trusted

UPS = "ups"
UPS_SECONDS = 10.0
"""NUT asks a UPS every 2 s, we ask NUT every 5 s, and a power cut is confirmed by a second look."""


def people(config: Config) -> Sequence[Addressee]:
    """Everybody who is told: people by letter, and desks."""
    letters = addressees(config.mail, config.office.language) if config.mail is not None else ()
    return (*letters, *(deskchannel.addressee(name, config.office.language) for name in config.desks))


def settling(config: Config) -> Mapping[str, float]:
    """For how many seconds letters about what vanished wait, by fault code: where a UPS may yet tell of a power cut."""
    has_ups = any(item.device.kind == UPS for item in config.watched)
    return dict.fromkeys(POWERED, UPS_SECONDS) if has_ups else {}


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
        sorters=_sorters(config, desks),
        chores=[DeskPoll(one) for one in desks],
        closers=[one.desk.close for one in desks],
    )


def _sorters(config: Config, desks: Sequence[DeskChannel]) -> Mapping[str, Callable[[Ledger], None]]:
    wait = settling(config)
    pauses: dict[str, Callable[[Ledger], None]] = {one.name: Pause(one.name, wait, time.time) for one in desks if wait}
    letters = (
        {} if config.mail is None else {CHANNEL: sorter(config.mail, config.office, settling=wait, trusted=trusted)}
    )
    return {**pauses, **letters}
