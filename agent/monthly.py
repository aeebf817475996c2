"""Mails the monthly report on the first working day, once, when the office is open."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from agent.clock import Clock
from agent.config import Config
from alerts.disk import make_folder
from alerts.ledger import Ledger
from alerts.letter import MailSettings
from alerts.office import Office
from alerts.reportmail import file_of, readers
from alerts.servicetime import month, month_before
from alerts.words import words
from probes.text import clean
from probes.wire.clock import trusted

log = logging.getLogger("jagaloket.monthly")

REPORTS = "reports"
KEPT_FILES = 48
AGAIN_SECONDS = 3_600.0
"""After a report that could not be made."""
_LATE_DAYS = 10
"""Who asks for reports late in a month is sent none of the month before."""
_FRIDAY = 4
_MORNING = 8


def _beside(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="report", daemon=True).start()


class MonthlyReport:
    """keep() is called once a minute in the watch's thread; the report is made beside it, in a thread of its own.

    open_ledger: the ledger for one more thread. folder: where the PDFs lie. told: called when there is one to send.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it knows, and whom it tells
        self,
        config: Callable[[], Config],
        open_ledger: Callable[[], Ledger],
        folder: Path,
        clock: Clock,
        told: Callable[[], None],
        is_trusted: Callable[[], bool] = trusted,
        beside: Callable[[Callable[[], None]], None] = _beside,
    ) -> None:
        self._config, self._open_ledger, self._folder = config, open_ledger, folder
        self._clock, self._told, self._is_trusted, self._beside = clock, told, is_trusted, beside
        self._dealt = ""
        self._rests_until = 0.0
        self._busy = False

    def keep(self) -> None:
        """See whether a report is due; make it then."""
        config, now = self._config(), self._clock.wall()
        if not config.report.mail or config.mail is None or self._busy or self._clock.monotonic() < self._rests_until:
            return
        name = month_before(config.office, now)
        if self._dealt >= name or not self._is_trusted() or not is_due(config.office, now):
            return
        self._busy = True
        self._beside(lambda: self._work(config, config.mail, name, now))

    def _work(self, config: Config, mail: MailSettings | None, name: str, now: float) -> None:
        try:
            book = self._open_ledger()
            try:
                self._post(book, config, mail, name, now)
            finally:
                book.shut()
        except (OSError, ValueError) as error:
            log.warning("the report of %s was not made, next try in an hour: %s", name, clean(str(error), 200))
            self._rests_until = self._clock.monotonic() + AGAIN_SECONDS
        else:
            self._dealt = name
        finally:
            self._busy = False

    def _post(self, book: Ledger, config: Config, mail: MailSettings | None, name: str, now: float) -> None:
        last = book.monthly.last()
        if last >= name or mail is None:
            return
        late = not last and config.office.local(now).day > _LATE_DAYS
        if late or not book.chronicle.between(*month(config.office, name)):
            book.monthly.skip(name)
            return
        to = readers(mail, config.office.language)
        self._write(book, config, name, now, {one.language for one in to})
        title = words(config.office.language).phrase("report.title")
        if book.monthly.post(name, f"{title} {name}", to):
            log.info("the report of %s goes to %d addressees", name, len(to))
            self._told()

    def _write(self, book: Ledger, config: Config, name: str, now: float, languages: set[str]) -> None:
        """The PDFs, before anything says that they are to be sent."""
        from agent import reportforms, reporting  # noqa: PLC0415 - once a month

        make_folder(self._folder)
        report = reporting.make(book, config, name, now)
        for language in languages:
            file = file_of(self._folder, name, language)
            fresh = file.with_suffix(".new")
            fresh.write_bytes(reportforms.write(report, config.report, form="pdf", language=language))
            fresh.replace(file)
        for old in sorted(self._folder.glob("*.pdf"))[:-KEPT_FILES]:
            old.unlink(missing_ok=True)


def is_due(office: Office, now: float) -> bool:
    """Whether it is a working day of the month, in working hours; the first that the PC sees will do."""
    is_open = office.is_open(now)
    if is_open is not None:
        return is_open
    moment = office.local(now)
    return moment.weekday() <= _FRIDAY and moment.hour >= _MORNING
