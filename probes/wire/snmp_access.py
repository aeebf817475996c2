"""How a device is spoken to by SNMP: address, version and secrets. Needs no library."""

from pathlib import Path
from typing import NamedTuple

from probes.reading import ProbeError
from probes.secret import Secret
from probes.text import clean
from probes.wire import names
from probes.wire.address import Endpoint, endpoint, family

VERSIONS = ("1", "2c", "3")
AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
PRIV_PROTOCOLS = ("aes", "aes192", "aes256", "des")
_MOST_PORT = 65535
_LOOKUP_SECONDS = 2.0
_LEAST_KEY = 8  # RFC 3414 section 11.2


class Access(NamedTuple):
    """What a configuration says; check() says whether it can be. Version 3 is RFC 3414's USM."""

    host: str
    port: int = 161
    version: str = "2c"
    community_file: Secret | None = None
    user: str = ""
    auth_protocol: str = ""
    auth_key_file: Secret | None = None
    priv_protocol: str = ""
    priv_key_file: Secret | None = None

    @property
    def endpoint(self) -> Endpoint:
        """Where the device listens."""
        return Endpoint(self.host, self.port)


def check(access: Access) -> None:
    """Raises ValueError("option: what is wrong; what to write instead")."""
    if not 0 < access.port <= _MOST_PORT:
        _refuse("port: must be from 1 to 65535, usually 161")
    try:
        parsed = endpoint(access.host, access.port)
    except ValueError as error:
        _refuse(f"host: {error}")
    else:
        if parsed.host != access.host:
            _refuse("host: must be an address or a name alone; write the port as port = 161")
    if access.version not in VERSIONS:
        _refuse(f'version: there is no {access.version!r}; write "2c", "1" or "3"')
    if access.version == "3":
        _check_user(access)
    elif access.user or access.auth_protocol or access.priv_protocol:
        _refuse('user: a user belongs to version 3; write version = "3", or community_file instead')


def _check_user(access: Access) -> None:
    if access.community_file is not None:
        _refuse("community_file: version 3 has a user and keys instead; write user and auth_key_file")
    if not access.user:
        _refuse("user: version 3 needs the name of a user that the printer knows")
    for name, protocol, known, key in (
        ("auth", access.auth_protocol, AUTH_PROTOCOLS, access.auth_key_file),
        ("priv", access.priv_protocol, PRIV_PROTOCOLS, access.priv_key_file),
    ):
        if protocol and protocol not in known:
            _refuse(f"{name}_protocol: there is no {protocol!r}; there are {', '.join(known)}")
        if bool(protocol) != (key is not None):
            _refuse(f"{name}_key_file: give {name}_protocol and {name}_key_file together, or neither")
    if access.priv_protocol and not access.auth_protocol:
        _refuse("auth_protocol: privacy needs authentication, too; write auth_protocol and auth_key_file")


def _refuse(message: str) -> None:
    raise ValueError(message)


def address(host: str) -> str:
    """The address of a host. Raises ProbeError where its name has none."""
    if family(host) is not None:
        return host
    found = names.lookup(host, names.name_servers(), _LOOKUP_SECONDS)
    if not found.addresses:
        msg = clean(f"the name {host} has no address ({found.why}): write the printer's address instead", limit=256)
        raise ProbeError(msg)
    return found.addresses[0]


def secret(option: str, file: Secret | None, default: str = "", *, key: bool = False) -> str:
    """The secret in a file. Raises ProbeError where it cannot be read."""
    if file is None:
        return default
    try:
        text = file.reveal()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is empty or not text"
        msg = clean(f"{option}: cannot use {Path(file.path)}: {why}; write the secret on its first line", limit=256)
        raise ProbeError(msg) from error
    if key and len(text) < _LEAST_KEY:
        msg = clean(f"{option}: the key in {Path(file.path)} is too short; RFC 3414 wants 8 characters", limit=256)
        raise ProbeError(msg)
    return text
