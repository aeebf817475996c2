"""A receiver of our webhook that does as its documentation asks: checks the signature, acts once on each key."""

import hashlib
import hmac

from tests.fakes.desks.server import Answer, Asked, FakeDesk


class FakeReceiver(FakeDesk):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def act(self, asked: Asked) -> Answer:
        stamp = asked.headers.get("x-jagaloket-timestamp", "")
        signed = hmac.new(self.token.encode(), f"{stamp}.".encode() + asked.raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={signed}", asked.headers.get("x-jagaloket-signature", "")):
            return Answer(401, {"error": "signature"})
        if asked.headers["idempotency-key"] in self.seen:
            return Answer(200, {"again": True})
        self.seen.add(asked.headers["idempotency-key"])
        known = [one for one in self.papers.values() if asked.body["key"] in one.title]
        if not known:
            self.file(asked.body["title"], asked.body["text"])
        else:
            self.write_note(known[0], f"{asked.body['text']} [{asked.headers['idempotency-key']}]")
            known[0].closed = asked.body["event"] == "recovered"
        return Answer(200, {})
