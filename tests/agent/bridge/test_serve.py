"""The bridge as Alertmanager meets it: over HTTP, with a token, and answers that say whether to send again."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.bridge.serve import BODY_BYTES, PATH, Bridge
from agent.bridge.settings import BridgeSettings
from agent.cli import cli
from agent.config import Config
from agent.names import catalogue
from alerts.ledger import Ledger
from probes.secret import Secret
from tests.fakes.alertmanager import alert, webhook
from tests.fakes.browser import Browser, Reply, hear
from tests.fakes.pages import text_families

TOKEN = "canary-0123456789abcdef"
STARTS = 1_795_496_400.0


def secret(folder: Path, text: str = TOKEN) -> Secret:
    file = folder / "bridge.token"
    file.write_text(f"{text}\n")
    file.chmod(0o640)
    return Secret(file)


def head(body: bytes) -> bytes:
    told = ("Host: localhost", f"Authorization: Bearer {TOKEN}", f"Content-Length: {len(body)}")
    return "\r\n".join((f"POST {PATH} HTTP/1.1", *told, "", "")).encode()


class Rig:
    """A bridge on a free port of loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = BridgeSettings(listen="127.0.0.1:0", token_file=secret(folder))
        self.bridge = Bridge(Config(bridge=settings), settings, folder)
        self.bridge.start()
        self.browser = Browser(self.bridge.web.address)

    def post(self, body: bytes, *, token: str = TOKEN, path: str = PATH, length: str | None = None) -> Reply:
        told = f"Content-Length: {len(body) if length is None else length}\r\n" if length != "" else ""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{told}\r\n"
        return self.browser.send(head.encode() + body)

    def numbers(self, name: str) -> dict[str, float]:
        """The values of a metric, by its first label."""
        family = text_families(self.browser.get("/metrics").body)[name]
        return {next(iter(one.labels.values()), ""): one.value for one in family.samples}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.bridge.end()


def test_a_webhook_becomes_a_ticket_on_disk_before_it_is_answered(rig: Rig) -> None:
    reply = rig.post(webhook([alert(starts=STARTS)]))
    assert (reply.status, json.loads(reply.body)) == (200, {"opened": 1})
    other = Ledger.open(rig.folder / "store.db", check=False)
    assert [ticket.code for ticket in other.tickets()] == ["counter-silent"]
    other.shut()


def test_a_thousand_alerts_in_one_call_are_taken(rig: Rig) -> None:
    reply = rig.post(webhook([alert(f"Loket {number}", starts=STARTS, long="x" * 500) for number in range(1_000)]))
    assert json.loads(reply.body) == {"opened": 1_000}


@pytest.mark.parametrize("token", ["", "canary-0123456789abcdeg", TOKEN[:-1], "é"])
def test_without_the_token_nobody_gets_in(rig: Rig, token: str) -> None:
    reply = rig.post(webhook([alert(starts=STARTS)]), token=token)
    assert reply.status == 401
    assert reply.headers["Www-Authenticate"].startswith("Bearer")
    assert rig.bridge._book.tickets() == ()


def test_a_token_that_was_changed_counts_at_once(rig: Rig) -> None:
    secret(rig.folder, "another-0123456789")
    assert rig.post(webhook([]), token=TOKEN).status == 401
    assert rig.post(webhook([]), token="another-0123456789").status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff" * 100, b'{"version":"4","alerts":[{}]}'])
def test_what_cannot_be_used_is_refused_in_words(rig: Rig, body: bytes) -> None:
    reply = rig.post(body)
    assert reply.status == 400
    assert reply.body.startswith(b"This webhook cannot be used: ")
    assert rig.numbers("jagaloket_bridge_webhooks")["refused"] == 1


def test_a_body_without_end_is_refused_before_it_is_read(rig: Rig) -> None:
    reply = rig.post(b"x", length=str(BODY_BYTES + 1))
    assert reply.status == 413
    assert str(BODY_BYTES).encode() in reply.body


def test_a_body_without_a_length_is_refused(rig: Rig) -> None:
    assert rig.post(b"", length="").status == 411


def test_a_head_without_end_is_still_refused(rig: Rig) -> None:
    assert rig.browser.send(b"POST / HTTP/1.1\r\nX: " + b"x" * 20_000).status == 431


def test_a_body_that_comes_in_pieces_is_waited_for_and_holds_nobody_up(rig: Rig) -> None:
    body = webhook([alert(starts=STARTS)])
    slow = [rig.browser.dial() for _ in range(5)]
    for line in slow:
        line.sendall(head(body) + body[:50])
    assert rig.browser.get("/health").status == 200
    for line in slow:
        line.sendall(body[50:])
    assert sorted(json.loads(hear(line).body).popitem() for line in slow) == [("opened", 1), *[("standing", 1)] * 4]
    for line in slow:
        line.close()


def test_a_body_that_breaks_off_is_no_webhook(rig: Rig) -> None:
    body = webhook([alert(starts=STARTS)])
    with rig.browser.dial() as line:
        line.sendall(head(body) + body[:-20])
        line.shutdown(socket.SHUT_WR)
        assert hear(line).status == 400
    assert rig.bridge._book.tickets() == ()


def test_only_the_receiver_takes_what_is_sent(rig: Rig) -> None:
    assert rig.post(b"{}", path="/metrics").status == 405
    assert rig.browser.get(PATH).status == 405
    assert rig.browser.get("/").status == 404
    assert rig.browser.get("/metrics", Host="evil.example").status == 421


def test_while_the_store_cannot_be_written_alertmanager_is_asked_to_come_again(rig: Rig) -> None:
    whole = rig.bridge._ledger

    def broken() -> Any:  # noqa: ANN401 - never returns
        message = "No space left on device"
        raise OSError(message)

    rig.bridge._ledger = broken  # type: ignore[assignment] # what a full disk does
    assert rig.post(webhook([alert(starts=STARTS)])).status == 503
    rig.bridge._ledger = whole
    assert rig.post(webhook([alert(starts=STARTS)])).status == 200
    assert rig.numbers("jagaloket_bridge_webhooks") == {"accepted": 1, "refused": 0, "failed": 1}


def test_its_own_metrics_tell_what_came(rig: Rig) -> None:
    rig.post(webhook([alert(starts=STARTS), alert("Loket 2", starts=STARTS)], truncated=3))
    rig.post(webhook([alert(starts=STARTS)]))
    rig.post(webhook([alert(starts=STARTS, ends=STARTS + 60)]))
    assert rig.numbers("jagaloket_bridge_alerts") == {
        "opened": 2,
        "standing": 1,
        "recovered": 1,
        "unknown": 0,
        "late": 0,
    }
    assert rig.numbers("jagaloket_bridge_truncated_alerts") == {"": 3}
    page = rig.browser.get("/metrics").body
    known = {metric.name.removesuffix("_total") for metric in catalogue()}
    assert text_families(page).keys() <= known
    assert TOKEN.encode() not in page


def test_its_health_names_its_parts(rig: Rig) -> None:
    assert json.loads(rig.browser.get("/health").body)["checks"] == {"outbox": "ok", "web": "ok"}


@pytest.mark.parametrize(
    ("listen", "token", "why"),
    [
        ("127.0.0.1:0", "short", "fewer than 16"),
        ("0.0.0.0:9777", TOKEN, "cert_file and key_file"),
        ("nowhere", TOKEN, "no address"),
    ],
)
def test_settings_that_are_not_safe_are_refused(tmp_path: Path, listen: str, token: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        BridgeSettings(listen=listen, token_file=secret(tmp_path, token))


def test_without_its_table_the_command_says_what_to_write(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text("[office]\n")
    done = CliRunner().invoke(cli, ["-c", str(file), "--state", str(tmp_path / "state"), "bridge"])
    assert done.exit_code != 0
    assert "token_file" in str(done.exception)
