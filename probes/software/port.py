"""Does a program listen: on this PC, or on another one of the office?"""

from probes.reading import Actor, ProbeError
from probes.software.part import NOT_LISTENING, Found, wrong
from probes.text import clean
from probes.wire import listening, names
from probes.wire.address import is_near
from probes.wire.knock import knock

_KNOCK_SECONDS = 3.0
_LOOKUP_SECONDS = 2.0
NOT_OURS = "is not in this office; what others run for us belongs into services of a link, which asks gently"


class PortCheck:
    """A TCP port of this PC; nothing is connected to."""

    codes: tuple[str, ...] = (NOT_LISTENING,)

    def __init__(self, port: int) -> None:
        self.name = "port"
        self._port = port

    def look(self) -> Found:
        """Look into the kernel's table. Raises ProbeError."""
        if listening.listens(self._port):
            return Found(up=True)
        return wrong(NOT_LISTENING, Actor.TECHNICIAN, f"nobody listens on TCP port {self._port} of this PC")


class RemoteCheck:
    """A TCP port of another PC: connected to and hung up."""

    codes: tuple[str, ...] = (NOT_LISTENING,)

    def __init__(self, host: str, port: int) -> None:
        self.name = "remote"
        self._host, self._port = host, port

    def look(self) -> Found:
        """Knock. Raises ConnectionError when that PC does not answer at all, ProbeError when it cannot be asked."""
        found = names.lookup(self._host, names.name_servers(), _LOOKUP_SECONDS)
        if not found.addresses:
            msg = clean(f"the name {self._host} has no address ({found.why}): write the PC's address instead", 200)
            raise ProbeError(msg)
        if not is_near(found.addresses[0]):
            raise ProbeError(clean(f"{self._host} ({found.addresses[0]}) {NOT_OURS}", 200))
        answer = knock(found.addresses[0], (self._port,), _KNOCK_SECONDS)
        if answer.port is not None:
            return Found(up=True)
        if not answer.refused:
            msg = clean(f"{self._host} does not answer on TCP port {self._port}")
            raise ConnectionError(msg)
        detail = f"{self._host} answers, but nobody listens on its TCP port {self._port}"
        return wrong(NOT_LISTENING, Actor.TECHNICIAN, detail)
