"""Redmine by its REST interface (redmine.org, "Rest api"); as measured on 5.0.4.

A bad key makes an anonymous visitor who sees public projects; a filter that it does not know returns every issue;
without status_id=* only open issues are found; a status that the role may not set is ignored with 204.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alerts.desk import Errand, Remote, RemoteNote
from alerts.helpdesk import Helpdesk
from alerts.incident import DeliveryError
from alerts.loose import items, number, table, words
from probes.secret import Secret
from probes.text import clean

if TYPE_CHECKING:
    from alerts.http import Http


@dataclass(kw_only=True)
class Redmine(Helpdesk):
    """A project of Redmine. tracker_id, priority_id: the project's defaults when None.

    solved_status_id, open_status_id: the status to set when a fault is over, and when it is back; see
    /issue_statuses.json. None: the first closed status, the first open one.
    """

    token_file: Secret
    project: str
    tracker_id: int | None = None
    priority_id: int | None = None
    solved_status_id: int | None = None
    open_status_id: int | None = None
    settle_seconds: float = 120.0
    _known: list[tuple[str, bool]] = field(default_factory=list, init=False, repr=False, compare=False)

    def check(self) -> None:
        """Who the key makes us, and the project."""
        if not number(table(table(self._line().get("/users/current.json").json()).get("user")).get("id")):
            msg = f"{self.url} takes the key for nobody's; check token_file"
            raise DeliveryError(msg)
        if "project" not in table(self._line().get(f"/projects/{self.project}.json").json()):
            msg = f"there is no project {clean(self.project)!r} at {self.url}; write its identifier as project"
            raise DeliveryError(msg)
        self._known = []
        for wanted, closed in ((self.solved_status_id, True), (self.open_status_id, False)):
            if str(self._status(wanted, closed=closed)) not in self._statuses(closed=closed):
                msg = f"{self.url}: status {wanted} is none that is {'closed' if closed else 'open'} there"
                raise DeliveryError(msg)

    def find(self, key: str) -> tuple[list[tuple[str, object]], bool]:
        """A filter by subject, over all statuses and projects."""
        query: dict[str, str | int] = {"subject": f"~{key}", "status_id": "*", "limit": 100, "sort": "id:desc"}
        reply = self._line().get("/issues.json", query)
        page = table(reply.json())
        if not isinstance(page.get("issues"), list):
            reply.reject("is no list of issues")
        rows = [(number(row.get("id")), row.get("subject")) for row in items(page["issues"])]
        total = page.get("total_count")
        return rows, isinstance(total, int) and total <= len(rows)

    def open(self, errand: Errand) -> str:
        """POST /issues.json."""
        wishes: dict[str, int | None] = {"tracker_id": self.tracker_id, "priority_id": self.priority_id}
        issue: dict[str, object] = {
            "project_id": self.project,
            "subject": errand.title,
            "description": _plain(errand.body),
        }
        issue |= {name: value for name, value in wishes.items() if value is not None}
        reply = self._line().write("POST", "/issues.json", {"issue": issue})
        made = number(table(table(reply.json()).get("issue")).get("id"))
        if not made:
            reply.reject("names no issue")
        return made

    def look(self, remote_id: str) -> Remote | None:
        """GET /issues/ID.json."""
        issue = self._issue(remote_id, "")
        if issue is None:
            return None
        person = words(table(issue.get("assigned_to")).get("name"))
        return Remote(
            remote_id=remote_id,
            title=words(issue.get("subject")),
            taken=bool(person),
            closed=number(table(issue.get("status")).get("id")) in self._statuses(closed=True),
            person=person,
        )

    def notes(self, remote_id: str, after: int) -> Sequence[RemoteNote]:
        """The journals that have words."""
        issue = self._issue(remote_id, "?include=journals") or {}
        told = [
            RemoteNote(
                id=int(number(one.get("id")) or 0),
                author=words(table(one.get("user")).get("name")),
                text=words(one.get("notes")),
            )
            for one in items(issue.get("journals"))
        ]
        return sorted((one for one in told if one.text and one.id > after), key=lambda one: one.id)

    def note(self, remote_id: str, text: str) -> None:
        """PUT notes."""
        self._line().write("PUT", f"/issues/{remote_id}.json", {"issue": {"notes": _plain(text)}})

    def recover(self, remote_id: str, text: str) -> None:
        """Notes and status in one request."""
        status = self._status(self.solved_status_id, closed=True)
        change = {"status_id": status} | ({"notes": _plain(text)} if text else {})
        self._line().write("PUT", f"/issues/{remote_id}.json", {"issue": change})

    def reopen(self, remote_id: str) -> None:
        """PUT the status."""
        status = self._status(self.open_status_id, closed=False)
        self._line().write("PUT", f"/issues/{remote_id}.json", {"issue": {"status_id": status}})

    def page(self, remote_id: str) -> str:
        """The issue's page."""
        return f"{self.url.rstrip('/')}/issues/{remote_id}"

    def _enter(self, http: "Http") -> None:
        http.headers["X-Redmine-API-Key"] = self._secret(self.token_file, http)

    def _issue(self, remote_id: str, query: str) -> dict[str, object] | None:
        reply = self._line().seek(f"/issues/{remote_id}.json{query}")
        if reply is None:
            return None
        issue = table(table(reply.json()).get("issue"))
        if number(issue.get("id")) != remote_id:
            reply.reject("is not this issue")
        return issue

    def _status(self, wanted: int | None, *, closed: bool) -> int:
        """The configured status, else the first of its sort."""
        found = self._statuses(closed=closed)
        if wanted is None and not found:
            msg = f"{self.url} names no {'closed' if closed else 'open'} status; write solved_status_id, open_status_id"
            raise DeliveryError(msg)
        return int(found[0]) if wanted is None else wanted

    def _statuses(self, *, closed: bool) -> list[str]:
        """The ids of all closed or of all open statuses; an issue's own closed_on stays when it is opened again."""
        if not self._known:
            listed = table(self._line().get("/issue_statuses.json").json()).get("issue_statuses")
            self._known = [(number(one.get("id")), one.get("is_closed") is True) for one in items(listed)]
        return [name for name, is_closed in self._known if name and is_closed is closed]


def _plain(text: str) -> str:
    """As it is, in Textile and in Markdown: what a device says must not become a picture or a link."""
    return f"<pre>\n{text.replace('<', '(')}\n</pre>"
