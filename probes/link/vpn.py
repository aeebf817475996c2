"""The tunnel to the ministry: its interface and an address inside. Only services behind it depend on it."""

from dataclasses import dataclass

from probes.link.ladder import Keeper, Layer, Verdict
from probes.link.share import Share
from probes.reading import Actor, Fault, Severity
from probes.text import clean
from probes.wire import net
from probes.wire.address import endpoint, family
from probes.wire.tables import Tables
from probes.wire.target import Url

_SECONDS = 2.0
_INSIDE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpn:
    """interface: as "ip link" shows it while the tunnel stands. inside: host:port that lets us in only through it."""

    interface: str
    inside: str = ""
    actor: Actor = Actor.CENTRAL

    def __post_init__(self) -> None:
        """Refuse what cannot be looked at."""
        if not self.interface:
            msg = "interface: is empty; write the tunnel's name, for example ppp0 or wg0"
            raise ValueError(msg)
        if self.inside and family(_inside(self.inside)) is None:
            msg = f"inside: {self.inside!r} is a name; write an address and a port, for example 10.1.1.1:443"
            raise ValueError(msg)

    @property
    def url(self) -> Url | None:
        """The address inside, as counters that share it name it."""
        return Url(scheme="tcp", at=endpoint(self.inside)) if self.inside else None


def _inside(text: str) -> str:
    try:
        return endpoint(text).host
    except ValueError as error:
        msg = f"inside: {error}"
        raise ValueError(msg) from error


class VpnLayer(Layer):
    """Its interface at every look, the address inside once a minute: that is the ministry's, so gently."""

    name = "vpn"

    def __init__(self, vpn: Vpn | None, share: Share | None = None, tables: Tables | None = None) -> None:
        self._vpn = vpn
        self._tables = tables or Tables()
        self._share = share
        self._kept: Keeper[str] = Keeper(vpn.inside if vpn else "", _INSIDE_SECONDS, gentle=True)
        self.is_down = False

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Never stops the ladder: services outside the tunnel go on."""
        if self._vpn is None:
            return Verdict()
        held = 0.0
        if self._share and self._vpn.url:
            self._share.listen(now)
            held = self._share.not_before(self._vpn.url, _INSIDE_SECONDS, now)
        kept = bool(self._vpn.inside) and not self._kept.due(now, afresh=afresh, not_before=held)
        why = self._why_down(self._vpn, now, kept=kept)
        self.is_down = bool(why)
        if not why:
            return Verdict(up=True, kept=kept)
        fault = Fault(code="vpn-down", severity=Severity.BLOCKING, actor=self._vpn.actor, detail=clean(why, 300))
        return Verdict(up=False, stops=False, faults=(fault,))

    def _why_down(self, vpn: Vpn, now: float, *, kept: bool) -> str:
        """Why the tunnel cannot be used; "" where it can."""
        self._tables.hear()
        tunnel = self._tables.interfaces().get(vpn.interface)
        if tunnel is None or not tunnel.is_up:
            self._kept = Keeper(vpn.inside, _INSIDE_SECONDS, gentle=True)
            return f"{vpn.interface} {'does not exist' if tunnel is None else 'is down'}"
        if not any(a.interface == vpn.interface for a in self._tables.addresses()):
            return f"{vpn.interface} has no address"
        if vpn.url and not kept:
            self._tell(vpn.url, now)
            seconds, why = net.connect(vpn.url.at.host, vpn.url.at.port, _SECONDS)
            self._kept.put(now, why, good=seconds is not None)
            self._tell(vpn.url, now)
        return self._kept.result or ""

    def _tell(self, url: Url, now: float) -> None:
        if self._share:
            self._share.tell([url], now)
