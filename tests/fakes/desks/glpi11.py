"""GLPI 11's new interface: OAuth tokens, RSQL, and 404 for a followup that was written (#24506)."""

import html
import re
from urllib.parse import parse_qs

from tests.fakes.desks.server import Answer, Asked, FakeDesk, Paper

CLIENT_SECRET = "canary-client-91bd"
US, BUDI = 4, 9
ROOT = "/api.php/v2.3"


class FakeGlpi11(FakeDesk):
    def __init__(self) -> None:
        super().__init__()
        self.bearers: set[str] = set()
        self.solutions: dict[int, list[int]] = {}
        self.denies_what_it_did = False

    def act(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix(ROOT)
        if path == "/token":
            return self._login(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.bearers:
            return Answer(401, {"status": "ERROR_UNAUTHENTICATED", "title": "You are not authenticated"})
        if path == "/Session":
            return Answer(200, {"user_id": US, "name": self.US})
        if path == "/Assistance/Ticket":
            return self._open(asked) if asked.writes else self._list(asked)
        found = re.fullmatch(r"/Assistance/Ticket/(\d+)((?:/\w+)*)", path)
        paper = self.there(found[1]) if found else None
        if found is None or paper is None:
            return Answer(404, {"status": "ERROR_ITEM_NOT_FOUND", "title": "Item not found"})
        return self._one(asked, paper, found[2])

    def _login(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.raw.decode()).items()}
        wanted = {"grant_type": "password", "client_secret": CLIENT_SECRET, "password": self.token, "scope": "api"}
        if any(form.get(name) != value for name, value in wanted.items()):
            return Answer(401, {"error": "invalid_grant"})
        bearer = f"eyJ0eXAi.{len(self.bearers)}.canary-bearer"
        self.bearers.add(bearer)
        return Answer(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": bearer})

    def _open(self, asked: Asked) -> Answer:
        paper = self.file(asked.body["name"], html.unescape(asked.body["content"]), **asked.body)
        return Answer(201, {"id": paper.id, "href": f"/Assistance/Ticket/{paper.id}"})

    def _list(self, asked: Asked) -> Answer:
        found = re.fullmatch(r"name=like=\*([\w-]+)\*", asked.query["filter"])
        if found is None:
            return Answer(400, {"status": "ERROR_INVALID_PARAMETER"})
        listed = [self._ticket(one) for one in self.found(found[1])][: int(asked.query["limit"])]
        return Answer(200, listed)

    def _one(self, asked: Asked, paper: Paper, part: str) -> Answer:
        if part == "/TeamMember":
            users = [("requester", US, self.US), *([("assigned", BUDI, paper.person)] if paper.person else [])]
            return Answer(
                200, [{"role": role, "name": who, "href": f"/front/user.form.php?id={n}"} for role, n, who in users]
            )
        if part.startswith("/Timeline/"):
            return self._timeline(asked, paper, part.rpartition("/")[2])
        if asked.writes:
            if self.may_close:
                paper.closed = asked.body["status"]["id"] in (5, 6)
            return Answer(200, self._ticket(paper))
        return Answer(200, self._ticket(paper))

    def _timeline(self, asked: Asked, paper: Paper, kind: str) -> Answer:
        mine = self.solutions.setdefault(paper.id, [])
        if not asked.writes:
            told = [one for one in paper.notes if (one[0] in mine) == (kind == "Solution")]
            bodies = [{"id": n, "content": html.escape(text), "user": {"id": 1, "name": who}} for n, who, text in told]
            return Answer(200, [{"type": kind, "item": one} for one in bodies])
        self.write_note(paper, html.unescape(asked.body["content"].replace("<br>", "\n")))
        if kind == "Solution":
            mine.append(paper.notes[-1][0])
            paper.closed = paper.closed or self.may_close
        if self.denies_what_it_did:
            return Answer(404, {"status": "ERROR_ITEM_NOT_FOUND", "title": "Item not found"})
        return Answer(201, {"id": paper.notes[-1][0], "href": ""})

    def _ticket(self, paper: Paper) -> dict[str, object]:
        status = 5 if paper.closed else 2 if paper.person else 1
        title, key = paper.title, paper.fields.get("external_id")
        return {"id": paper.id, "name": title, "status": {"id": status, "name": "x"}, "external_id": key}
