"""Request Tracker 5 by its REST 2.0 interface (docs: RT::REST2); tried against a real 5.0.3.

It answers 200 with a text where it did not do what was asked, drops fields that it does not know, and caps a page
at 100 tickets.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.desk import Errand, Remote, RemoteNote
from alerts.helpdesk import Helpdesk
from alerts.incident import DeliveryError
from alerts.loose import items, number, table, words
from probes.secret import Secret
from probes.text import SafeText, clean

if TYPE_CHECKING:
    from alerts.http import Http

_CLOSED = frozenset({"resolved", "rejected", "deleted"})
_NOBODY = "Nobody"
_MOST_NOTES = 100
_NOTE_LIMIT_BYTES = 4_000


@dataclass(kw_only=True)
class RequestTracker(Helpdesk):
    """A queue of Request Tracker. url: up to and without /REST/2.0; solved: the status that solves a ticket."""

    token_file: Secret
    queue: str = "General"
    solved: str = "resolved"
    settle_seconds: float = 120.0

    def check(self) -> None:
        """Token, queue and its rights."""
        queue = self._line().get(f"/REST/2.0/queue/{_quoted(self.queue)}").json()
        if table(queue).get("Name") != self.queue:
            msg = f"there is no queue {clean(self.queue)!r} at {self.url}, or its tickets may not be seen; check queue"
            raise DeliveryError(msg)

    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """TicketSQL; merged and resolved tickets are found, too."""
        query: dict[str, str | int] = {
            "query": f"Subject LIKE '{key}'",
            "fields": "Subject",
            "per_page": 100,
            "orderby": "id",
        }
        reply = self._line().get("/REST/2.0/tickets", query)
        page = table(reply.json())
        if not isinstance(page.get("items"), list):
            reply.reject("is no list of tickets")
        rows = [(number(row.get("id")), row.get("Subject")) for row in items(page["items"])]
        return rows, "next_page" not in page

    def open(self, errand: Errand) -> str:
        """POST /ticket."""
        data = {"Queue": self.queue, "Subject": errand.title, "Content": errand.body, "ContentType": "text/plain"}
        reply = self._line().write("POST", "/REST/2.0/ticket", data)
        made = number(table(reply.json()).get("id"))
        if not made:
            reply.reject("names no ticket")
        return made

    def look(self, remote_id: str) -> Remote | None:
        """GET /ticket/ID; a merged ticket answers as the one that it was merged into."""
        reply = self._line().seek(f"/REST/2.0/ticket/{remote_id}")
        if reply is None:
            return None
        ticket = table(reply.json())
        if not number(ticket.get("id")):
            reply.reject("is no ticket")
        owner = words(table(ticket.get("Owner")).get("id"))
        return Remote(
            remote_id=remote_id,
            title=words(ticket.get("Subject")),
            taken=owner not in ("", _NOBODY),
            closed=ticket.get("Status") in _CLOSED or ticket.get("Status") == self.solved,
            person=SafeText("") if owner == _NOBODY else owner,
        )

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """The plain texts of comments, replies and the ticket itself, the newest hundred, in one request."""
        fields: dict[str, str | int] = {"fields": "ContentType,Content,TransactionId,Creator", "per_page": _MOST_NOTES}
        reply = self._line().get(
            f"/REST/2.0/ticket/{remote_id}/attachments", {**fields, "orderby": "id", "order": "DESC"}
        )
        page = table(reply.json())
        if not isinstance(page.get("items"), list):
            reply.reject("is no list of attachments")
        told = {
            serial: RemoteNote(
                id=serial, author=words(table(one.get("Creator")).get("id")), text=_decoded(one.get("Content"))
            )
            for one in items(page["items"])
            if one.get("ContentType") == "text/plain" and (serial := int(number(one.get("TransactionId")) or 0)) > after
        }
        return [told[serial] for serial in sorted(told)]

    def note(self, remote_id: str, text: str) -> None:
        """A comment: it goes to no citizen's mailbox."""
        self._line().write(
            "POST", f"/REST/2.0/ticket/{remote_id}/comment", {"Content": text, "ContentType": "text/plain"}
        )

    def recover(self, remote_id: str, text: str) -> None:
        """A comment, then the status."""
        if text:
            self.note(remote_id, text)
        self._line().write("PUT", f"/REST/2.0/ticket/{remote_id}", {"Status": self.solved})

    def reopen(self, remote_id: str) -> None:
        """PUT the status."""
        self._line().write("PUT", f"/REST/2.0/ticket/{remote_id}", {"Status": "open"})

    def page(self, remote_id: str) -> str:
        """The ticket's page."""
        return f"{self.url.rstrip('/')}/Ticket/Display.html?id={remote_id}"

    def _enter(self, http: "Http") -> None:
        http.headers["Authorization"] = f"token {self._secret(self.token_file, http)}"


def _decoded(value: object) -> SafeText:
    """An attachment's text: 5.0.3 sends it as it is in a list, and as Base64 alone."""
    text = words(value)
    try:
        return clean(base64.b64decode(text.replace(" ", ""), validate=True).decode(), _NOTE_LIMIT_BYTES) or text
    except ValueError:
        return text


def _quoted(name: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - beside its only use

    return quote(name, safe="")
