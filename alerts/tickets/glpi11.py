"""GLPI 11 by its new interface, api.php (its own documentation at api.php/doc), version 2.

The version stands in the url, for one without serves whatever is newest. Posting a followup answers 404 although it
was done (#24506), so what a write answers is never the last word: see alerts/helpdesk.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from alerts import glpi
from alerts.desk import Errand, Remote, RemoteNote
from alerts.helpdesk import Helpdesk
from alerts.loose import items, number, table, words
from probes.secret import Secret

if TYPE_CHECKING:
    from alerts.http import Http

_MOST = 100
_USER = re.compile(r"/user\.form\.php\?id=(\d+)$")


@dataclass(kw_only=True)
class Glpi11(Helpdesk):
    """GLPI 11 or newer. url: with the version, ".../api.php/v2.3". category: by the rules there when None.

    client_id, client_secret_file: of an OAuth client with the password grant and the scope "api". username,
    password_file: in whose name tickets are written.
    """

    client_id: str
    client_secret_file: Secret
    username: str
    password_file: Secret
    category: int | None = None
    settle_seconds: float = 120.0
    _us: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not re.search(r"/api\.php/v2(\.\d+)*/?$", self.url):
            msg = 'url: name the version, as in "https://helpdesk.example.go.id/api.php/v2.3"'
            raise ValueError(msg)

    def check(self) -> None:
        """Login, and the right to see tickets."""
        self.find("JL-0000-0000")

    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """By title (RSQL), the newest first."""
        query: dict[str, str | int] = {"filter": f"name=like=*{key}*", "sort": "id:desc", "limit": _MOST}
        reply = self._line().get("/Assistance/Ticket", query)
        listed = reply.json()
        if not isinstance(listed, list):
            reply.reject("is no list of tickets")
        rows = [(number(row.get("id")), row.get("name")) for row in items(listed) if row.get("is_deleted") is not True]
        return rows, len(listed) < _MOST

    def open(self, errand: Errand) -> str:
        """POST /Assistance/Ticket."""
        ticket: dict[str, object] = {
            "name": errand.title,
            "content": glpi.rich(errand.body),
            "type": glpi.INCIDENT,
            "urgency": glpi.URGENCY[errand.severity],
            "external_id": errand.key,
        }
        if self.category is not None:
            ticket["category"] = self.category
        reply = self._line().write("POST", "/Assistance/Ticket", ticket)
        made = number(table(reply.json()).get("id"))
        if not made:
            reply.reject("names no ticket")
        return made

    def look(self, remote_id: str) -> Remote | None:
        """GET /Assistance/Ticket/ID, and who has it; what is in the dustbin is gone."""
        reply = self._line().seek(f"/Assistance/Ticket/{remote_id}")
        if reply is None:
            return None
        ticket = table(reply.json())
        if number(ticket.get("id")) != remote_id:
            reply.reject("is not this ticket")
        if ticket.get("is_deleted") is True:
            return None
        person = self._technician(remote_id)
        status = number(table(ticket.get("status")).get("id"))
        return Remote(
            remote_id=remote_id,
            title=words(ticket.get("name")),
            taken=bool(person),
            closed=status in (str(glpi.SOLVED), str(glpi.CLOSED)),
            person=words(person),
        )

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """The followups and solutions."""
        return glpi.notes(self._timeline(remote_id, "Followup"), self._timeline(remote_id, "Solution"), after)

    def note(self, remote_id: str, text: str) -> None:
        """POST a followup."""
        self._post("Followup", remote_id, text)

    def recover(self, remote_id: str, text: str) -> None:
        """POST a solution, which solves the ticket; where it stands already, the status alone."""
        if text:
            self._post("Solution", remote_id, text)
        else:
            self._status(remote_id, glpi.SOLVED)

    def reopen(self, remote_id: str) -> None:
        """PATCH the status."""
        self._status(remote_id, glpi.ASSIGNED)

    def page(self, remote_id: str) -> str:
        """The ticket's page."""
        return f"{self.url.partition('/api.php')[0]}/front/ticket.form.php?id={remote_id}"

    def _enter(self, http: "Http") -> None:
        form = {
            "grant_type": "password",
            "client_id": self.client_id,
            "client_secret": self._secret(self.client_secret_file, http),
            "username": self.username,
            "password": self._secret(self.password_file, http),
            "scope": "api",
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = http.write("POST", "/token", urlencode(form).encode(), headers=kind)
        token = table(reply.json()).get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token or not token:
            reply.reject("holds no token")
        http.hide.add(token)
        http.headers["Authorization"] = f"Bearer {token}"
        session = http.seek("/Session")
        self._us = number(table(session.json()).get("user_id")) if session is not None else ""

    def _technician(self, remote_id: str) -> str:
        """Who has it in hand; a group alone has not begun."""
        listed = items(self._line().get(f"/Assistance/Ticket/{remote_id}/TeamMember").json())
        for one in listed:
            user = _USER.search(words(one.get("href")))
            if one.get("role") == "assigned" and user is not None and user[1] != self._us:
                return words(one.get("display_name")) or words(one.get("name")) or user[1]
        return ""

    def _timeline(self, remote_id: str, kind: str) -> list[dict[str, object]]:
        """Each item stands bare or inside of {type, item}, by version."""
        reply = self._line().get(f"/Assistance/Ticket/{remote_id}/Timeline/{kind}")
        listed = reply.json()
        if not isinstance(listed, list):
            reply.reject(f"is no list of {kind}")
        return [table(one.get("item", one)) for one in items(listed)]

    def _post(self, kind: str, remote_id: str, text: str) -> None:
        path = f"/Assistance/Ticket/{remote_id}/Timeline/{kind}"
        self._line().write("POST", path, {"content": glpi.rich(text)})

    def _status(self, remote_id: str, status: int) -> None:
        self._line().write("PATCH", f"/Assistance/Ticket/{remote_id}", {"status": {"id": status}})
