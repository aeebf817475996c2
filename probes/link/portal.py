"""The layer of login pages: does a page whose content is known arrive unchanged?

Portals redirect, rewrite bodies, answer 200 to everything, or lie in DNS; the page of an unpaid bill is one, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from probes.link.ladder import PUBLIC_SECONDS, Keeper, Layer, Verdict
from probes.reading import Actor, Fault, Severity
from probes.text import SafeText, clean
from probes.wire import names, net
from probes.wire.address import Endpoint
from probes.wire.target import Outcome, Stage, Url, read_url

_SECONDS = 2.0
_RESOLVE_SECONDS = 1.5
_MOST_BODY_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """A page over plain HTTP whose status and body are known; body: how it begins, without outer white space."""

    url: str
    status: int = 204
    body: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot show a portal."""
        try:
            scheme = read_url(self.url).scheme
        except ValueError as error:
            msg = f"url: {error}"
            raise ValueError(msg) from error
        if scheme != "http":
            msg = f"url: {self.url!r} is not plain HTTP, which portals do not touch; write http://host/path"
            raise ValueError(msg)


class PortalLayer(Layer):
    """One page that arrives unchanged is enough; only a wrong page proves a portal, silence proves nothing."""

    name = "portal"

    def __init__(self, pages: Sequence[KnownPage], servers: Callable[[], Sequence[Endpoint]]) -> None:
        self._pages = tuple((page, read_url(page.url)) for page in pages)
        self._servers = servers
        self._kept: Keeper[Verdict] = Keeper("portal", PUBLIC_SECONDS)

    def look(self, now: float, *, afresh: bool) -> Verdict:
        """Ask for the first page, and for the next only where that was wrong or did not come."""
        if not self._pages:
            return Verdict()
        kept = self._kept.due(now, afresh=afresh) is False
        if not kept:
            wrong: SafeText | None = None
            for page, target in self._pages:
                came, difference = self._ask(page, target)
                if came and not difference:
                    wrong = SafeText("")
                    break
                wrong = difference if came and wrong is None else wrong
            self._kept.put(now, _verdict(wrong), good=not wrong)
        found = self._kept.result or Verdict()
        return Verdict(up=found.up, faults=found.faults, kept=kept, news=self._kept.unsure)

    def _ask(self, page: KnownPage, target: Url) -> tuple[bool, SafeText]:
        """Whether an answer came, and in what it differs from what is known."""
        found = names.lookup(target.at.host, self._servers(), _RESOLVE_SECONDS)
        if not found.addresses:
            return False, SafeText("")
        outcome = net.look(target, found.addresses, _SECONDS, body_bytes=_MOST_BODY_BYTES)
        answered = outcome.status is not None or (outcome.failed is Stage.HTTP and bool(outcome.first_byte_seconds))
        return answered, difference(page, outcome)

    def forget(self) -> None:
        """Ask again once DNS is back."""
        self._kept.forget()


def difference(page: KnownPage, outcome: Outcome) -> SafeText:
    """In what an answer differs from the page that is known; "" where it does not."""
    if outcome.status != page.status:
        status = outcome.status if outcome.status is not None else "no HTTP"
        moved = f", leads to {outcome.location}" if outcome.location else ""
        return clean(f"{page.url}: {status} in place of {page.status}{moved}", 300)
    if page.body and not outcome.body.decode("utf-8", "replace").strip().startswith(page.body):
        return clean(f"{page.url}: another page in its place", 300)
    return SafeText("")


def _verdict(wrong: SafeText | None) -> Verdict:
    """None: nothing came; "": a page came unchanged; else what was wrong."""
    if wrong is None:
        return Verdict()
    if not wrong:
        return Verdict(up=True)
    fault = Fault(code="captive-portal", severity=Severity.BLOCKING, actor=Actor.PROVIDER, detail=wrong)
    return Verdict(up=False, faults=(fault,))
