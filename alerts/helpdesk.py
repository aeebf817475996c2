"""What all real helpdesks have in common: look before creating, read back after, say each thing once.

None of them knows an idempotent create, so a lost answer is cured by looking: the key stands in the title, in any
state of the ticket, and what a search returns is compared here, for some searches return everything.
"""

import logging
import secrets
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NoReturn, TypeVar

from alerts import quorum
from alerts.desk import Desk, Errand, Remote
from alerts.incident import DeliveryError, Filed
from probes.text import clean

T = TypeVar("T")
log = logging.getLogger("jagaloket.desk")


@dataclass(kw_only=True)
class Helpdesk(Desk):
    """A desk with tickets that can be found and read.

    solve: solve a ticket of ours when its fault is over and nobody has taken it; else only a note says so.
    """

    looks_up: ClassVar[bool] = True
    tells_back: ClassVar[bool] = True
    solve: bool = True

    def deliver(self, errand: Errand) -> Filed | None:
        """Open a ticket once; later, add what is new to it."""
        if errand.remote_id:
            return self._add(errand, errand.remote_id)
        mine = self._search(errand.key)
        if mine:
            self._name_doubles(errand, mine)
            return self._settle(errand, mine[0]) if errand.opens else self._add(errand, mine[0])
        if errand.ends:
            return None  # nobody there heard of it
        return self._join(errand) or self._create(errand)

    def self_test(self) -> None:
        """Look whether token, rights and search are as they must be."""
        self.check()
        self._search(f"JL-0000-0000-{secrets.token_hex(6).upper()}")

    @abstractmethod
    def check(self) -> None:
        """Look whether token, rights, project and status names exist. Raises DeliveryError with the remedy."""

    @abstractmethod
    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """What a search for a key in titles returns, in any state: ids and titles; and whether that was all of it."""

    @abstractmethod
    def open(self, errand: Errand) -> str:
        """Create a ticket with the errand's title and body; its id."""

    @abstractmethod
    def look(self, remote_id: str) -> Remote | None:
        """The ticket as the desk has it; None when it is gone."""

    @abstractmethod
    def note(self, remote_id: str, text: str) -> None:
        """Add a note."""

    @abstractmethod
    def recover(self, remote_id: str, text: str) -> None:
        """Solve the ticket with a note; text "": the note stands there already."""

    @abstractmethod
    def reopen(self, remote_id: str) -> None:
        """Open a solved or closed ticket again."""

    def page(self, remote_id: str) -> str:
        """The ticket's page for people; "" when it is not known."""
        del remote_id
        return ""

    def _search(self, key: str) -> list[str]:
        """The ids of the tickets whose title bears the key, the oldest first."""
        rows, whole = self.find(key)
        hits = {number for number, title in rows if number and key in str(title)}
        if not hits and rows and not whole:
            msg = f"{self.url}: the search does not filter by title; check the rights of the token's user"
            raise DeliveryError(msg)
        return sorted(hits, key=lambda number: (len(number), number))

    def _join(self, errand: Errand) -> Filed | None:
        """Another counter's open ticket on the same fault, where it is now said that this one sees it, too."""
        for one in self._search(errand.shared) if errand.shared else ():
            remote = self.look(one)
            if remote is None:
                self._contradict(one)
            elif not remote.closed:
                self._tell(errand, one)
                return self._place(one)
        return None

    def _create(self, errand: Errand) -> Filed:
        """A ticket of this counter's own."""
        made = self.open(errand)
        self._read_back(made, errand.key)
        return self._settle(errand, made)

    def _settle(self, errand: Errand, made: str) -> Filed:
        """Of the tickets that two counters opened at the same moment the elder stays."""
        found = self._search(errand.shared) if errand.shared else [made]
        if made not in found:
            log.info("%s: the search does not find ticket %s yet", self.url, clean(made))
        elder = next((one for one in found if one != made and self._is_before(one, made)), "")
        if not elder:
            return self._place(made)
        mark = f"[{errand.key}/double]"
        if not self._was_said(made, mark):
            self.recover(made, f"{errand.say.phrase('desk.double', ticket=elder)}\n\n{mark}")
        self._tell(errand, elder)
        return self._place(elder)

    def _is_before(self, one: str, made: str) -> bool:
        if (len(one), one) > (len(made), made):
            return False
        remote = self.look(one)
        return remote is not None and not remote.closed

    def _read_back(self, made: str, key: str) -> None:
        """What was created must be there and bear its key: desks drop what they are sent, or answer too early."""
        remote = self._after(made)
        if remote is None or key not in remote.title:
            msg = f"{self.url}: ticket {clean(made)} was created, they say, but it is not there with its key"
            raise DeliveryError(msg, uncertain=True)

    def _name_doubles(self, errand: Errand, found: list[str]) -> None:
        for double in found[1:]:
            log.warning("%s: ticket %s doubles ticket %s", self.url, clean(double), clean(found[0]))
            text = errand.say.phrase("desk.double", ticket=found[0])
            self._say(double, f"[{errand.key}/double]", text, again=True)

    def _add(self, errand: Errand, remote_id: str) -> Filed | None:
        """Tell something new of a ticket that the desk has; nothing twice."""
        remote = self.look(remote_id)
        if remote is None:
            if remote_id in self._search(errand.shared or errand.key):
                self._contradict(remote_id)
            log.info("%s: ticket %s is gone", self.url, clean(remote_id))
            return None if errand.ends else self._join(errand) or self._create(errand)
        if errand.ends:
            return self._over(errand, remote)
        reopened = errand.opens and remote.closed
        if reopened:
            if (joined := self._join(errand)) is not None:
                return joined
            self.reopen(remote_id)
        self._say(remote_id, errand.mark, errand.text, again=errand.again)
        return self._place(remote_id, closed=False if reopened else None)

    def _over(self, errand: Errand, remote: Remote) -> Filed:
        """The fault has ended: solve the ticket, if that is for us to do."""
        here, text = remote.remote_id, errand.body
        notes = [one.text for one in self.notes(here, 0)] if errand.again or errand.shared else []
        said = any(errand.mark in one for one in notes)
        if errand.shared and quorum.others(errand.key, remote.title, notes):
            partly = errand.say.phrase("desk.partly", place=errand.place)
            self._say(here, errand.mark, f"{partly}\n\n{text}", again=said)
            return self._place(here)
        if remote.closed or remote.taken or not self.solve:
            self._say(here, errand.mark, text, again=said)
            return self._place(here, closed=True if said and remote.closed else None)
        self.recover(here, "" if said else text)
        return self._place(here, closed=self._is_solved(errand, here))

    def _is_solved(self, errand: Errand, here: str) -> bool | None:
        """Whether the ticket is closed now, or at least says that the fault is over."""
        solved = self._after(here)
        if solved is None or not self._was_said(here, errand.mark):
            msg = f"{self.url}: ticket {clean(here)} was solved, they say, but the note is not there"
            raise DeliveryError(msg, uncertain=True)
        if not solved.closed:
            log.warning("%s: ticket %s could not be solved; check the rights", self.url, clean(here))
        return solved.closed or None

    def _tell(self, errand: Errand, remote_id: str) -> None:
        also = errand.say.phrase("desk.also-seen", place=errand.place)
        self._say(remote_id, errand.mark, f"{also}\n\n{errand.text}", again=errand.again)

    def _say(self, remote_id: str, mark: str, text: str, *, again: bool) -> None:
        """A note, once, that can be read afterwards."""
        if again and self._was_said(remote_id, mark):
            return
        self.note(remote_id, text if mark in text else f"{text}\n\n{mark}")
        if not self._was_said(remote_id, mark):
            msg = f"{self.url}: a note to ticket {clean(remote_id)} was accepted, but is not there"
            raise DeliveryError(msg, uncertain=True)

    def _contradict(self, remote_id: str) -> NoReturn:
        """A page that is not there for a moment, before a proxy for instance, is no ticket that is gone."""
        msg = f"{self.url}: ticket {clean(remote_id)} is found, but cannot be read; check the rights and the way there"
        raise DeliveryError(msg)

    def _was_said(self, remote_id: str, mark: str) -> bool:
        return any(mark in one.text for one in self._reading(lambda: self.notes(remote_id, 0)))

    def _after(self, remote_id: str) -> Remote | None:
        return self._reading(lambda: self.look(remote_id))

    def _reading(self, read: Callable[[], T]) -> T:
        """Something that is read beside a write: if that fails, it is not known what the write did."""
        try:
            return read()
        except DeliveryError as error:
            raise DeliveryError(str(error), uncertain=True, wait_seconds=error.wait_seconds) from None

    def _place(self, remote_id: str, *, closed: bool | None = None) -> Filed:
        return Filed(remote_id=remote_id, url=self.page(remote_id), closed=closed)
