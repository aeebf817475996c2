"""Redmine's REST interface, as measured on 5.0.4: a bad key is an anonymous visitor, unknown filters filter nothing."""

import re
from typing import Any

from tests.fakes.desks.server import Answer, Asked, FakeDesk, Paper

_CAP = 100


class FakeRedmine(FakeDesk):
    project = "loket"
    statuses = ((1, "New", False), (2, "In Progress", False), (5, "Closed", True), (6, "Rejected", True))

    def act(self, asked: Asked) -> Answer:
        known = asked.headers.get("x-redmine-api-key") == self.token
        if asked.path == "/users/current.json":
            return Answer(200, {"user": {"id": 7, "login": self.US}}) if known else Answer(401, None)
        if asked.path == "/issue_statuses.json":
            listed = [{"id": n, "name": name, "is_closed": closed} for n, name, closed in self.statuses]
            return Answer(200, {"issue_statuses": listed})
        if asked.path.startswith("/projects/"):
            there = asked.path == f"/projects/{self.project}.json"
            return Answer(200, {"project": {"id": 1}}) if there else Answer(404, None)
        if asked.path == "/issues.json":
            return self._list(asked) if asked.method == "GET" else self._open(asked)
        found = re.fullmatch(r"/issues/(\d+)\.json", asked.path)
        paper = self.there(found[1]) if found else None
        if paper is None:
            return Answer(404, None)
        return self._change(asked, paper) if asked.method == "PUT" else Answer(200, {"issue": self._issue(paper)})

    def _open(self, asked: Asked) -> Answer:
        issue = asked.body["issue"]
        if issue["project_id"] != self.project or len(issue["subject"]) > 255:
            return Answer(422, {"errors": ["Project cannot be blank"]})
        paper = self.file(issue["subject"], issue["description"], status=1, **issue)
        return Answer(201, {"issue": self._issue(paper)})

    def _list(self, asked: Asked) -> Answer:
        text = asked.query.get("subject", "").removeprefix("~")
        hits = [one for one in self.found(text) if asked.query.get("status_id") == "*" or not one.closed]
        size = min(_CAP, int(asked.query.get("limit", "25")))
        return Answer(200, {"issues": [self._issue(one) for one in hits[:size]], "total_count": len(hits)})

    def _change(self, asked: Asked, paper: Paper) -> Answer:
        change = asked.body["issue"]
        if change.get("notes"):
            self.write_note(paper, change["notes"])
        closes = {n: closed for n, _, closed in self.statuses}
        if change.get("status_id") in closes and self.may_close:
            paper.fields["status"] = change["status_id"]
            paper.closed = closes[change["status_id"]]
            if paper.closed:
                paper.fields["closed_on"] = "2026-11-24T05:00:00Z"  # stays when it is opened again
        return Answer(204, None)

    def _issue(self, paper: Paper) -> dict[str, Any]:
        status = paper.fields.get("status", 1)
        status = 5 if paper.closed and status in (1, 2) else status
        issue: dict[str, Any] = {
            "id": paper.id,
            "subject": paper.title,
            "description": paper.text,
            "status": {"id": status if paper.closed or status < 5 else 1, "name": "x"},
            "closed_on": paper.fields.get("closed_on"),
            "journals": [
                {"id": n, "user": {"id": 1, "name": author}, "notes": text} for n, author, text in paper.notes
            ],
        }
        return issue | ({"assigned_to": {"id": 9, "name": paper.person}} if paper.person else {})
