"""SNMPv3 (RFC 3414 USM) through pysnmp's engine. Loaded only where a printer is configured for version 3.

The engine runs on an event loop that turns only while a question is under way: pysnmp's timers, which tick for
ever, cost nothing between two looks. An engine costs 20 MiB for the first printer and 5 for each further one.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from probes.reading import ProbeError
from probes.text import clean
from probes.wire.address import Endpoint
from probes.wire.snmp_access import Access, address, secret
from probes.wire.snmp_codec import Answer, Ask, Question
from probes.wire.snmp_udp import SilenceError
from probes.wire.snmp_value import value

# pysnmp imports pysmi where it is installed, which brings 20 MiB of compilers that plain OIDs never need.
sys.modules.setdefault("pysmi", None)  # type: ignore[arg-type]  # None is how Python says "not there"

from pyasn1.codec.ber import encoder  # noqa: E402 - after the line above
from pysnmp.error import PySnmpError  # noqa: E402 - as above
from pysnmp.hlapi.v3arch import asyncio as hlapi  # noqa: E402 - as above
from pysnmp.proto.errind import RequestTimedOut  # noqa: E402 - as above

_AUTH: dict[str, Any] = {
    "": hlapi.USM_AUTH_NONE,
    "md5": hlapi.USM_AUTH_HMAC96_MD5,
    "sha": hlapi.USM_AUTH_HMAC96_SHA,
    "sha224": hlapi.USM_AUTH_HMAC128_SHA224,
    "sha256": hlapi.USM_AUTH_HMAC192_SHA256,
    "sha384": hlapi.USM_AUTH_HMAC256_SHA384,
    "sha512": hlapi.USM_AUTH_HMAC384_SHA512,
}
_PRIV: dict[str, Any] = {
    "": hlapi.USM_PRIV_NONE,
    "des": hlapi.USM_PRIV_CBC56_DES,
    "aes": hlapi.USM_PRIV_CFB128_AES,
    "aes192": hlapi.USM_PRIV_CFB192_AES,
    "aes256": hlapi.USM_PRIV_CFB256_AES,
}


class UserLine:
    """The way to one device with a user. Not for use by two threads at once."""

    bulk = True

    def __init__(
        self,
        access: Access,
        timeout_seconds: float,
        retries: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint: Endpoint = access.endpoint
        self._access = access
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Any = None
        self._user: Any = None
        self._target: Any = None

    def open(self) -> asyncio.AbstractEventLoop:
        """Make the engine at the first look. Raises ProbeError when a key cannot be read or the name leads nowhere."""
        if self._loop is None:
            self._user = self._credentials()
            target = address(self.endpoint.host)
            self._loop = asyncio.new_event_loop()
            self._loop.run_until_complete(self._start(target))
        return self._loop

    def close(self) -> None:
        """A look's end: nothing to do. The engine is kept, for a new one would cost 0.1 s of CPU each time."""

    def end(self) -> None:
        """Give everything back."""
        if self._loop is not None:
            self._engine.close_dispatcher()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()
            self._loop = None

    def ask(self, question: Question, until: float) -> Answer:
        """The answer to one question. Raises SilenceError, or ProbeError with what the device reported."""
        loop = self.open()
        if self._clock() >= until:
            msg = f"{self.endpoint} was not asked: the look took too long"
            raise ProbeError(msg)
        try:
            indication, status, index, binds = loop.run_until_complete(self._send(question))
        except PySnmpError as error:
            msg = clean(f"{self.endpoint}, SNMPv3: {error}; check user, protocols and keys", limit=256)
            raise ProbeError(msg) from error
        if isinstance(indication, RequestTimedOut):
            msg = f"{self.endpoint} did not answer within {self._timeout_seconds:g} s"
            raise SilenceError(msg)
        if indication:
            msg = clean(f"{self.endpoint}, SNMPv3: {indication}; check user, protocols and keys", limit=256)
            raise ProbeError(msg)
        rows = tuple((tuple(name), value(encoder.encode(bound))) for name, bound in binds)
        return Answer(request=0, status=int(status), index=int(index), rows=rows)

    def _credentials(self) -> Any:  # noqa: ANN401 - pysnmp is untyped; it stays in this class
        access = self._access
        if access.priv_protocol and find_spec("cryptography") is None:
            msg = "priv_protocol: encryption needs the Python package cryptography; install it, or leave privacy out"
            raise ProbeError(msg)
        return hlapi.UsmUserData(
            access.user,
            secret("auth_key_file", access.auth_key_file, key=True) or None,
            secret("priv_key_file", access.priv_key_file, key=True) or None,
            authProtocol=_AUTH[access.auth_protocol],
            privProtocol=_PRIV[access.priv_protocol],
        )

    async def _start(self, target: str) -> None:
        kind = hlapi.Udp6TransportTarget if ":" in target else hlapi.UdpTransportTarget
        self._engine = hlapi.SnmpEngine()
        self._target = await kind.create(
            (target, self.endpoint.port),
            timeout=self._timeout_seconds,
            retries=self._retries,
        )

    async def _send(self, question: Question) -> Any:  # noqa: ANN401 - as above
        binds = [hlapi.ObjectType(hlapi.ObjectIdentity(oid)) for oid in question.oids]
        common = (self._engine, self._user, self._target, hlapi.ContextData())
        if question.ask is Ask.BULK:
            return await hlapi.bulk_cmd(*common, 0, question.repetitions, *binds, lookupMib=False)
        command = hlapi.get_cmd if question.ask is Ask.GET else hlapi.next_cmd
        return await command(*common, *binds, lookupMib=False)
