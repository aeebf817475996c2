"""The channel that mails the monthly report: a short letter with the PDF. Never folded into others' letters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alerts.incident import REPORT, Addressee, DeliveryError, Notice, Ticket
from alerts.letter import MailSettings, addressees
from alerts.line import SETTLE_SECONDS
from alerts.office import Office
from alerts.words import words
from probes.text import clean

CHANNEL = "report"


def readers(settings: MailSettings, default_language: str) -> Sequence[Addressee]:
    """Who gets the report: all who get letters."""
    return tuple(replace(one, channel=CHANNEL) for one in addressees(settings, default_language))


def file_of(folder: Path, month: str, language: str) -> Path:
    """Where a month's report lies until it is mailed, and after. month: 2026-10."""
    return folder / f"{month}.{language}.pdf"


class ReportMail:
    """The channel "report". folder: where the PDFs lie."""

    name = CHANNEL
    settle_seconds = SETTLE_SECONDS
    looks_up = False

    def __init__(self, settings: MailSettings, office: Office, folder: Path) -> None:
        self._settings, self._office, self._folder = settings, office, folder

    def send(self, notice: Notice, ticket: Ticket) -> None:
        """Send one report to its addressee. Raises DeliveryError."""
        from alerts import smtp  # noqa: PLC0415 - 6 MiB, once a month
        from alerts.lettertext import LetterText  # noqa: PLC0415

        month, language = ticket.device.id.removeprefix(f"{REPORT}-"), notice.addressee.language
        file = file_of(self._folder, month, language)
        try:
            content = file.read_bytes()
        except OSError as error:
            msg = f"{file} cannot be read: {error.strerror}; make it again: jagaloket report --month {month}"
            raise DeliveryError(msg, permanent=isinstance(error, FileNotFoundError)) from error
        say = words(language)
        place = " · ".join(filter(None, (self._office.name, self._office.counter)))
        name = say.month(datetime.strptime(month, "%Y-%m").replace(tzinfo=self._office.zone))
        text = LetterText(
            subject=clean(say.phrase("report.letter.subject", month=name, place=place), 200),
            body=say.phrase("report.letter.text", month=name) + f"\n\n-- \n{say.phrase('letter.footer')}\n",
            files={f"{say.phrase('report.letter.file')}-{month}.pdf": content},
        )
        message = smtp.compose(notice, sender=self._settings.sender, name=self._office.counter, text=text)
        smtp.deliver(self._settings, notice.addressee.address, message)
