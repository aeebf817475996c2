"""Names to addresses without the C resolver: literals, /etc/hosts, then the configured name servers."""

import socket
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from probes.wire import dns
from probes.wire.address import Endpoint, family

HOSTS = Path("/etc/hosts")
RESOLV_CONF = Path("/etc/resolv.conf")
_MOST_BYTES = 1 << 20
_MOST_KEPT_BYTES = 1 << 14
_MOST_SERVERS = 3


_Lines = tuple[tuple[str, ...], ...]


def _lines(path: Path) -> _Lines:
    """A configuration file's lines as words, without comments; nothing where it cannot be read.

    They are asked for at every look, and read again only when the file changed.
    """
    try:
        now = path.stat()
        read = _read_once if now.st_size <= _MOST_KEPT_BYTES else _read
        return read(path, (now.st_mtime_ns, now.st_size, now.st_ino))
    except OSError:
        return ()


def _read(path: Path, version: tuple[int, ...]) -> _Lines:
    """Raises OSError where the file cannot be read."""
    del version
    with path.open("rb") as file:
        text = file.read(_MOST_BYTES).decode("utf-8", "replace")
    words = (line.partition("#")[0].partition(";")[0].split() for line in text.splitlines())
    return tuple(tuple(line) for line in words if line)


_read_once = lru_cache(2)(_read)


def name_servers(path: Path = RESOLV_CONF) -> tuple[Endpoint, ...]:
    """The name servers of resolv.conf(5); as there, at most three count."""
    found = (words[1] for words in _lines(path) if words[0] == "nameserver" and len(words) > 1)
    return tuple(Endpoint(host, 53) for host in found if family(host) is not None)[:_MOST_SERVERS]


def from_hosts(name: str, path: Path = HOSTS) -> tuple[str, ...]:
    """The addresses that hosts(5) gives a name."""
    name = name.rstrip(".").lower()
    return tuple(w[0] for w in _lines(path) if name in (x.lower() for x in w[1:]) and family(w[0]) is not None)


class Found(NamedTuple):
    """The addresses of a name and the other names on the way to them; where there are none, why."""

    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    why: str = ""


def lookup(name: str, servers: Sequence[Endpoint], timeout_seconds: float) -> Found:
    """The addresses of a name, IPv4 first.

    IPv6 is asked for only where the name has no IPv4 address. Never raises; at most timeout_seconds.
    """
    if family(name) is not None:
        return Found(addresses=(name,))
    known = from_hosts(name)
    if known or not servers:
        return Found(addresses=known, why="" if known else "no name server is configured")
    why = ""
    ends = time.monotonic() + timeout_seconds
    share = timeout_seconds / len(servers) / 2
    for server in servers:
        for kind in (socket.AF_INET, socket.AF_INET6):
            if time.monotonic() >= ends:
                return Found(why=why)
            answer, why = _ask(server, name, share, kind)
            if answer and answer.addresses:
                return Found(addresses=answer.addresses, aliases=answer.aliases)
            if answer is None:
                break
    return Found(why=why)


def _ask(server: Endpoint, name: str, seconds: float, kind: socket.AddressFamily) -> tuple[dns.Answer | None, str]:
    try:
        answer = dns.ask(server, (name, name), seconds, kind)
    except OSError as error:
        return None, f"{server}: {error.strerror or 'no way to it'}"
    except ValueError as error:
        return None, str(error)
    return answer, f"{server}: {answer.verdict if answer else 'no answer'}"
