"""Any program that takes signed JSON: for helpdesks that have no file here.

Each event is one POST. It may come twice, with the same Idempotency-Key; the receiver is to act once. The
signature is HMAC-SHA256 over "<timestamp>.<body>", so that an old event cannot be played again.
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import ClassVar

from alerts.desk import Desk, Errand
from alerts.incident import Filed
from probes.secret import Secret


@dataclass(kw_only=True)
class Webhook(Desk):
    """A receiver of events. secret_file: what both sides sign with."""

    looks_up: ClassVar[bool] = True  # the receiver drops doubles, so trying again is always safe
    secret_file: Secret

    def deliver(self, errand: Errand) -> Filed | None:
        """POST one event."""
        body = json.dumps(
            {
                "version": 1,
                "event": errand.step.partition("-")[0],
                "key": errand.key,
                "title": errand.title,
                "text": errand.text,
                "severity": errand.severity,
                "ticket": errand.facts,
            },
            ensure_ascii=False,
        ).encode()
        http = self._line()
        stamp = str(int(time.time()))
        secret = self._secret(self.secret_file, http).encode()
        signature = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        http.write(
            "POST",
            "",
            body,
            headers={
                "Idempotency-Key": f"{errand.key}/{errand.step}",
                "X-JagaLoket-Timestamp": stamp,
                "X-JagaLoket-Signature": f"sha256={signature}",
            },
        )
        return Filed(remote_id=errand.key)

    def self_test(self) -> None:
        """Whether the secret can be read; the receiver itself shows with the first event."""
        self._secret(self.secret_file, self._line())
