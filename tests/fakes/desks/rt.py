"""Request Tracker's REST 2.0, as measured on 5.0.3: 200 with a text where it did not do it, a bare quote is 400."""

import re
from typing import Any

from tests.fakes.desks.server import Answer, Asked, FakeDesk, Paper


class FakeRt(FakeDesk):
    queue = "General"

    def act(self, asked: Asked) -> Answer:  # noqa: PLR0911 - a page each
        if asked.headers.get("authorization") != f"token {self.token}":
            return Answer(401, {"message": "Unauthorized"})
        path = asked.path.removeprefix("/REST/2.0")
        if path.startswith("/queue/"):
            there = path == f"/queue/{self.queue}"
            return Answer(200, {"id": "1", "Name": self.queue}) if there else Answer(404, {"message": "Not Found"})
        if path == "/tickets":
            return self._list(asked)
        if path == "/ticket":
            if asked.body["Queue"] != self.queue:
                return Answer(403, {"message": "No permission to create tickets in the queue"})
            paper = self.file(asked.body["Subject"], asked.body["Content"])
            return Answer(
                201, {"id": str(paper.id), "type": "ticket", "_url": f"{self.url}/REST/2.0/ticket/{paper.id}"}
            )
        found = re.fullmatch(r"/ticket/(\d+)(/comment|/attachments)?", path)
        paper_there = self.there(found[1]) if found else None
        if found is None or paper_there is None:
            return Answer(404, {"message": "No such ticket"})
        return self._one(asked, paper_there, found[2] or "")

    def _list(self, asked: Asked) -> Answer:
        found = re.fullmatch(r"Subject LIKE '([^']*)'", asked.query["query"])
        if found is None:
            return Answer(400, {"message": "Bad Request: wrong query"})
        hits = sorted(self.found(found[1]), key=lambda one: one.id)
        size = min(100, int(asked.query.get("per_page", "20")))
        rows = [{"id": str(one.id), "type": "ticket", "Subject": one.title} for one in hits[:size]]
        more = {"next_page": f"{self.url}/REST/2.0/tickets?page=2"} if len(hits) > size else {}
        return Answer(200, {"items": rows, "count": len(rows), "total": len(hits), **more})

    def _one(self, asked: Asked, paper: Paper, part: str) -> Answer:
        if part == "/comment":
            self.write_note(paper, asked.body["Content"])
            return Answer(201, ["Comments added"])
        if part == "/attachments":
            told = [(paper.id, self.US, paper.text), *paper.notes][::-1][: int(asked.query["per_page"])]
            return Answer(200, {"items": [_attachment(*one) for one in told]})
        if asked.method == "PUT":
            status = asked.body["Status"]
            if status not in ("new", "open", "resolved") or not self.may_close:
                return Answer(200, [f"Status '{status}' isn't a valid status for this ticket."])
            paper.closed = status == "resolved"
            return Answer(200, [f"Ticket {paper.id}: Status changed from 'new' to '{status}'"])
        return Answer(200, self._ticket(paper))

    def _ticket(self, paper: Paper) -> dict[str, Any]:
        owner = {"id": paper.person or "Nobody", "type": "user"}
        status = "resolved" if paper.closed else "open"
        return {"id": paper.id, "Subject": paper.title, "Status": status, "Owner": owner, "type": "ticket"}


def _attachment(serial: int, author: str, text: str) -> dict[str, Any]:
    who = {"id": author, "type": "user"}
    return {"TransactionId": str(serial), "ContentType": "text/plain", "Content": text, "Creator": who}
