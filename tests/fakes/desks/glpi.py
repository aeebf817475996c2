"""GLPI's legacy interface: sessions, escaped rich text, 206 for a page, actors in a list of their own."""

import html
import re
from typing import Any

from tests.fakes.desks.server import Answer, Asked, FakeDesk, Paper

APP_TOKEN = "canary-app-77aa"
US, BUDI = 4, 9


class FakeGlpi(FakeDesk):
    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.opened_sessions = 0
        self.solutions: dict[int, list[tuple[int, str, str]]] = {}

    def act(self, asked: Asked) -> Answer:  # noqa: C901, PLR0911 - a page each
        if asked.headers.get("app-token") != APP_TOKEN:
            return Answer(400, ["ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong"])
        if asked.path == "/initSession":
            return self._begin(asked)
        session = asked.headers.get("session-token", "")
        if session not in self.sessions:
            return Answer(401, ["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"])
        if not asked.writes and asked.raw:
            return Answer(400, ["ERROR_JSON_PAYLOAD_FORBIDDEN", "GET must not have a body"])
        if asked.path == "/killSession":
            self.sessions.remove(session)
            return Answer(200, None)
        if asked.path == "/getFullSession":
            return Answer(200, {"session": {"glpiID": US, "glpiname": self.US}})
        if asked.path == "/search/Ticket":
            return self._list(asked)
        if asked.path == "/Ticket" and asked.writes:
            fields = asked.body["input"]
            paper = self.file(fields["name"], html.unescape(fields["content"]), **fields)
            return Answer(201, {"id": paper.id, "message": ""})
        if asked.path in ("/ITILFollowup", "/ITILSolution"):
            return self._post(asked)
        if asked.path == f"/User/{BUDI}":
            return Answer(200, {"id": BUDI, "name": next(one.person for one in self.papers.values() if one.person)})
        return self._one(asked)

    def _begin(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"user_token {self.token}":
            return Answer(401, ["ERROR_GLPI_LOGIN_USER_TOKEN", "parameter user_token seems invalid"])
        self.opened_sessions += 1
        session = f"session{self.opened_sessions}x83af7e620c83a50a"
        self.sessions.add(session)
        return Answer(200, {"session_token": session})

    def _list(self, asked: Asked) -> Answer:
        assert asked.query["criteria[0][field]"] == "1"
        hits = self.found(asked.query["criteria[0][value]"])
        rows = [{"1": html.escape(one.title), "2": one.id, "80": "Root Entity"} for one in hits[:100]]
        data = {"data": rows} if rows else {}
        return Answer(206 if len(hits) > 100 else 200, {"totalcount": len(hits), "count": len(rows), **data})

    def _post(self, asked: Asked) -> Answer:
        fields = asked.body["input"]
        paper = self.there(str(fields["items_id"]))
        if paper is None:
            return Answer(400, ["ERROR_GLPI_ADD", "You don't have permission"])
        text = html.unescape(fields["content"].replace("<br>", "\n"))
        self.write_note(paper, text)
        if asked.path == "/ITILSolution":
            self.solutions.setdefault(paper.id, []).append(paper.notes[-1])
            paper.closed = paper.closed or self.may_close
        return Answer(201, {"id": paper.notes[-1][0], "message": ""})

    def _one(self, asked: Asked) -> Answer:
        found = re.fullmatch(r"/Ticket/(\d+)(/\w+)?", asked.path)
        paper = self.there(found[1]) if found else None
        if found is None or paper is None:
            return Answer(404, ["ERROR_ITEM_NOT_FOUND", "Item not found"])
        if asked.writes:
            if self.may_close:
                paper.closed = asked.body["input"]["status"] in (5, 6)
            return Answer(200, [{str(paper.id): True, "message": ""}])
        if found[2] == "/Ticket_User":
            actors = [{"users_id": US, "type": 1}] + ([{"users_id": BUDI, "type": 2}] if paper.person else [])
            return Answer(200, actors)
        if found[2]:
            return Answer(200, self._told(paper, found[2])[:100])
        status = 5 if paper.closed else 2 if paper.person else 1
        return Answer(200, {"id": paper.id, "name": html.escape(paper.title), "status": status, "is_deleted": 0})

    def _told(self, paper: Paper, kind: str) -> list[dict[str, Any]]:
        """As 10.x sends it: the markup itself is escaped."""
        solutions = self.solutions.get(paper.id, [])
        listed = solutions if kind == "/ITILSolution" else [one for one in paper.notes if one not in solutions]
        return [
            {"id": n, "users_id": author, "content": html.escape(f"<p>{html.escape(text, quote=False)}</p>")}
            for n, author, text in reversed(listed)
        ]
