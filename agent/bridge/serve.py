"""jagaloket bridge in the foreground: the web server, the ledger and the outbox of its own state folder."""

import json
import logging
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from agent import names, ready, telling, wake
from agent.bridge.intake import Intake
from agent.bridge.payload import PayloadError, parse
from agent.bridge.settings import BridgeSettings
from agent.clock import SystemClock
from agent.config import Config, ConfigError
from agent.guest import Allowance
from agent.metrics import Exporter
from agent.perthread import PerThread
from agent.service import OUTBOX_STOP_SECONDS
from agent.site import Answer, Page, Request, refusal
from agent.statefolder import STORE, alone, prepare_state
from agent.view import Panel
from agent.web import WebServer, health_page, metrics_page
from alerts.ledger import Ledger
from probes.reading import Sample
from probes.text import SafeText, clean
from probes.wire import boot

log = logging.getLogger("jagaloket.bridge")

PATH = "/alertmanager"
BODY_BYTES = 4 * 1024 * 1024
"""Two thousand alerts with long texts."""
_ALLOWANCE = Allowance(head_seconds=15.0, body_bytes=BODY_BYTES, waiting=12)
_ROUND_SECONDS = 20.0
_ATTEND_ROUNDS = 3


def serve(config: Config, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError when something that it needs cannot be used."""
    if config.bridge is None:
        example = 'write [bridge] with token_file = "/etc/jagaloket/bridge.token"'
        raise ConfigError([f"bridge: the configuration has no such table; {example}"])
    prepare_state(folder)
    with alone(folder):
        wake.sign(folder)
        boot.begin(folder)
        Bridge(config, config.bridge, folder).run()
        with suppress(OSError):
            boot.end(folder)


class Bridge:
    """All of it. stop() ends run()."""

    def __init__(self, config: Config, settings: BridgeSettings, folder: Path) -> None:
        self._config, self._store = config, folder / STORE
        self._clock, self._manager = SystemClock(), ready.manager()
        self._stopping = threading.Event()
        self._webhooks = Counter({"accepted": 0, "refused": 0, "failed": 0})
        try:
            self._book = Ledger.open(self._store, zone=config.office.zone, policy=config.tickets)
        except (OSError, ValueError) as error:
            raise ConfigError([str(error)]) from error
        self._ledger = PerThread(lambda: self._open_ledger(), Ledger.shut)  # noqa: PLW0108 - tests put another there
        self._outbox = telling.outbox(config, self._open_ledger, self._clock)
        self._people = telling.people(config)
        self._intake = Intake(
            ledger=lambda: self._ledger(),  # noqa: PLW0108 - as above
            addressees=self._people,
            language=config.office.language,
            clock=self._clock,
            told=self._outbox.kick,
        )
        self.web = WebServer(
            settings,
            self._pages(),
            allowance=_ALLOWANCE,
            receivers={PATH: self._receive},
            token=settings.token_file,
        )

    def run(self) -> None:
        """Until stop() or a signal."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        if wake.SIGNAL is not None:
            signal.signal(wake.SIGNAL, lambda *_: self._outbox.kick())
        self.start()
        rounds = 0
        while not self._stopping.wait(_ROUND_SECONDS):
            rounds += 1
            if rounds % _ATTEND_ROUNDS == 0:
                self._attend()
            ready.feed_if_well(self._manager, self._critical())
        self._manager.stopping()
        self.end()

    def start(self) -> None:
        """Open the door. Raises ConfigError when the address cannot be used."""
        try:
            self.web.start()
        except OSError as error:
            raise ConfigError([str(error.strerror or error)]) from error
        self._outbox.start()
        host, port = self.web.address[:2]
        log.info("bridge: taking Alertmanager's webhooks at %s:%d%s", host, port, PATH)
        self._manager.ready("taking webhooks")

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()

    def end(self) -> None:
        """Close the door, then the store."""
        self.web.stop()
        self._outbox.stop(OUTBOX_STOP_SECONDS)
        self._book.shut()

    def _receive(self, request: Request) -> Answer:
        """One webhook. 2xx: all of it is on disk; 4xx: no repetition helps; 5xx: Alertmanager sends it again."""
        try:
            done = self._intake.take(parse(request.body))
        except PayloadError as error:
            self._webhooks["refused"] += 1
            log.warning("bridge: a webhook was refused: %s", error)
            return refusal(HTTPStatus.BAD_REQUEST, f"This webhook cannot be used: {error}.")
        except OSError as error:
            self._webhooks["failed"] += 1
            log.warning("bridge: a webhook could not be stored; it will come again: %s", clean(str(error), 200))
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The store cannot be written; send it again.")
        self._webhooks["accepted"] += 1
        return Answer(body=json.dumps(done).encode(), content_type="application/json")

    def _pages(self) -> Mapping[str, Page]:
        exporter = Exporter(
            panel=Panel(),
            ledger=lambda: self._ledger(),  # noqa: PLW0108 - as above
            functions=dict,
            office_open=lambda: self._config.office.is_open(self._clock.wall()),
            more={"bridge": self._samples},
        )
        return {"/metrics": metrics_page(exporter.render), "/health": health_page(self._critical)}

    def _samples(self) -> Iterator[Sample]:
        for outcome, count in self._webhooks.items():
            yield Sample(metric=names.BRIDGE_WEBHOOKS, value=count, labels=(SafeText(outcome),))
        yield from self._intake.samples()

    def _critical(self) -> Mapping[str, str]:
        """What only a new start mends."""
        return {
            "outbox": "" if self._outbox.is_alive else "the outbox has stopped",
            "web": "" if self.web.is_alive else "the web server has stopped",
        }

    def _attend(self) -> None:
        """Letters that had to wait, and tickets that nobody took up."""
        is_open = self._config.office.is_open(self._clock.wall()) is not False
        try:
            if self._book.attend(self._people, is_open=is_open):
                self._outbox.kick()
        except OSError as error:
            log.warning("tickets could not be attended to, the next minute tries again: %s", clean(str(error), 200))

    def _open_ledger(self) -> Ledger:
        """The ledger for one more thread."""
        return Ledger.open(self._store, zone=self._config.office.zone, check=False, policy=self._config.tickets)
