"""The agent in the foreground: puts the rooms together, answers signals, ends in order."""

import faulthandler
import gc
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from agent import memory, ready, telling, wake
from agent.clock import SystemClock
from agent.config import Config, ConfigError
from agent.itself import SELF, store_damaged
from agent.keepers import Keepers
from agent.monthly import REPORTS
from agent.pageset import pages
from agent.perthread import PerThread
from agent.settle import Settler
from agent.site import Page
from agent.statefolder import STORE, alone, prepare_state
from agent.surroundings import Surroundings
from agent.view import Panel
from agent.watch import Watch
from agent.web import WebServer
from alerts import feasts, reserve
from alerts.ledger import Ledger
from alerts.outbox import Outbox
from probes.wire import boot

log = logging.getLogger("jagaloket")
STOP_SECONDS = 4
OUTBOX_STOP_SECONDS = 2.0
LIFE_SIGN_SECONDS = 60.0
LATE_SECONDS = 90.0
"""The loop moves at least once per life sign; later than this it is stuck."""

Load = Callable[[], Config]


def serve(load: Load, folder: Path) -> None:
    """Watch until SIGTERM or SIGINT; SIGHUP reads the configuration again.

    Raises ConfigError when the configuration, the state folder or the web address cannot be used.
    """
    memory.one_heap()
    config = load()
    prepare_state(folder)
    with alone(folder):
        wake.sign(folder)
        Agent(config, load, folder).run()


class Agent:
    """All rooms of floor 3, and the ledger and outbox they share."""

    def __init__(self, config: Config, load: Load, folder: Path) -> None:
        self._config, self._load, self._folder = config, load, folder
        self._store = folder / STORE
        self._manager = ready.manager()
        self._clock = SystemClock()
        try:
            boot.begin(folder)
            self._book = Ledger.open(self._store, zone=config.office.zone, policy=config.tickets)
        except (OSError, ValueError) as error:
            raise ConfigError([str(error)]) from error
        self._panel = Panel()
        self._outbox = self._make_outbox()
        self._settler = Settler(self._book, self._panel, clock=self._clock, told=self._told)
        self._settler.link_back = self._link_back
        self._watch = Watch(self._settler, clock=self._clock)
        self._keepers = Keepers(
            config=lambda: self._config,
            people=lambda: self._settler.cases.addressees,
            book=self._book,
            panel=self._panel,
            clock=self._clock,
            folder=folder,
            open_ledger=self._open_ledger,
            told=self._told,
            look_at_all=self._look_at_all,
        )
        self._settler.before_change = self._keepers.chronicler.before_change
        self._ledger = PerThread(self._open_ledger, Ledger.shut)
        self._pages = self._make_pages()
        self._web = WebServer(config.web, self._pages)

    def run(self) -> None:
        """Watch until stopped by a signal."""
        try:
            self._web.start()
        except OSError as error:
            raise ConfigError([str(error.strerror or error)]) from error
        self._apply()
        self._own_faults()
        self._outbox.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._watch.stop())
        signal.signal(signal.SIGHUP, lambda *_: self._watch.call(self._reload))
        if wake.SIGNAL is not None:
            signal.signal(wake.SIGNAL, lambda *_: self._told())
        self._watch.every(LIFE_SIGN_SECONDS, self._life_sign)
        self._keepers.start(self._watch)
        host, port = self._web.address[:2]
        log.info("watching %d devices; board at http://%s:%d/", len(self._config.watched), host, port)
        if self._manager.watchdog_seconds:
            faulthandler.enable()  # where each thread stood goes into the log when the watchdog strikes (SIGABRT)
        ready.attend(self._manager, self._watch, status=self._status, critical=self._critical)
        gc.collect()
        gc.freeze()
        self._watch.run()
        self._end()

    def _end(self) -> None:
        """Stop in order. What hangs past the allowance is ended by the kernel: everything kept is on disk."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(STOP_SECONDS)
        self._manager.stopping()
        self._outbox.stop(OUTBOX_STOP_SECONDS)
        self._web.stop()
        self._keepers.stop()
        self._book.shut()
        with suppress(OSError):
            boot.end(self._folder)
        log.info("stopped")

    def _apply(self) -> None:
        """Put the present configuration to work."""
        self._settler.cases.addressees = telling.people(self._config)
        self._settler.cases.around = Surroundings.of(self._config)
        self._book.policy = self._config.tickets
        self._watch.watch(self._config.watched)
        self._keepers.take()
        if self._config.office.holidays:
            threading.Thread(target=self._learn_holidays, name="holidays", daemon=True).start()

    def _learn_holidays(self) -> None:
        """Ahead of the first question about them, which would have to wait for them."""
        year = self._config.office.local(self._clock.wall()).year
        feasts.learn(self._config.office.holidays, (year, year + 1))

    def _reload(self) -> None:
        """SIGHUP: take over a valid configuration, keep the old one when the new one is wrong."""
        self._manager.reloading()
        try:
            self._take_over(self._load())
        except ConfigError as error:
            for line in error.lines:
                log.error("not reloaded: %s", line)  # noqa: TRY400 - a person's mistake, not the code's
        self._manager.ready(self._status())

    def _take_over(self, fresh: Config) -> None:
        if fresh.web != self._config.web:
            log.warning("[web] changes only with a restart of the agent")
        old = self._config
        changed = (fresh.mail, fresh.desks, fresh.office) != (old.mail, old.desks, old.office)
        changed |= telling.settling(fresh) != telling.settling(old)
        self._config = fresh
        if changed:
            self._outbox.stop(OUTBOX_STOP_SECONDS)
            self._outbox = self._make_outbox()
            self._outbox.start()
        self._pages.update(self._make_pages())
        self._apply()
        log.info("reloaded: watching %d devices", len(fresh.watched))

    def _make_outbox(self) -> Outbox:
        return telling.outbox(self._config, self._open_ledger, self._clock, self._folder / REPORTS)

    def _told(self) -> None:
        self._outbox.kick()

    def _link_back(self) -> None:
        self._outbox.retry()

    def _life_sign(self) -> None:
        self._outbox.kick()  # another process may have something to tell: jagaloket drill
        try:
            boot.tick(self._folder)
            reserve.keep(self._store)
        except OSError as error:
            log.warning("no sign of life could be written: %s", error.strerror)

    def _look_at_all(self) -> None:
        for item in self._config.watched:
            self._watch.wake(item.device.id)

    def _own_faults(self) -> None:
        """What the agent has to say of itself at start: a store that had to be repaired."""
        if self._book.salvage is not None:
            fault = store_damaged(self._book.salvage)
            self._book.begin(SELF, fault, since=self._clock.wall(), addressees=self._settler.cases.addressees)

    def _open_ledger(self) -> Ledger:
        """The ledger for one more thread."""
        return Ledger.open(self._store, zone=self._config.office.zone, check=False)

    def _make_pages(self) -> dict[str, Page]:
        return pages(
            self._config,
            panel=self._panel,
            ledger=self._ledger,
            wall=self._clock.wall,
            more=self._keepers.samples(self._ledger),
            checks=self._checks,
        )

    def _checks(self) -> Mapping[str, str]:
        """What makes the agent itself unwell, for /health: a check's name and "" or the reason."""
        late = self._clock.monotonic() - self._watch.pulse
        return {
            "watch": f"the watch has not moved for {late:.0f} s" if late > LATE_SECONDS else "",
            "store": "the ledger could not be written lately" if self._settler.failing else "",
            "outbox": "" if self._outbox.is_alive else "the outbox has stopped",
        }

    def _critical(self) -> Mapping[str, str]:
        """The parts that only a new start of the agent mends: not the store, for the disk is mended by people."""
        return {
            "outbox": "" if self._outbox.is_alive else "the outbox has stopped",
            "web": "" if self._web.is_alive else "the web server has stopped",
        }

    def _status(self) -> str:
        return f"watching {len(self._config.watched)} devices"
