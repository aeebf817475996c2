"""What a ticket desk is: a helpdesk that mirrors the local tickets. One file in alerts/tickets/ is one desk."""

import ipaddress
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from alerts.incident import DeliveryError, Filed
from alerts.words import Words
from probes.reading import NO_TEXT, Severity
from probes.secret import Secret
from probes.text import SafeText

if TYPE_CHECKING:
    from alerts.http import Http

_LONGEST_TIMEOUT = 120.0
_LONGEST_SETTLE = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to tell a desk.

    key: this counter's name for the ticket, the same over all tries and for the ticket's whole life. shared: what all
    counters that see this fault call it, "" where only this one can. remote_id: what the desk calls the ticket, ""
    when that is not known. step: what this errand is called within the ticket ("recovered-17"). again: an earlier
    try may have arrived. ends: the fault is over. place: which counter speaks. facts: the ticket for programs.
    """

    key: str
    step: str
    title: SafeText
    text: str
    severity: Severity
    say: Words
    place: str
    shared: str = ""
    remote_id: str = ""
    opens: bool = False
    ends: bool = False
    again: bool = True
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What stands in a note, by which it is found again, and known as ours."""
        return f"[{self.key}/{self.step}]"

    @property
    def body(self) -> str:
        """The text and the mark."""
        return f"{self.text}\n\n{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A ticket as the desk has it. person: who has it in hand."""

    remote_id: str
    title: SafeText
    taken: bool = False
    closed: bool = False
    person: SafeText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteNote:
    """A note at the desk. id: grows from note to note."""

    id: int
    author: SafeText
    text: SafeText


@dataclass(kw_only=True)
class Desk(ABC):
    """A place that is told of tickets. A subclass is a dataclass whose fields are its options under [desk.NAME].

    Every method ends within a deadline and raises DeliveryError: uncertain where the desk may have accepted.
    url: where its interface is. ca_file: certificates to trust instead of the system's. timeout_seconds: for one
    question and its whole answer. settle_seconds: how long an uncertain try rests before it is looked up.
    poll_seconds: how often each ticket is looked at for what people did at the desk; 0: never.
    """

    looks_up: ClassVar[bool] = False
    tells_back: ClassVar[bool] = False
    """Whether look() and notes() know what people do there."""
    url: str
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    settle_seconds: float = 300.0
    poll_seconds: float = 300.0
    _http: "Http | None" = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not _is_plain(self.url):
            msg = 'url: write it as "https://helpdesk.example.go.id/...", without user, password, ? and #'
            raise ValueError(msg)
        if parts.scheme == "http" and not _is_loopback(parts.hostname):
            msg = "url: http:// would send the token in clear text; write https://"
            raise ValueError(msg)
        if not 0 < self.timeout_seconds <= _LONGEST_TIMEOUT:
            msg = f"timeout_seconds: must be above 0 and at most {_LONGEST_TIMEOUT:.0f}"
            raise ValueError(msg)
        if not self.timeout_seconds <= self.settle_seconds <= _LONGEST_SETTLE:
            msg = "settle_seconds: from timeout_seconds to 86400; what is still on its way is not found earlier"
            raise ValueError(msg)
        if self.poll_seconds != 0 and not 30 <= self.poll_seconds <= _LONGEST_SETTLE:  # noqa: PLR2004 - half a minute
            msg = "poll_seconds: 0, or from 30 to 86400"
            raise ValueError(msg)

    @abstractmethod
    def deliver(self, errand: Errand) -> Filed | None:
        """Tell the desk; the same errand twice must change nothing. Returns where it keeps the ticket."""

    @abstractmethod
    def self_test(self) -> None:
        """Look whether everything that deliver() needs is there. Raises DeliveryError with the remedy."""

    def look(self, remote_id: str) -> Remote | None:
        """The ticket as the desk has it; None when it is gone or the desk cannot tell."""
        del remote_id
        return None

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """What was written at the desk since a note, oldest first."""
        del remote_id, after
        return ()

    def close(self) -> None:
        """Log out and hang up; the next method logs in again."""
        http, self._http = self._http, None
        if http is not None:
            try:
                self._leave(http)
            finally:
                http.close()

    def _line(self) -> "Http":
        """The connection, logged in."""
        if self._http is None:
            from alerts.http import Http  # noqa: PLC0415 - requests costs 7 MiB that only who uses a desk pays

            http = Http(self.url, timeout_seconds=self.timeout_seconds, ca_file=self.ca_file)
            try:
                self._enter(http)
            except DeliveryError as error:
                http.close()
                raise DeliveryError(str(error), wait_seconds=error.wait_seconds) from None  # nothing was told yet
            self._http = http
        return self._http

    def _enter(self, http: "Http") -> None:  # noqa: B027 - some desks sign each request instead
        """Put the credentials where this desk wants them, and log in."""

    def _leave(self, http: "Http") -> None:  # noqa: B027 - most desks keep no session
        """Log out. Raises nothing."""

    def _secret(self, secret: Secret, http: "Http") -> str:
        """A secret's value, which no message will show. Raises DeliveryError when its file cannot be read."""
        try:
            value = secret.reveal()
        except (OSError, ValueError):
            # The error's own words may quote what stands in the file.
            msg = f"the secret file {secret.path} cannot be read; check the file and its rights"
            raise DeliveryError(msg) from None
        if not value.isascii() or not value.isprintable():
            msg = f"the secret in {secret.path} is not plain ASCII; write it anew"
            raise DeliveryError(msg)
        http.hide.add(value)
        return value


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and not set(url) & set("@?# \\")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
