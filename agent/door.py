"""Where a server of ours listens: what a table of the configuration must say of it."""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from probes.secret import Secret

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+|localhost)):(?P<port>\d{1,5})")
_PORT_LIMIT = 65535


class Door(Protocol):
    """Where a server listens, as a table of the configuration says."""

    @property
    def table(self) -> str:
        """The table's name."""

    @property
    def listen(self) -> str:
        """As it is written."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    @property
    def is_local(self) -> bool:
        """Whether only this PC can reach the server."""

    @property
    def cert_file(self) -> Path | None:
        """With key_file: the server speaks TLS."""

    @property
    def key_file(self) -> Secret | None:
        """The certificate's key."""

    @property
    def basic_auth_users(self) -> Mapping[str, str]:
        """Who may look; empty for everybody."""


def need_both(cert_file: Path | None, key_file: Secret | None) -> None:
    """Raises ValueError where there is only one of them."""
    if (cert_file is None) != (key_file is None):
        msg = "cert_file: works only together with key_file; write both or none"
        raise ValueError(msg)


def address_of(listen: str) -> tuple[str, int]:
    """Host and port. Raises ValueError."""
    match = _LISTEN.fullmatch(listen)
    host = (match["six"] or match["four"]) if match else ""
    port = int(match["port"]) if match else 0
    try:
        host = "127.0.0.1" if host == "localhost" else str(ipaddress.ip_address(host))
    except ValueError:
        host = ""
    if not host or port > _PORT_LIMIT:
        msg = f"listen: {listen!r} is no address with a port; write for example 127.0.0.1:9776 or [::1]:9776"
        raise ValueError(msg)
    return host, port


def is_loopback(listen: str) -> bool:
    """Whether only this PC can reach that address."""
    return ipaddress.ip_address(address_of(listen)[0]).is_loopback
