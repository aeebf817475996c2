"""Zammad by its REST interface (docs.zammad.org, API).

Its search runs on an index that is filled later and may stall (#2116, #3257), so tickets are also looked for in
the newest pages of the plain list, which comes from the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.desk import Errand, Remote, RemoteNote
from alerts.helpdesk import Helpdesk
from alerts.incident import DeliveryError
from alerts.loose import items, number, table, words
from probes.secret import Secret
from probes.text import SafeText, clean

if TYPE_CHECKING:
    from alerts.http import Http, Reply

_PAGE = 100
_NEWEST_PAGES = 3
_MOST_PAGES = 1 << 16
_CLOSED = frozenset({"closed", "merged", "removed"})
_UNOWNED = frozenset({"", "-", "1"})


@dataclass(kw_only=True)
class Zammad(Helpdesk):
    """A group of Zammad. customer: the mail address in whose name tickets are opened."""

    token_file: Secret
    group: str
    customer: str
    solved: str = "closed"
    settle_seconds: float = 900.0
    _last: int = field(default=0, init=False, repr=False, compare=False)

    def check(self) -> None:
        """Token and state name."""
        if not number(table(self._line().get("/api/v1/users/me").json()).get("id")):
            msg = f"{self.url} does not say who the token's user is; check token_file"
            raise DeliveryError(msg)
        states = {str(one.get("name")) for one in items(self._line().get("/api/v1/ticket_states").json())}
        if self.solved not in states:
            msg = f"there is no state {clean(self.solved)!r} at {self.url}; there are: {clean(', '.join(states), 150)}"
            raise DeliveryError(msg)

    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """By search, and where that finds nothing, in the newest tickets."""
        query: dict[str, str | int] = {"query": f'title:"{key}"', "page": 1, "per_page": _PAGE, "expand": "true"}
        rows = self._rows(self._line().get("/api/v1/tickets/search", query))
        if not any(key in str(title) for _, title in rows):
            last = self._last_page()
            rows = [row for page in range(max(1, last - _NEWEST_PAGES + 1), last + 1) for row in self._listed(page)]
        return rows, True

    def open(self, errand: Errand) -> str:
        """POST /tickets."""
        data = {
            "title": errand.title,
            "group": self.group,
            "customer_id": f"guess:{self.customer}",
            "article": {"subject": errand.title, **_article(errand.body)},
        }
        reply = self._line().write("POST", "/api/v1/tickets", data)
        made = number(table(reply.json()).get("id"))
        if not made:
            reply.reject("names no ticket")
        return made

    def look(self, remote_id: str) -> Remote | None:
        """GET /tickets/ID with names."""
        reply = self._line().seek(f"/api/v1/tickets/{remote_id}", {"expand": "true"})
        if reply is None:
            return None
        ticket = table(reply.json())
        if number(ticket.get("id")) != remote_id:
            reply.reject("is not this ticket")
        owner = words(ticket.get("owner"))
        return Remote(
            remote_id=remote_id,
            title=words(ticket.get("title")),
            taken=owner not in _UNOWNED,
            closed=ticket.get("state") in _CLOSED or ticket.get("state") == self.solved,
            person=SafeText("") if owner in _UNOWNED else owner,
        )

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """The articles, all in one request."""
        reply = self._line().get(f"/api/v1/ticket_articles/by_ticket/{remote_id}", {"expand": "true"})
        told = [
            RemoteNote(
                id=int(number(one.get("id")) or 0),
                author=words(one.get("created_by") or one.get("from")),
                text=words(one.get("body")),
            )
            for one in items(reply.json())
        ]
        return sorted((one for one in told if one.id > after), key=lambda one: one.id)

    def note(self, remote_id: str, text: str) -> None:
        """POST an article."""
        self._line().write("POST", "/api/v1/ticket_articles", {"ticket_id": int(remote_id), **_article(text)})

    def recover(self, remote_id: str, text: str) -> None:
        """Article and state in one request."""
        change: dict[str, object] = {"state": self.solved}
        if text:
            change["article"] = _article(text)
        self._line().write("PUT", f"/api/v1/tickets/{remote_id}", change)

    def reopen(self, remote_id: str) -> None:
        """PUT the state."""
        self._line().write("PUT", f"/api/v1/tickets/{remote_id}", {"state": "open"})

    def page(self, remote_id: str) -> str:
        """The ticket's page."""
        return f"{self.url.rstrip('/')}/#ticket/zoom/{remote_id}"

    def _enter(self, http: "Http") -> None:
        http.headers["Authorization"] = f"Token token={self._secret(self.token_file, http)}"

    def _rows(self, reply: "Reply") -> list[tuple[str, object]]:
        listed = reply.json()
        found = table(listed).get("tickets", listed)
        if not isinstance(found, list):
            reply.reject("is no list of tickets")
        return [(number(row.get("id")), row.get("title")) for row in items(found)]

    def _listed(self, page: int) -> list[tuple[str, object]]:
        """One page of the plain list; the oldest ticket is on the first."""
        return self._rows(self._line().get("/api/v1/tickets", {"page": page, "per_page": _PAGE}))

    def _last_page(self) -> int:
        """The last page that has tickets, from where it was last time: up in growing steps, then halved back."""
        low = self._last if self._last and self._listed(self._last) else 0
        step = 1
        while low + step < _MOST_PAGES and self._listed(low + step):
            low, step = low + step, step * 2
        high = low + step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._listed(middle) else (low, middle)
        self._last = low
        return low


def _article(text: str) -> dict[str, object]:
    return {"body": text, "content_type": "text/plain", "type": "note", "internal": False}
