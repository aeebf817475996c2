"""Who is told of tickets, and by which channels, as the configuration says."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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
from alerts.reportmail import ReportMail
from alerts.sorter import Pause
from probes.wire import boot
from probes.wire.clock import trusted
from probes.wire.powersupply import SUPPLIES, power

UPS, HOST = "ups", "host"
UPS_SECONDS = 10.0
"""NUT asks a UPS every 2 s, we ask NUT every 5 s, and a power cut is confirmed by a second look."""
BATTERY_SECONDS = 3.0
"""The kernel knows at once; two looks take half a second."""


def people(config: Config) -> Sequence[Addressee]:
    """Everybody who is told: people by letter, and desks."""
    letters = addressees(config.mail, config.office.language) if config.mail is not None else ()
    return (*letters, *(deskchannel.addressee(name, config.office.language) for name in config.desks))


def settling(config: Config, supplies: Path = SUPPLIES) -> Mapping[str, float]:
    """For how many seconds letters about what vanished wait, by fault code: where a power cut may yet be told of.

    supplies: where the kernel tells of this PC's own battery.
    """
    kinds = {item.device.kind for item in config.watched}
    if UPS in kinds:
        return dict.fromkeys(POWERED, UPS_SECONDS)
    return dict.fromkeys(POWERED, BATTERY_SECONDS) if HOST in kinds and power(supplies).has_battery else {}


def outbox(config: Config, open_ledger: Callable[[], Ledger], clock: Clock, reports: Path | None = None) -> Outbox:
    """What sends it. Not started yet. reports: where the monthly reports lie that are to be mailed."""
    mail, office = config.mail, config.office
    desks = [DeskChannel(name, desk, office, clock=clock.wall) for name, desk in config.desks.items()]
    letters: list[Channel] = [] if mail is None else [Mail(mail, office)]
    if mail is not None and reports is not None:
        letters.append(ReportMail(mail, office, reports))
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
