"""Letters through a real SMTP server on loopback."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import trustme

from alerts.incident import Action, DeliveryError, Notice, Status, Ticket
from alerts.letter import Mail, MailSettings, MailTo, addressees
from alerts.office import Office
from probes.secret import Secret
from probes.text import clean
from tests.alerts.make import CAMAT, NOON, TEKNISI, ToldTime, fault, scanner
from tests.fakes.smtp import FakeSmtp

OFFICE = Office(name=clean("Kantor Camat Medan Timur"), counter=clean("Loket 1"))


def notice(action: Action = Action.OPENED, *, thread: str = "") -> Notice:
    return Notice(
        id=1,
        ticket="JL-2026-0001",
        action=action,
        addressee=CAMAT,
        state="new",
        attempts=0,
        message_id=f"JL-2026-0001.{action}@jagaloket.invalid",
        created=NOON,
        thread_id=thread,
    )


def ticket(recovered: float | None = None) -> Ticket:
    trouble = fault()
    return Ticket(
        number="JL-2026-0001",
        status=Status.NEW,
        device=scanner(),
        code=trouble.code,
        part=trouble.part,
        severity=trouble.severity,
        actor=trouble.actor,
        detail=trouble.detail,
        opened=NOON,
        recovered=recovered,
    )


def settings(
    server: FakeSmtp,
    *,
    security: Literal["none", "starttls", "tls"] = "none",
    password_file: Path | None = None,
    ca_file: Path | None = None,
    timeout_seconds: float = 5.0,
) -> MailSettings:
    return MailSettings(
        server="localhost" if security != "none" else "127.0.0.1",
        port=server.port,
        security=security,
        sender="jagaloket@example.go.id",
        to=(MailTo(address=CAMAT.address), MailTo(address=TEKNISI.address, role="technician")),
        username="jagaloket" if password_file else "",
        password_file=Secret(password_file) if password_file else None,
        ca_file=ca_file,
        timeout_seconds=timeout_seconds,
    )


def mail(wanted: MailSettings) -> Mail:
    return Mail(wanted, OFFICE, clock=ToldTime())


@pytest.fixture
def server() -> Iterator[FakeSmtp]:
    with FakeSmtp() as fake:
        yield fake


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "smtp.password"
    file.write_text("canary-8d1f\n")
    return file


def test_a_letter_arrives_with_its_headers(server: FakeSmtp) -> None:
    mail(settings(server)).send(notice(), ticket())
    (arrived,) = server.arrived
    assert arrived.sender == "jagaloket@example.go.id"
    assert arrived.recipient == CAMAT.address
    assert arrived.message["Subject"] == "[Loket 1] Alat sidik jari tidak terhubung (JL-2026-0001)"
    assert arrived.message["Auto-Submitted"] == "auto-generated"
    assert arrived.message["Message-ID"] == "<JL-2026-0001.opened@jagaloket.invalid>"
    assert arrived.message["Date"].datetime.timestamp() == NOON
    assert arrived.message["From"].addresses[0].display_name == "JagaLoket Loket 1"
    assert arrived.message["References"] is None
    assert arrived.raw.isascii()


def test_the_recovery_answers_the_first_letter(server: FakeSmtp) -> None:
    mail(settings(server)).send(notice(Action.RECOVERED, thread="first@jagaloket.invalid"), ticket(NOON + 600))
    message = server.arrived[0].message
    assert message["In-Reply-To"] == message["References"] == "<first@jagaloket.invalid>"
    assert message["Subject"].startswith("[Loket 1] Sudah normal kembali: Alat sidik jari")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_connection_is_encrypted_and_logged_in(
    security: Literal["starttls", "tls"], tls: ssl.SSLContext, ca_file: Path, password_file: Path
) -> None:
    with FakeSmtp(tls=tls, security=security, login=("jagaloket", "canary-8d1f")) as server:
        wanted = settings(server, security=security, ca_file=ca_file, password_file=password_file)
        mail(wanted).send(notice(), ticket())
    assert server.arrived[0].encrypted
    assert server.arrived[0].user == "jagaloket"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_certificate_gets_no_letter(security: Literal["starttls", "tls"], tls: ssl.SSLContext) -> None:
    with FakeSmtp(tls=tls, security=security) as server, pytest.raises(DeliveryError, match="no trusted TLS") as caught:
        mail(settings(server, security=security)).send(notice(), ticket())
    assert not server.arrived
    assert not caught.value.permanent


def test_a_certificate_of_another_name_gets_no_letter(authority: trustme.CA, ca_file: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    with FakeSmtp(tls=context, security="tls") as server, pytest.raises(DeliveryError, match="no trusted TLS"):
        mail(settings(server, security="tls", ca_file=ca_file)).send(notice(), ticket())


def test_a_server_without_starttls_gets_no_letter_in_clear_text(server: FakeSmtp) -> None:
    with pytest.raises(DeliveryError, match="does not offer") as caught:
        mail(settings(server, security="starttls")).send(notice(), ticket())
    assert not server.arrived
    assert not caught.value.permanent


def test_a_wrong_password_is_said_without_the_password(tls: ssl.SSLContext, ca_file: Path, password_file: Path) -> None:
    with (
        FakeSmtp(tls=tls, security="tls", login=("jagaloket", "another")) as server,
        pytest.raises(DeliveryError, match="refuses username and password") as caught,
    ):
        mail(settings(server, security="tls", ca_file=ca_file, password_file=password_file)).send(notice(), ticket())
    assert not caught.value.permanent
    assert "canary" not in repr(caught.value) + repr(caught.value.__cause__)


def test_a_missing_password_file_is_named(server: FakeSmtp, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(DeliveryError, match=str(gone)):
        mail(settings(server, password_file=gone)).send(notice(), ticket())


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 no such user", True), ("451 try later", False), ("421 shutting down", False), ("530 log in first", False)],
)
def test_a_refused_recipient_is_final_only_with_5xx(server: FakeSmtp, answer: str, *, permanent: bool) -> None:
    server.mood.rcpt[CAMAT.address] = answer
    with pytest.raises(DeliveryError, match=answer) as caught:
        mail(settings(server)).send(notice(), ticket())
    assert caught.value.permanent is permanent
    assert not caught.value.uncertain


@pytest.mark.parametrize(("answer", "permanent"), [("554 spam", True), ("452 full", False)])
def test_a_refused_letter_is_final_only_with_5xx(server: FakeSmtp, answer: str, *, permanent: bool) -> None:
    server.mood.data = answer
    with pytest.raises(DeliveryError, match=answer) as caught:
        mail(settings(server)).send(notice(), ticket())
    assert caught.value.permanent is permanent
    assert not caught.value.uncertain


@pytest.mark.parametrize("place", ["greeting", "mail", "rcpt"])
def test_a_break_before_the_text_surely_delivered_nothing(
    server: FakeSmtp, place: Literal["greeting", "mail", "rcpt"]
) -> None:
    server.mood.drop = place
    with pytest.raises(DeliveryError) as caught:
        mail(settings(server)).send(notice(), ticket())
    assert not caught.value.permanent
    assert not caught.value.uncertain


@pytest.mark.parametrize("place", ["before-dot", "after-dot"])
def test_a_break_after_the_text_began_is_uncertain(server: FakeSmtp, place: Literal["before-dot", "after-dot"]) -> None:
    server.mood.drop = place
    with pytest.raises(DeliveryError, match="may have arrived") as caught:
        mail(settings(server)).send(notice(), ticket())
    assert caught.value.uncertain
    assert len(server.arrived) == (place == "after-dot")


def test_a_server_that_never_answers_the_dot_is_uncertain(server: FakeSmtp) -> None:
    server.mood.slow = True
    with pytest.raises(DeliveryError, match="may have arrived") as caught:
        mail(settings(server, timeout_seconds=0.3)).send(notice(), ticket())
    assert caught.value.uncertain


def test_a_server_that_drips_is_cut_off(server: FakeSmtp) -> None:
    server.mood.drip = True
    with pytest.raises(DeliveryError) as caught:
        mail(settings(server, timeout_seconds=0.3)).send(notice(), ticket())
    assert not caught.value.uncertain


@pytest.mark.parametrize("greeting", ["554 no service here", "421 too busy", "hello?"])
def test_a_server_that_refuses_everybody_may_change_its_mind(server: FakeSmtp, greeting: str) -> None:
    server.mood.greeting = greeting
    with pytest.raises(DeliveryError) as caught:
        mail(settings(server)).send(notice(), ticket())
    assert not caught.value.permanent
    assert not caught.value.uncertain


def test_no_server_at_all_is_said_with_its_address(server: FakeSmtp) -> None:
    wanted = settings(server)
    server.stop()
    with pytest.raises(DeliveryError, match=f"127.0.0.1:{server.port}") as caught:
        mail(wanted).send(notice(), ticket())
    assert not caught.value.permanent


def test_addressees_speak_the_offices_language_unless_they_name_one(server: FakeSmtp) -> None:
    wanted = settings(server)
    assert [one.language for one in addressees(wanted, "en")] == ["en", "en"]
    assert [one.role for one in addressees(wanted, "id")] == ["office", "technician"]
