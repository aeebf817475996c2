"""The options of [bridge]."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from agent.door import address_of, is_loopback, need_both
from probes.secret import Secret

_TOKEN_CHARACTERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Where Alertmanager's webhooks come in.

    listen: address and port; anything but this PC itself demands TLS. token_file: the bearer token that
    Alertmanager sends (its http_config.authorization). cert_file, key_file: PEM files.
    """

    table: ClassVar[str] = "bridge"
    basic_auth_users: ClassVar[Mapping[str, str]] = MappingProxyType({})

    token_file: Secret
    listen: str = "127.0.0.1:9777"
    cert_file: Path | None = None
    key_file: Secret | None = None

    def __post_init__(self) -> None:
        need_both(self.cert_file, self.key_file)
        if len(self.token_file.reveal()) < _TOKEN_CHARACTERS:
            msg = f"token_file: {self.token_file.path} holds fewer than {_TOKEN_CHARACTERS} characters; write one that "
            msg += "nobody guesses: openssl rand -hex 32"
            raise ValueError(msg)
        if not self.is_local and self.cert_file is None:
            msg = f"listen: {self.listen} can be reached from other computers, which demands cert_file and key_file"
            raise ValueError(msg)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return address_of(self.listen)

    @property
    def is_local(self) -> bool:
        """Whether only this PC can reach the server."""
        return is_loopback(self.listen)
