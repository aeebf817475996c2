"""E-mail: the settings of [mail], and the channel that sends one letter to one addressee."""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from alerts.incident import Addressee, Notice, Ticket
from alerts.line import SETTLE_SECONDS
from alerts.manner import Manner
from alerts.office import Office
from alerts.sorter import Sorter
from alerts.words import languages
from probes.secret import Secret

CHANNEL = "mail"
Security = Literal["none", "starttls", "tls"]
_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,180}[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9:](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_MOST_ADDRESSEES = 50
_LONGEST_TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTo(Manner):
    """One addressee. role: "office" gets plain words, "technician" all details. language: None for the office's.

    The other options: see Manner.
    """

    address: str
    role: Literal["office", "technician"] = "office"
    language: str | None = None

    def __post_init__(self) -> None:
        Manner.__post_init__(self)
        check_address("address", self.address)
        if self.language is not None and self.language not in languages():
            msg = f"language: there is no {self.language!r}; write one of {', '.join(languages())}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The options of [mail].

    port: None for the usual one (none 25, starttls 587, tls 465). ca_file: certificates to trust instead of
    the system's. timeout_seconds: for each step; a whole letter takes at most three times as long.
    """

    server: str
    sender: str
    to: tuple[MailTo, ...]
    port: int | None = None
    security: Security = "starttls"
    username: str = ""
    password_file: Secret | None = None
    ca_file: Path | None = None
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.server):
            msg = "server: must be a host name or an address, without port; write the port as port ="
            raise ValueError(msg)
        check_address("sender", self.sender)
        if self.port is not None and not 1 <= self.port <= 65_535:  # noqa: PLR2004 - TCP's ports
            msg = "port: must be 1 to 65535"
            raise ValueError(msg)
        if not 0 < self.timeout_seconds <= _LONGEST_TIMEOUT:
            msg = f"timeout_seconds: must be above 0 and at most {_LONGEST_TIMEOUT}"
            raise ValueError(msg)
        self._check_login()
        self._check_addressees()

    @property
    def effective_port(self) -> int:
        """The port to connect to."""
        return self.port if self.port is not None else _PORTS[self.security]

    def _check_login(self) -> None:
        if bool(self.username) != (self.password_file is not None):
            msg = "username: needs password_file beside it, and the other way round; write both or neither"
            raise ValueError(msg)
        if self.username and (not self.username.isprintable() or not self.username.isascii()):
            msg = "username: must be plain ASCII"
            raise ValueError(msg)
        if self.username and self.security == "none" and not _is_loopback(self.server):
            msg = 'security: "none" would send the password in clear text; write "starttls" or "tls"'
            raise ValueError(msg)

    def _check_addressees(self) -> None:
        addresses = [one.address.lower() for one in self.to]
        if not addresses:
            msg = 'to: nobody would get a letter; write a [[mail.to]] with address = "..."'
            raise ValueError(msg)
        if len(addresses) > _MOST_ADDRESSEES:
            msg = f"to: at most {_MOST_ADDRESSEES} addressees; use a mailing list"
            raise ValueError(msg)
        twice = {one for one in addresses if addresses.count(one) > 1}
        if twice:
            msg = f"to: {min(twice)} stands twice; name each address once"
            raise ValueError(msg)


def check_address(option: str, address: str) -> None:
    """Raise ValueError when this is no usable ASCII mail address (RFC 5321 section 4.1.2, without quoting)."""
    if not _ADDRESS.fullmatch(address) or ".." in address:
        msg = f'{option}: this is no mail address; write it as "name@example.go.id"'
        raise ValueError(msg)


def addressees(settings: MailSettings, default_language: str) -> tuple[Addressee, ...]:
    """Who gets letters, as the ledger knows them."""
    return tuple(
        Addressee(channel=CHANNEL, address=one.address, role=one.role, language=one.language or default_language)
        for one in settings.to
    )


def sorter(
    settings: MailSettings,
    office: Office,
    clock: Callable[[], float] = time.time,
    settling: Mapping[str, float] = MappingProxyType({}),
    *,
    trusted: Callable[[], bool] = lambda: True,
) -> Sorter:
    """What holds back and folds the letters to these addressees. settling, trusted: as in Sorter."""
    return Sorter(CHANNEL, {one.address: one for one in settings.to}, office, clock, settling, trusted=trusted)


class Mail:
    """The channel "mail". clock: UTC epoch seconds, for the date of sending."""

    name = CHANNEL
    settle_seconds = SETTLE_SECONDS
    looks_up = False

    def __init__(self, settings: MailSettings, office: Office, *, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._office, self._clock = settings, office, clock

    def send(self, notice: Notice, ticket: Ticket) -> None:
        """Send one letter to its addressee. Raises DeliveryError."""
        # Mail and SMTP cost 6 MiB: only an agent that has something to tell pays for them.
        from alerts import lettertext, smtp  # noqa: PLC0415 - imported late for the reason above

        text = lettertext.write(notice, ticket, self._office, now=self._clock())
        message = smtp.compose(notice, sender=self._settings.sender, name=self._office.counter, text=text)
        smtp.deliver(self._settings, notice.addressee.address, message)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
