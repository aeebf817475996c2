"""The web server: on which address, for whom, and which pages. cheroot's parser and workers behind a gate."""

import json
import os
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from agent.auth import Users
from agent.door import Door, address_of, is_loopback, need_both
from agent.gate import Gate
from agent.guest import Allowance
from agent.site import Answer, Page, Request, Site
from probes.secret import Secret

if TYPE_CHECKING:
    from agent.workers import Workers

_BACKLOG = 1024
_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """The options of [web]; basic_auth_users, cert_file and key_file are named as in Prometheus' web-config.

    listen: address and port; anything but this PC itself demands TLS and a user.
    basic_auth_users: name -> bcrypt hash, as "htpasswd -nBC 10 NAME" prints it.
    """

    table: ClassVar[str] = "web"

    listen: str = "127.0.0.1:9776"
    cert_file: Path | None = None
    key_file: Secret | None = None
    basic_auth_users: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        need_both(self.cert_file, self.key_file)
        for name, stored in self.basic_auth_users.items():
            if ":" in name or not _BCRYPT.fullmatch(stored):
                msg = (
                    f"basic_auth_users: {name!r} needs a name without colon and a bcrypt hash of cost 4 to 14; "
                    "write what this prints: htpasswd -nBC 10 NAME"
                )
                raise ValueError(msg)
        if not self.is_local and not (self.cert_file and self.basic_auth_users):
            msg = (
                f"listen: {self.listen} can be reached from other computers, which demands cert_file, key_file and a "
                "user in basic_auth_users; write these, or 127.0.0.1:9776"
            )
            raise ValueError(msg)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return address_of(self.listen)

    @property
    def is_local(self) -> bool:
        """Whether only this PC can reach the server."""
        return is_loopback(self.listen)


def health_page(checks: Callable[[], Mapping[str, str]]) -> Page:
    """/health: each check with "" or the reason why it fails; 200 when all are well, else 503."""

    def page(_request: Request) -> Answer:
        results = checks()
        failing = any(results.values())
        told = {"status": "failing" if failing else "ok", "checks": {k: why or "ok" for k, why in results.items()}}
        return Answer(
            body=json.dumps(told, indent=1).encode(),
            content_type="application/json",
            status=HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK,
        )

    return page


def metrics_page(render: Callable[[str, list[str]], tuple[bytes, str]]) -> Page:
    """/metrics; ?name[]=... shows only these metrics."""

    def page(request: Request) -> Answer:
        body, content_type = render(request.accept, request.query.get("name[]", []))
        return Answer(body=body, content_type=content_type)

    return page


class WebServer:
    """Serves pages on one address with few threads, however many clients there are and however slow they are.

    pages: path -> page, for example "/metrics": metrics_page(exporter.render). receivers: the same for what is sent
    here (POST). token: who sends must bear it; where other PCs can connect, who reads, too.
    """

    def __init__(
        self,
        settings: Door,
        pages: Mapping[str, Page],
        *,
        allowance: Allowance | None = None,
        receivers: Mapping[str, Page] = MappingProxyType({}),
        token: Secret | None = None,
    ) -> None:
        self._settings = settings
        self._allowance = allowance
        self._site = Site(
            pages=pages,
            hosts=_own_names(settings) if settings.is_local else frozenset(),
            users=Users(hashes=settings.basic_auth_users) if settings.basic_auth_users else None,
            squeeze=not settings.is_local,
            receivers=receivers,
            token=token,
            all_bear=token is not None and not settings.is_local,
        )
        self._workers: Workers | None = None
        self._gate: Gate | None = None
        self.address = settings.address

    def start(self) -> None:
        """Serve from now on. Raises OSError with a remedy when the address or the certificate cannot be used."""
        from agent.workers import Workers  # noqa: PLC0415 - who only reads the configuration pays for no server

        tls = _tls(self._settings)
        listener = _listener(self._settings)
        host, port, *_ = listener.getsockname()
        self.address = host, port
        self._workers = Workers(self._site, self.address)
        self._workers.start()
        self._gate = Gate(listener, self._workers.let_in, tls=tls, allowance=self._allowance)
        self._gate.start()

    @property
    def is_alive(self) -> bool:
        """Whether connections are being let in."""
        return self._gate is not None and self._gate.is_alive

    def stop(self) -> None:
        """Serve no more; what is being answered is given a moment to end."""
        if self._gate and self._workers:
            self._gate.stop()
            self._workers.stop()
        self._gate = self._workers = None


def _own_names(settings: Door) -> frozenset[str]:
    host = settings.address[0]
    return frozenset({"localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host})


def _listener(settings: Door) -> socket.socket:
    host, port = settings.address
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        other = f"write another port in [{settings.table}] listen"
        remedy = f"see who uses it with: ss -ltnp 'sport = :{port}'; end that, or {other}"
        msg = f"{settings.table}.listen: cannot use {settings.listen}: {os.strerror(error.errno or 0)}; {remedy}"
        raise OSError(msg) from error


def _tls(settings: Door) -> ssl.SSLContext | None:
    """Server-side TLS >= 1.2; None where no certificate is configured."""
    if settings.cert_file is None or settings.key_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.cert_file, settings.key_file.path)
    except OSError as error:
        files = f"{settings.cert_file} with {settings.key_file.path}"
        msg = f"{settings.table}.cert_file: cannot use {files}: {error}; write PEM files"
        raise OSError(msg) from error
    return context
