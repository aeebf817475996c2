"""One letter to one addressee over SMTP (RFC 5321). Imported only when there is something to send.

What happens before the server said "354 go on" surely did not arrive. From then on until its answer to the
final dot the letter may have been taken: that is uncertain (RFC 1047 describes the doubles that this makes).
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from alerts.incident import DeliveryError, Notice
from alerts.letter import MailSettings
from alerts.lettertext import LetterText
from probes.text import SafeText, clean

_POLICY = SMTP.clone(cte_type="7bit")
_READY, _DONE, _GO_ON = 220, 250, 354
_PERMANENT = 500
_AUTHENTICATE_FIRST = 530
_WHOLE_LETTER_STEPS = 3
_CLOSED = "the connection is closed"


def compose(notice: Notice, *, sender: str, name: str, text: LetterText) -> bytes:
    """The letter as bytes with CRLF ends. Its Date is when the notice was made, its id the notice's own."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(display_name=_header(f"JagaLoket {name}", 60), addr_spec=sender)
    message["To"] = Address(addr_spec=notice.addressee.address)
    message["Subject"] = _header(text.subject, 250)
    message["Date"] = format_datetime(datetime.fromtimestamp(notice.created, UTC))
    message["Message-ID"] = f"<{notice.message_id}>"
    if notice.thread_id:
        message["In-Reply-To"] = f"<{notice.thread_id}>"
        message["References"] = f"<{notice.thread_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-JagaLoket-Ticket"] = notice.ticket
    message.set_content(text.body, cte="quoted-printable")
    if text.html:
        message.add_alternative(text.html, subtype="html", cte="quoted-printable")
    for file, content in text.files.items():
        message.add_attachment(content, maintype="application", subtype="pdf", filename=file)
    message["Content-Language"] = notice.addressee.language
    return message.as_bytes()


def _header(text: str, limit: int) -> str:
    """Text for a header, without encoded-words (RFC 2047).

    Python's parser would decode them and write out the line breaks that they may hide: a device could add
    headers of its own.
    """
    return clean(text, limit).replace("=?", "= ?")


def deliver(settings: MailSettings, recipient: str, message: bytes) -> None:
    """Hand a letter to the server. Raises DeliveryError."""
    with _logged_in(settings) as server:
        _accept(server.mail(settings.sender))
        _accept(server.rcpt(recipient))
        _content(server, message)


def knock(settings: MailSettings) -> None:
    """Connect, encrypt, log in and leave: would a letter be taken? Raises DeliveryError."""
    with _logged_in(settings):
        pass


@contextlib.contextmanager
def _logged_in(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A server that is ready for a letter; every error behind this border is a DeliveryError."""
    where = f"{settings.server}:{settings.effective_port}"
    try:
        with _connected(settings) as server:
            _login(settings, server)
            yield server
    except DeliveryError:
        raise
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(_answer(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        msg = f"{where} does not offer what [mail] asks for ({error}); check security and username"
        raise DeliveryError(clean(msg, 300)) from error
    except ssl.SSLError as error:
        msg = f"{where}: no trusted TLS connection: {error.reason or error}; check the PC's clock, security and ca_file"
        raise DeliveryError(clean(msg, 300)) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(clean(f"{where}: {error or type(error).__name__}", 300)) from error


@contextlib.contextmanager
def _connected(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A greeted connection, with TLS where it is wanted, cut off when the whole takes too long."""
    server = smtplib.SMTP(timeout=settings.timeout_seconds, local_hostname="jagaloket.invalid")
    server.sock = socket.create_connection((settings.server, settings.effective_port), settings.timeout_seconds)
    timer = threading.Timer(settings.timeout_seconds * _WHOLE_LETTER_STEPS, _cut, (server,))
    timer.daemon = True
    timer.start()
    try:
        if settings.security == "tls":
            _encrypt(server, settings)
        _expect(server.getreply(), _READY)
        server.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            _start_tls(server, settings)
        yield server
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        timer.cancel()
        server.close()


def _start_tls(server: smtplib.SMTP, settings: MailSettings) -> None:
    """RFC 3207. Not smtplib's own: that one hides the connection from _cut() during the handshake."""
    if not server.has_extn("starttls"):
        msg = "STARTTLS"
        raise smtplib.SMTPNotSupportedError(msg)
    _expect(server.docmd("STARTTLS"), _READY)
    _encrypt(server, settings)
    # What was said in clear text must be forgotten (RFC 3207 section 4.2).
    server.file, server.helo_resp, server.ehlo_resp = None, None, None
    server.esmtp_features, server.does_esmtp = {}, False
    server.ehlo_or_helo_if_needed()


def _encrypt(server: smtplib.SMTP, settings: MailSettings) -> None:
    context = ssl.create_default_context(cafile=settings.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.sock is None:
        raise smtplib.SMTPServerDisconnected(_CLOSED)
    encrypted = context.wrap_socket(server.sock, server_hostname=settings.server, do_handshake_on_connect=False)
    server.sock = encrypted
    encrypted.do_handshake()


def _login(settings: MailSettings, server: smtplib.SMTP) -> None:
    if settings.password_file is None:
        return
    try:
        password = settings.password_file.reveal()
    except (OSError, ValueError) as error:
        msg = f"the password file {settings.password_file.path} cannot be read; check the file and its rights"
        raise DeliveryError(msg) from error
    try:
        server.login(settings.username, password)
    except smtplib.SMTPAuthenticationError as error:
        # The server's words may repeat what it was sent; the code says enough.
        msg = f"{settings.server} refuses username and password ({error.smtp_code}); check [mail]"
        raise DeliveryError(msg) from None


def _expect(answer: tuple[int, bytes], wanted: int) -> None:
    """Raise DeliveryError when the server did not give this answer; the letter itself is not to blame."""
    if answer[0] != wanted:
        raise DeliveryError(_answer(*answer))


def _accept(answer: tuple[int, bytes], wanted: int = _DONE) -> None:
    """Raise DeliveryError when the server did not take this; 5yz means that it never will (RFC 5321 4.2.1)."""
    code = answer[0]
    if code // 10 != wanted // 10:
        permanent = code >= _PERMANENT and code != _AUTHENTICATE_FIRST
        raise DeliveryError(_answer(*answer), permanent=permanent)


def _content(server: smtplib.SMTP, message: bytes) -> None:
    _accept(server.docmd("DATA"), _GO_ON)
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    try:
        server.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        answer = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        msg = f"the connection broke after the letter was sent ({error or type(error).__name__}); it may have arrived"
        raise DeliveryError(clean(msg, 300), uncertain=True) from error
    _accept(answer)


def _answer(code: int, text: bytes | str) -> SafeText:
    return clean(f"the mail server answered {code} {clean(text, 200)}", 300)


def _cut(server: smtplib.SMTP) -> None:
    """A server that drips is cut off: each of its bytes starts the socket's time-out anew."""
    connection = server.sock
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
