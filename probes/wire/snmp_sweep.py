"""Asks every address of a network the same SNMP question once, slowly, and collects who answers."""

import contextlib
import ipaddress
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from probes.wire.snmp_codec import (
    MAX_DATAGRAM_BYTES,
    Ask,
    MalformedError,
    Question,
    Version,
    decode,
    encode,
)
from probes.wire.snmp_value import Oid, Value

MAX_HOSTS = 1024
_MAX_STRAYS = 4096

Progress = Callable[[int, int], None]
"""Called with (hosts asked, hosts in all) after each."""


class Heard(NamedTuple):
    """What one address answered: the rows next to those asked for."""

    address: str
    version: Version
    rows: tuple[tuple[Oid, Value], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast hosts are asked, and how long the slow ones are waited for at the end."""

    hosts_per_second: float = 50.0
    grace_seconds: float = 2.0


def hosts_of(network: str) -> list[str]:
    """The addresses of a network in CIDR notation. Raises ValueError("network: what is wrong; what to write")."""
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError as error:
        msg = f"network: {network!r} is no network; write an address and a prefix, for example 192.168.1.0/24"
        raise ValueError(msg) from error
    if parsed.num_addresses > MAX_HOSTS:
        msg = f"network: {network} has more than {MAX_HOSTS} addresses; write a smaller part of it, /22 at most"
        raise ValueError(msg)
    return [str(address) for address in parsed.hosts()]


@dataclass(kw_only=True)
class Sweep:
    """One pass over a network: no broadcast, one datagram of each version to each host, at a bounded rate."""

    hosts: list[str]
    oids: tuple[Oid, ...]
    community: bytes = b"public"
    port: int = 161
    pace: Pace = Pace()
    progress: Progress | None = None
    _request: int = field(default_factory=lambda: secrets.randbits(31), init=False)
    _heard: dict[str, Heard] = field(default_factory=dict, init=False)

    def run(self) -> list[Heard]:
        """Ask all, then wait a little for the slow ones."""
        if not self.hosts:
            return []
        question = Question(ask=Ask.NEXT, oids=self.oids)
        datagrams = [encode(version, self.community, self._request, question) for version in (Version.V2C, Version.V1)]
        kind = socket.AF_INET6 if ":" in self.hosts[0] else socket.AF_INET
        with socket.socket(kind, socket.SOCK_DGRAM) as wire:
            for count, host in enumerate(self.hosts, start=1):
                for datagram in datagrams:
                    with contextlib.suppress(OSError):  # no route to this one: as silent as no answer
                        wire.sendto(datagram, (host, self.port))
                self._listen(wire, 1 / self.pace.hosts_per_second)
                if self.progress is not None:
                    self.progress(count, len(self.hosts))
            self._listen(wire, self.pace.grace_seconds)
        return [self._heard[host] for host in self.hosts if host in self._heard]

    def _listen(self, wire: socket.socket, seconds: float) -> None:
        until = time.monotonic() + seconds
        for _ in range(_MAX_STRAYS):
            left = until - time.monotonic()
            if left <= 0:
                return
            wire.settimeout(left)
            try:
                data, sender = wire.recvfrom(MAX_DATAGRAM_BYTES + 1)
                self._take(data, sender[0])
            except (OSError, MalformedError):
                continue

    def _take(self, data: bytes, sender: str) -> None:
        answer = decode(data)
        known = self._heard.get(sender)
        if sender not in self.hosts or answer.request != self._request or answer.status:
            return
        if known is None or answer.version > known.version:
            rows = tuple((name, value) for name, value in answer.rows if value is not None)
            self._heard[sender] = Heard(address=sender, version=answer.version, rows=rows)
