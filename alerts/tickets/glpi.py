"""GLPI 10 by its legacy interface, apirest.php (apirest.md in its sources), which 11 still has.

A session is opened and closed for each burst of requests: three million session files in two weeks are on record
(#13841). The key stands in the title: external ids came with 11 only.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts import glpi
from alerts.desk import Errand, Remote, RemoteNote
from alerts.helpdesk import Helpdesk
from alerts.incident import DeliveryError
from alerts.loose import items, number, table, words
from probes.secret import Secret

if TYPE_CHECKING:
    from alerts.http import Http, Reply

log = logging.getLogger("jagaloket.desk")

_NAME, _ID = "1", "2"
"""Search options of every ticket."""
_PAGE = "0-99"
_TECHNICIAN = 2


@dataclass(kw_only=True)
class Glpi(Helpdesk):
    """GLPI. url: up to and with apirest.php. entity, category: the user's default when None."""

    user_token_file: Secret
    app_token_file: Secret | None = None
    entity: int | None = None
    category: int | None = None
    settle_seconds: float = 120.0
    _us: str = field(default="", init=False, repr=False, compare=False)

    def check(self) -> None:
        """Token, and the right to see tickets."""
        self._search_page("JL-0000-0000")

    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """By title, the newest first; in every state, but not in the dustbin."""
        page = self._search_page(key)
        rows = [(number(row.get(_ID)), row.get(_NAME)) for row in items(page.get("data"))]
        total = page.get("totalcount")
        return rows, isinstance(total, int) and total <= len(rows)

    def open(self, errand: Errand) -> str:
        """POST /Ticket."""
        wishes = {"entities_id": self.entity, "itilcategories_id": self.category}
        ticket: dict[str, object] = {
            "name": errand.title,
            "content": glpi.rich(errand.body),
            "type": glpi.INCIDENT,
            "urgency": glpi.URGENCY[errand.severity],
        }
        ticket |= {name: value for name, value in wishes.items() if value is not None}
        return _made(self._line().write("POST", "/Ticket", {"input": ticket}))

    def look(self, remote_id: str) -> Remote | None:
        """GET /Ticket/ID, and who has it; what is in the dustbin is gone."""
        reply = self._line().seek(f"/Ticket/{remote_id}")
        if reply is None:
            return None
        ticket = table(reply.json())
        if number(ticket.get("id")) != remote_id:
            reply.reject("is not this ticket")
        if ticket.get("is_deleted") in (1, "1", True):
            return None
        person = self._technician(remote_id)
        return Remote(
            remote_id=remote_id,
            title=words(ticket.get("name")),
            taken=bool(person),
            closed=number(ticket.get("status")) in (str(glpi.SOLVED), str(glpi.CLOSED)),
            person=words(person),
        )

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """The followups and solutions, the newest hundred of each."""
        return glpi.notes(self._sub(remote_id, "ITILFollowup"), self._sub(remote_id, "ITILSolution"), after)

    def note(self, remote_id: str, text: str) -> None:
        """POST /ITILFollowup."""
        self._post("ITILFollowup", remote_id, text)

    def recover(self, remote_id: str, text: str) -> None:
        """A solution, which solves the ticket; where it stands already, the status alone."""
        if text:
            self._post("ITILSolution", remote_id, text)
        else:
            self._line().write("PUT", f"/Ticket/{remote_id}", {"input": {"status": glpi.SOLVED}})

    def reopen(self, remote_id: str) -> None:
        """PUT the status."""
        self._line().write("PUT", f"/Ticket/{remote_id}", {"input": {"status": glpi.ASSIGNED}})

    def page(self, remote_id: str) -> str:
        """The ticket's page."""
        return f"{self.url.rstrip('/').removesuffix('/apirest.php')}/front/ticket.form.php?id={remote_id}"

    def _enter(self, http: "Http") -> None:
        if self.app_token_file is not None:
            http.headers["App-Token"] = self._secret(self.app_token_file, http)
        http.headers["Authorization"] = f"user_token {self._secret(self.user_token_file, http)}"
        reply = http.get("/initSession")
        token = table(reply.json()).get("session_token")
        if not isinstance(token, str) or not token.isascii() or not token.isalnum():
            reply.reject("holds no session token")
        http.hide.add(token)
        del http.headers["Authorization"]
        http.headers["Session-Token"] = token
        session = table(table(http.get("/getFullSession").json()).get("session"))
        self._us = number(session.get("glpiID"))

    def _leave(self, http: "Http") -> None:
        try:
            http.get("/killSession")
        except DeliveryError as error:
            log.debug("%s: the session was not closed: %s", self.url, error)

    def _search_page(self, key: str) -> dict[str, object]:
        query: dict[str, str | int] = {
            "criteria[0][field]": _NAME,
            "criteria[0][searchtype]": "contains",
            "criteria[0][value]": key,
            "forcedisplay[0]": _NAME,
            "forcedisplay[1]": _ID,
            "sort": _ID,
            "order": "DESC",
            "range": _PAGE,
        }
        reply = self._line().get("/search/Ticket", query)
        page = table(reply.json())
        if not isinstance(page.get("totalcount"), int) or not isinstance(page.get("data", []), list):
            reply.reject("is no list of tickets")
        return page

    def _sub(self, remote_id: str, kind: str) -> list[dict[str, object]]:
        query: dict[str, str | int] = {"range": _PAGE, "sort": "id", "order": "DESC", "expand_dropdowns": "true"}
        reply = self._line().get(f"/Ticket/{remote_id}/{kind}", query)
        listed = reply.json()
        if not isinstance(listed, list):
            reply.reject(f"is no list of {kind}")
        return items(listed)

    def _technician(self, remote_id: str) -> str:
        """Who has it in hand, by number, or by name where that may be seen; a group alone has not begun."""
        listed = items(self._line().get(f"/Ticket/{remote_id}/Ticket_User").json())
        actors = [number(one.get("users_id")) for one in listed if number(one.get("type")) == str(_TECHNICIAN)]
        found = next((one for one in actors if one and one != self._us), "")
        if not found:
            return ""
        reply = self._line().seek(f"/User/{found}")
        return (words(table(reply.json()).get("name")) if reply is not None else "") or found

    def _post(self, kind: str, remote_id: str, text: str) -> None:
        data = {"itemtype": "Ticket", "items_id": int(remote_id), "content": glpi.rich(text)}
        _made(self._line().write("POST", f"/{kind}", {"input": data}))


def _made(reply: "Reply") -> str:
    made = number(table(reply.json()).get("id"))
    if not made:
        reply.reject("names nothing that was made")
    return made
