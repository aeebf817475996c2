"""A network printer that is asked by SNMP (RFC 3805 Printer-MIB, RFC 2790 Host Resources)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from probes.printer import CONFIRM, PAGES_TOTAL, SUPPLY_RATIO, TRAY_RATIO
from probes.probe import Candidate, Confirm, Probe
from probes.reading import Metric, Reading
from probes.secret import Secret
from probes.supply_quirks import BY_NAME
from probes.wire.snmp_access import Access, check

if TYPE_CHECKING:
    from probes.mib.look import Look

_MOST_TIMEOUT_SECONDS, _MOST_RETRIES = 5.0, 3


@dataclass(kw_only=True)
class PrinterSnmp(Probe):
    """A printer on the network that answers SNMP.

    host: the printer's address or name. port: almost always 161.
    version: "1", "2c" or "3"; with "2c" a printer that knows only version 1 is found out and asked by that.
    community_file: a file with the read community; without it "public".
    user, auth_protocol, auth_key_file, priv_protocol, priv_key_file: version 3 (auth: md5, sha, sha224, sha256,
    sha384, sha512; priv: aes, aes192, aes256, des).
    timeout_seconds, retries: for each question.
    quirks: what this model does otherwise than the standard says; names of probes.supply_quirks.
    """

    host: str
    port: int = 161
    version: str = "2c"
    community_file: Secret | None = None
    user: str = ""
    auth_protocol: str = ""
    auth_key_file: Secret | None = None
    priv_protocol: str = ""
    priv_key_file: Secret | None = None
    timeout_seconds: float = 2.0
    retries: int = 1
    quirks: tuple[str, ...] = ()

    deadline_seconds: ClassVar[float] = 25.0  # a look of at most 10 s, after waiting for its turn
    confirm: ClassVar[Confirm] = CONFIRM
    metrics: ClassVar[tuple[Metric, ...]] = (SUPPLY_RATIO, TRAY_RATIO, PAGES_TOTAL)
    other_ports: ClassVar[tuple[int, ...]] = (9100, 631, 80)

    _look: "Look | None" = field(default=None, init=False, repr=False)
    _clock: Callable[[], float] = field(default=time.monotonic, init=False, repr=False)

    def __post_init__(self) -> None:
        check(self._access())
        if not 0 < self.timeout_seconds <= _MOST_TIMEOUT_SECONDS:
            msg = f"timeout_seconds: must be above 0 and at most {_MOST_TIMEOUT_SECONDS:g}, for example 2"
            raise ValueError(msg)
        if not 0 <= self.retries <= _MOST_RETRIES:
            msg = f"retries: must be from 0 to {_MOST_RETRIES}, for example 1"
            raise ValueError(msg)
        for name in self.quirks:
            if name not in BY_NAME:
                msg = f"quirks: there is no {name!r}; there are {', '.join(sorted(BY_NAME))}"
                raise ValueError(msg)

    def read(self) -> Reading:
        """One request while nothing changes; everything after a change, and every ten minutes."""
        if self._look is None:
            self._look = self._first()
        return self._look.read()

    def close(self) -> None:
        """Give the socket back."""
        if self._look is not None:
            self._look.close()

    @classmethod
    def scan(
        cls,
        network: str,
        *,
        community_file: Secret | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Candidate]:
        """The printers of a network ("192.168.1.0/24") that answer SNMP, asked one by one, without broadcast.

        progress: told (addresses asked, addresses in all). Raises ValueError, ProbeError like probes.mib.scan.
        """
        from probes.mib.scan import scan  # noqa: PLC0415 - pysnmp comes along: only who scans pays

        return scan(network, community_file=community_file, progress=progress)

    def _first(self) -> "Look":
        from probes.mib.look import Look  # noqa: PLC0415 - pysnmp comes along: only who has such a printer pays
        from probes.wire.snmp import Talk, line  # noqa: PLC0415 - as above

        talk = Talk(line(self._access(), self.timeout_seconds, self.retries))
        return Look(talk, self.quirks, other_ports=self.other_ports, clock=self._clock)

    def _access(self) -> Access:
        return Access(
            host=self.host,
            port=self.port,
            version=self.version,
            community_file=self.community_file,
            user=self.user,
            auth_protocol=self.auth_protocol,
            auth_key_file=self.auth_key_file,
            priv_protocol=self.priv_protocol,
            priv_key_file=self.priv_key_file,
        )
