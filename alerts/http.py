"""HTTP for the ticket desks. With httpwire.py the one place that knows requests; imported only where a desk is used.

requests' own time-outs are per read: a server that drips held it for 30 s at timeout=1. Here a whole exchange has
one deadline, an answer a size limit, no cookie is kept, and no redirect is followed: a token never goes to another
host.
"""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, NoReturn

import requests
import urllib3

from alerts.httpwire import Adapter, Wire, body_of, trust
from alerts.incident import DeliveryError
from probes.text import SafeText, clean

CONNECT_SECONDS = 10.0
KEEP_SECONDS = 4.0
"""A connection that rested so long is not used again: servers hang up after five seconds."""
_READS = ("GET", "HEAD")
_OK, _REDIRECT, _REFUSED, _BROKEN = 200, 300, 400, 500
_GONE, _BODILESS, _TOO_MANY = (404, 410), (204, 304), 429
_MAY_HAVE_WORKED = frozenset({404, 408, 409})
"""Answers to a write that desks are known to give although they did it (GLPI #24506), or that prove nothing."""
_REMEDIES = {
    401: " (not accepted: check the token)",
    403: " (not allowed: check the rights of the token's user)",
    404: " (no such page: check url)",
    _TOO_MANY: " (too many requests)",
}

Json = Any
"""Whatever JSON holds; the desks look closely at what they take out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer of the 200s. uncertain: it answers a write, so an unusable body leaves open what happened."""

    status: int
    headers: Mapping[str, SafeText]
    body: bytes
    uncertain: bool

    def json(self) -> Json:
        """The body as JSON. Raises DeliveryError when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            self.reject("is no JSON" if self.body.strip() else "is empty")

    def reject(self, why: str) -> NoReturn:
        """The body is not what was asked for. Raises DeliveryError."""
        msg = f"the desk answered {self.status}, but its answer {why}"
        raise DeliveryError(msg, uncertain=self.uncertain) from None


class RefusalError(DeliveryError):
    """The desk answered with an error. status: HTTP's."""

    def __init__(self, message: str, *, status: int, uncertain: bool, wait_seconds: float) -> None:
        super().__init__(message, uncertain=uncertain, wait_seconds=wait_seconds)
        self.status = status


class Http:
    """One desk's connection, kept open between requests. For one thread at a time.

    base: what paths are appended to. headers: sent with each request. hide: secrets that no message may show.
    """

    def __init__(self, base: str, *, timeout_seconds: float, ca_file: Path | None) -> None:
        self._base, self._timeout = base, timeout_seconds
        self.headers: dict[str, str] = {}
        self.hide: set[str] = set()
        self._wire = Wire()
        self._used = 0.0
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would replace the token, a proxy would see it
        self._session.verify = trust(ca_file)
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, Adapter(self._wire))

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Reply:
        """Read something. Raises DeliveryError, never an uncertain one."""
        return self._ask("GET", path, dict(params or {}), None, {})

    def seek(self, path: str, params: Mapping[str, str | int] | None = None) -> Reply | None:
        """Read something that may be gone: None then. Raises DeliveryError."""
        try:
            return self.get(path, params)
        except RefusalError as error:
            if error.status in _GONE:
                return None
            raise

    def write(self, method: str, path: str, data: Json = None, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Change something; data: sent as JSON, or as it is when it is bytes already.

        Raises DeliveryError, uncertain when the desk may have done it.
        """
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self._ask(method, path, {}, body, {"Content-Type": "application/json", **(headers or {})})

    def close(self) -> None:
        """Hang up."""
        self._session.close()
        self._wire.close()

    def _ask(
        self, method: str, path: str, params: dict[str, str | int], data: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        if time.monotonic() - self._used > KEEP_SECONDS:
            self._drop()
        self._wire.begin()
        timer = threading.Timer(self._timeout, self._wire.cut)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(method, path, params, data, headers)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self._drop()
            # Neither the library's error nor its chain goes on: they quote requests, and with them secrets.
            msg = self._clean(f"{self._base}: {self._reason(error)}")
            raise DeliveryError(msg, uncertain=method not in _READS and self._wire.left) from None
        finally:
            timer.cancel()
            self._used = time.monotonic()

    def _exchange(
        self, method: str, path: str, params: dict[str, str | int], data: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        common = {"User-Agent": "jagaloket", "Accept": "application/json", "Accept-Encoding": "identity"}
        with self._session.request(
            method,
            self._base.rstrip("/") + path if path else self._base,
            params=params,
            data=data,
            headers={**common, **self.headers, **headers},
            timeout=(min(CONNECT_SECONDS, self._timeout), self._timeout),
            allow_redirects=False,
            stream=True,
        ) as answer:
            reply = Reply(
                status=answer.status_code,
                headers={name.lower(): clean(value, 500) for name, value in answer.headers.items()},
                body=body_of(answer),
                uncertain=method not in _READS,
            )
        if self._wire.late or _is_torn(reply):
            raise ConnectionError  # http.client takes a head that was cut off for a whole one
        self._judge(reply)
        return reply

    def _judge(self, reply: Reply) -> None:
        """Raise DeliveryError for anything but the 200s."""
        status = reply.status
        if _OK <= status < _REDIRECT:
            return
        if _REDIRECT <= status < _REFUSED:
            where = self._clean(reply.headers.get("location", ""), 150)
            msg = f"{self._base} sends us elsewhere ({status} {where}), and we do not follow; write that as url"
            raise RefusalError(clean(msg, 300), status=status, uncertain=reply.uncertain, wait_seconds=0.0)
        msg = self._clean(f"{self._base} answered {status}{_REMEDIES.get(status, '')}{_words(reply)}")
        doubtful = status >= _BROKEN or status in _MAY_HAVE_WORKED or status < _OK
        raise RefusalError(msg, status=status, uncertain=reply.uncertain and doubtful, wait_seconds=_wait(reply))

    def _drop(self) -> None:
        """A connection on which something went wrong is not used again."""
        for adapter in self._session.adapters.values():
            adapter.close()
        self._wire.close()

    def _clean(self, text: str, limit: int = 300) -> SafeText:
        for secret in self.hide:
            text = text.replace(secret, "***")
        return clean(text, limit)

    def _reason(self, error: Exception) -> str:
        """In few words, without the library's quotations."""
        if self._wire.late:
            return f"no whole answer within {self._timeout:g} s"
        if not self._wire.left and isinstance(error, requests.exceptions.SSLError):
            return "no trusted TLS connection; check the PC's clock, the desk's certificate and ca_file"
        if not self._wire.left:
            return "cannot be reached; check url, network and name server"
        if isinstance(error, ValueError) and not isinstance(error, requests.RequestException):
            return str(error)
        return "the connection broke before the whole answer came"


def _is_torn(reply: Reply) -> bool:
    """Whether nothing says that this is all of the answer."""
    framed = {"content-length", "transfer-encoding"} & reply.headers.keys()
    return not framed and not reply.body and reply.status not in _BODILESS


def _words(reply: Reply) -> str:
    """What a desk's error says, where it is JSON or plain text; a page for people is left out."""
    is_page = "html" in reply.headers.get("content-type", "") or reply.body.lstrip()[:1] == b"<"
    return "" if is_page or not reply.body.strip() else f": {clean(reply.body[:2000], 150)}"


def _wait(reply: Reply) -> float:
    """Retry-After in seconds (RFC 9110 10.2.3); a date is not trusted to a PC's clock."""
    asked = reply.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0.0  # noqa: PLR2004 - three years are enough
