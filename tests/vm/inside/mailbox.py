"""A mail server for the guest: takes every letter, and keeps a line for each on the disk before it says so.

Standard library only, of the guest's Python 3.11: smtpd went with 3.12.
"""

import os
import warnings
from email import message_from_bytes, policy
from pathlib import Path

warnings.simplefilter("ignore", DeprecationWarning)
import asyncore  # noqa: E402 - after its own warning is silenced
import smtpd  # noqa: E402

BOX = Path("/var/lib/rig-mailbox")


class Mailbox(smtpd.SMTPServer):
    """Appends "Message-ID recipient subject"."""

    def process_message(
        self,
        peer: tuple[str, int],  # noqa: ARG002 - smtpd's own names
        mailfrom: str,  # noqa: ARG002
        rcpttos: list[str],
        data: bytes | str,
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        letter = message_from_bytes(data if isinstance(data, bytes) else data.encode(), policy=policy.default)
        with BOX.open("a", encoding="utf-8") as box:
            for recipient in rcpttos:
                box.write(f"{letter['Message-ID']}\t{recipient}\t{letter['Subject']}\n")
            box.flush()
            os.fsync(box.fileno())


if __name__ == "__main__":
    Mailbox(("127.0.0.1", 25), ("", 0))
    asyncore.loop()
