"""Zammad's REST interface: an index that fills later, hard caps on pages."""

import re
from typing import Any

from tests.fakes.desks.server import Answer, Asked, FakeDesk, Paper

_CAP = 100


class FakeZammad(FakeDesk):
    states = ("new", "open", "closed", "merged")
    array_search = True

    def act(self, asked: Asked) -> Answer:  # noqa: PLR0911 - a page each
        if asked.headers.get("authorization") != f"Token token={self.token}":
            return Answer(401, {"error": "Invalid BasicAuth credentials"})
        path = asked.path.removeprefix("/api/v1")
        if path == "/users/me":
            return Answer(200, {"id": 3, "login": self.US})
        if path == "/ticket_states":
            return Answer(200, [{"id": n, "name": name} for n, name in enumerate(self.states, 1)])
        if path == "/tickets/search":
            key = asked.query["query"].removeprefix('title:"').removesuffix('"')
            return Answer(200, [self._ticket(one) for one in self.found(key)[:_CAP]])
        if path == "/tickets" and asked.method == "GET":
            page, size = int(asked.query["page"]), min(_CAP, int(asked.query["per_page"]))
            alive = [one for one in self.papers.values() if not one.gone]
            return Answer(200, [self._ticket(one) for one in alive[(page - 1) * size : page * size]])
        if path == "/tickets":
            article = asked.body["article"]
            paper = self.file(asked.body["title"], article["body"], group=asked.body["group"])
            return Answer(201, {"id": paper.id, "title": paper.title})
        if path == "/ticket_articles":
            paper = self.papers[asked.body["ticket_id"]]
            self.write_note(paper, asked.body["body"])
            return Answer(201, {"id": 1})
        if listed := re.fullmatch(r"/ticket_articles/by_ticket/(\d+)", path):
            paper_there = self.there(listed[1])
            return self._articles(paper_there) if paper_there is not None else Answer(404, {"error": "Couldn't find"})
        return self._one(asked, path.removeprefix("/tickets/"))

    def _one(self, asked: Asked, name: str) -> Answer:
        paper = self.there(name)
        if paper is None:
            return Answer(404, {"error": "Couldn't find Ticket"})
        if asked.method == "PUT":
            if "article" in asked.body:
                self.write_note(paper, asked.body["article"]["body"])
            if asked.body.get("state") in self.states and self.may_close:
                paper.closed = asked.body["state"] == "closed"
        return Answer(200, self._ticket(paper))

    def _articles(self, paper: Paper) -> Answer:
        first: dict[str, Any] = {"id": paper.id, "body": paper.text, "created_by": self.US}
        told = [{"id": n, "body": text, "created_by": author} for n, author, text in paper.notes]
        return Answer(200, [first, *told])

    def _ticket(self, paper: Paper) -> dict[str, Any]:
        state = "closed" if paper.closed else "open"
        return {"id": paper.id, "title": paper.title, "state": state, "owner": paper.person or "-"}
