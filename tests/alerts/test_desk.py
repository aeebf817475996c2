"""What every desk must offer, and which options none of them takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from alerts.desk import Desk
from alerts.tickets.webhook import Webhook
from probes.secret import Secret


def test_a_desk_that_cannot_test_itself_is_no_desk() -> None:
    @dataclass(kw_only=True)
    class Forgetful(Desk):
        def deliver(self, errand: object) -> None: ...

    with pytest.raises(TypeError, match="self_test"):
        Forgetful(url="https://helpdesk.example.go.id")  # type: ignore[abstract] # this is what is tested


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "helpdesk.example.go.id"}, "url: write it as"),
        ({"url": "ftp://helpdesk.example.go.id"}, "url: write it as"),
        ({"url": "https://"}, "url: write it as"),
        ({"url": "https://user:word@helpdesk.example.go.id"}, "without user, password"),
        ({"url": "https://helpdesk.example.go.id/?token=1"}, "without user, password"),
        ({"url": "https://helpdesk.example.go.id/#x"}, "without user, password"),
        ({"url": "https://hélpdesk.example.go.id/"}, "url: write it as"),
        ({"url": "http://helpdesk.example.go.id"}, "in clear text"),
        ({"url": "http://10.1.2.3"}, "in clear text"),
        ({"timeout_seconds": 0.0}, "timeout_seconds"),
        ({"timeout_seconds": 1000.0}, "timeout_seconds"),
        ({"settle_seconds": 10.0}, "settle_seconds"),
        ({"settle_seconds": 1e9}, "settle_seconds"),
        ({"poll_seconds": 1.0}, "poll_seconds"),
        ({"poll_seconds": -30.0}, "poll_seconds"),
    ],
)
def test_options_that_cannot_be_meant_are_refused_with_the_remedy(options: dict[str, Any], words: str) -> None:
    given = {"url": "https://helpdesk.example.go.id/hook", "secret_file": Secret(Path("/nowhere")), **options}
    with pytest.raises(ValueError, match=words):
        Webhook(**given)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/hook", "http://[::1]/hook", "http://localhost/hook"])
def test_this_pc_may_be_spoken_to_in_clear_text(url: str) -> None:
    assert Webhook(url=url, secret_file=Secret(Path("/nowhere"))).url == url
