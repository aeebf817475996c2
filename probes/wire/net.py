"""One look at a network service: TCP, then TLS, then one HTTP request, under one deadline and a cap on bytes."""

import socket
import ssl
import time
from collections.abc import Sequence
from email.utils import mktime_tz, parsedate_tz
from functools import lru_cache
from typing import NamedTuple

from probes.text import clean
from probes.wire import webpage
from probes.wire.target import Outcome, Stage, Url, reason
from probes.wire.tcp import dial

MOST_ADDRESSES = 3
"""So many of a name's addresses are tried."""
# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of openssl/x509_vfy.h.
_DATE_CODES = (9, 10)


class Trust(NamedTuple):
    """Which certificates count: those of the system, or of one file; verify=False takes any."""

    ca_file: str = ""
    verify: bool = True


def connect(address: str, port: int, timeout_seconds: float) -> tuple[float | None, str]:
    """Only a TCP handshake: the seconds it took, or None and why it failed."""
    wire, seconds, why = _connect((address,), port, time.monotonic() + timeout_seconds)
    if wire is None:
        return None, why
    wire.close()
    return seconds, ""


def look(
    target: Url,
    addresses: Sequence[str],
    timeout_seconds: float,
    *,
    trust: Trust | None = None,
    body_bytes: int = 0,
) -> Outcome:
    """Look at a target at the first of its addresses that lets us in. Never raises.

    timeout_seconds: for everything together. body_bytes: how much of an HTTP body is wanted.
    """
    until = time.monotonic() + timeout_seconds
    wire, seconds, why = _connect(addresses[:MOST_ADDRESSES], target.at.port, until)
    if wire is None:
        return Outcome(failed=Stage.CONNECT, why=clean(why))
    outcome = Outcome(connect_seconds=seconds)
    try:
        if target.scheme in ("tls", "https"):
            wire, outcome = _handshake(wire, target.at.host, trust or Trust(), outcome, until)
        if target.scheme in ("http", "https") and outcome.failed is None:
            outcome = webpage.request(wire, target, outcome, until, body_bytes)
    finally:
        wire.close()
    return outcome


def presented(target: Url, addresses: Sequence[str], timeout_seconds: float) -> bytes:
    """The certificate (DER) that a target shows to anybody, not verified; empty where it shows none. Never raises."""
    until = time.monotonic() + timeout_seconds
    wire, _, _ = _connect(addresses[:MOST_ADDRESSES], target.at.port, until)
    if wire is None:
        return b""
    try:
        with wire:
            wire.settimeout(max(0.001, until - time.monotonic()))
            with _context(Trust(verify=False)).wrap_socket(wire, server_hostname=target.at.host.encode()) as secured:
                return secured.getpeercert(binary_form=True) or b""
    except (OSError, ValueError):
        return b""


def _connect(addresses: Sequence[str], port: int, until: float) -> tuple[socket.socket | None, float, str]:
    why = "no address"
    for tries_left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        started = time.monotonic()
        share = max(0.001, (until - started) / tries_left)
        try:
            wire = dial(address, port, share)
        except OSError as error:
            why = f"{address} port {port}: {reason(error)}"
        else:
            return wire, time.monotonic() - started, ""
    return None, 0.0, why


def _handshake(
    wire: socket.socket, host: str, trust: Trust, outcome: Outcome, until: float
) -> tuple[socket.socket, Outcome]:
    started = time.monotonic()
    try:
        wire.settimeout(max(0.001, until - started))
        secured = _context(trust).wrap_socket(wire, server_hostname=host.encode())
    except ssl.SSLCertVerificationError as error:
        only_dates = error.verify_code in _DATE_CODES
        why = clean(f"certificate refused: {error.verify_message}")
        return wire, outcome._replace(failed=Stage.TLS, why=why, refused=True, only_dates=only_dates)
    except (OSError, ValueError) as error:
        what = getattr(error, "reason", None) or (reason(error) if isinstance(error, OSError) else str(error))
        return wire, outcome._replace(failed=Stage.TLS, why=clean(f"TLS handshake failed: {what}"))
    ends = (secured.getpeercert() or {}).get("notAfter")
    expires = _epoch_seconds(ends) if isinstance(ends, str) else None
    return secured, outcome._replace(tls_seconds=time.monotonic() - started, expires=expires)


@lru_cache(64)
def _epoch_seconds(date: str) -> float | None:
    """A date as certificates write it ("Jun 26 21:41:46 2026 GMT"); None for what is none.

    ssl.cert_time_to_seconds() would load strptime(), 0.06 MiB, for what the reader of mail's dates can do as well.
    """
    read = parsedate_tz(date)
    return float(mktime_tz(read)) if read else None


_CONTEXTS: dict[Trust, ssl.SSLContext] = {}
"""One context per trust: making one reads the system's certificates."""


def _context(trust: Trust) -> ssl.SSLContext:
    if trust not in _CONTEXTS:
        context = ssl.create_default_context(cafile=trust.ca_file or None)
        if not trust.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        _CONTEXTS[trust] = context
    return _CONTEXTS[trust]
