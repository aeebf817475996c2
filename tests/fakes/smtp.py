"""A real SMTP server on loopback that records what arrived, and that can misbehave as real ones do."""

import asyncio
import ssl
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Drop = Literal["greeting", "mail", "rcpt", "before-dot", "after-dot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One letter that the server has. at: monotonic seconds."""

    sender: str
    recipient: str
    message: EmailMessage
    raw: bytes
    encrypted: bool
    user: str | None
    at: float


@dataclass(kw_only=True)
class Mood:
    """How the server behaves. rcpt: what it answers to an address; data: to the dot; drop: where it hangs up.

    slow: it never answers the dot. drip: it sends its greeting one byte at a time and never ends it.
    """

    rcpt: dict[str, str] = field(default_factory=dict)
    greeting: str | None = None
    mail: str | None = None
    data: str | None = None
    drop: Drop | None = None
    slow: bool = False
    drip: bool = False


class FakeSmtp:
    """with FakeSmtp() as server: ... server.port, server.arrived, server.mood."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        security: Literal["none", "starttls", "tls"] = "none",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.mood = Mood()
        self.arrived: list[Arrived] = []
        self.thanked: set[int] = set()
        """Of what arrived, by place in the list: the client had the answer to the dot, for it said QUIT."""
        self.connections = 0
        self.on_connect: Callable[[], None] = lambda: None
        """Called when somebody connects: may set another mood."""
        self.port = 0
        self._tls, self._security, self._login = tls, security, login
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._transports: set[asyncio.BaseTransport] = set()
        self._thread = threading.Thread(target=self._run, name="fake-smtp")

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Hang up on everybody and listen no longer."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        wrapped = self._tls if self._security == "tls" else None
        server = await self._loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=wrapped)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for transport in list(self._transports):
            # Debian 12's Python (3.11.2) has taken the protocol from a TLS transport that is closed already
            with suppress(AttributeError):
                transport.abort()  # type: ignore[attr-defined] # every socket transport has it
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _protocol(self) -> SMTP:
        options: dict[str, Any] = {}
        if self._login is not None:
            options = {"authenticator": self._authenticate, "auth_required": True}
            options["auth_require_tls"] = self._security == "starttls"
        if self._security == "starttls":
            options |= {"tls_context": self._tls, "require_starttls": True}
        with warnings.catch_warnings():
            # aiosmtpd warns of passwords without STARTTLS, even where the whole connection is TLS.
            warnings.simplefilter("ignore", UserWarning)
            return _Server(_Handler(self), fake=self, hostname="fake.test", loop=self._loop, **options)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        wanted = self._login
        good = (
            isinstance(data, LoginPassword)
            and wanted is not None
            and (data.login.decode(), data.password.decode()) == wanted
        )
        return AuthResult(success=good, handled=False, auth_data=wanted[0] if good and wanted else None)


class _Server(SMTP):
    lately = range(0)
    """What arrived over this connection, in the fake's list."""

    def __init__(self, handler: "_Handler", *, fake: FakeSmtp, **options: Any) -> None:  # noqa: ANN401 - aiosmtpd's own
        self._fake = fake
        super().__init__(handler, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        fake = self._fake
        fake.connections += 1
        fake.on_connect()
        fake._transports.add(transport)
        if fake.mood.drop == "greeting":
            transport.close()
            return
        if fake.mood.greeting is not None or fake.mood.drip:
            self._talk(transport)
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._fake._transports.discard(self.transport)
            super().connection_lost(error)

    def _talk(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own
        if self._fake.mood.greeting is not None:
            transport.write(f"{self._fake.mood.greeting}\r\n".encode())
            transport.close()
            return

        def drip() -> None:
            if not transport.is_closing():
                transport.write(b"2")
                self._fake._loop.call_later(0.02, drip)

        drip()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's own name
        if self._fake.mood.drop == "before-dot":
            await self.push("354 go on")
            self.transport.abort()  # type: ignore[union-attr] # connected, or no command would come
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, fake: FakeSmtp) -> None:
        self._fake = fake

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._fake.mood.drop == "mail":
            return self._hang_up(server)
        envelope.mail_from = address
        return self._fake.mood.mail or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._fake.mood.drop == "rcpt":
            return self._hang_up(server)
        answer = self._fake.mood.rcpt.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - as above
        assert isinstance(server, _Server)
        self._fake.thanked.update(server.lately)
        return "221 bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        mood = self._fake.mood
        assert isinstance(server, _Server)
        if mood.data is not None:
            return mood.data
        raw = envelope.original_content or b""
        parsed = message_from_bytes(raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        before = len(self._fake.arrived)
        self._fake.arrived += [
            Arrived(
                sender=envelope.mail_from or "",
                recipient=recipient,
                message=parsed,
                raw=raw,
                encrypted=session.ssl is not None or self._fake._security == "tls",
                user=session.auth_data if isinstance(session.auth_data, str) else None,
                at=time.monotonic(),
            )
            for recipient in envelope.rcpt_tos
        ]
        server.lately = range(before, len(self._fake.arrived))
        if mood.slow:
            await asyncio.sleep(3600)
        if mood.drop == "after-dot":
            return self._hang_up(server)
        return "250 taken"

    def _hang_up(self, server: SMTP) -> str:
        server.transport.abort()  # type: ignore[union-attr] # connected, or no command would come
        return "421 never seen"
