"""The pieces of the board, in HTML and in one language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.function import FunctionState
from agent.looks import LOOKS, SERVICE_LOOKS, symbol
from agent.view import DeviceView
from alerts.effect import hindered, steadiness
from alerts.incident import Job, Status, Ticket, TicketType
from alerts.markup import Html, join, tag
from alerts.office import Office
from alerts.priority import priority
from alerts.shortage import left
from alerts.words import Words
from probes.reading import Fault, State

_FIRST = (State.FAILED, State.UNREACHABLE, State.DEGRADED, State.UNKNOWN, State.OK, State.ASLEEP)
_READY = frozenset({State.OK, State.ASLEEP})
_NAMES_SHOWN = 5
_COLUMNS = ("letter.ticket", "ticket.priority", "letter.device", "board.subject", "board.status", "letter.since")
OPEN = (Status.NEW, Status.OPEN, Status.TAKEN, Status.RECOVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Makes the board's pieces. now: UTC epoch seconds."""

    office: Office
    words: Words
    now: float

    def banner(self, views: Sequence[DeviceView]) -> Html:
        """The one line that is read from across the room."""
        worst = next((state for state in _FIRST[:4] if any(view.state is state for view in views)), State.OK)
        troubled = [view for view in views if view.state in (State.FAILED, State.UNREACHABLE)]
        slow = [view for view in views if view.state is State.DEGRADED]
        blank = [view for view in views if view.state is State.UNKNOWN]
        phrase = self.words.phrase
        lines = [
            phrase(key, count=len(group))
            for key, group in (("board.trouble", troubled), ("board.attention", slow), ("board.unknown", blank))
            if group
        ]
        if not views:
            worst, lines = State.UNKNOWN, [phrase("board.no-devices")]
        headline, *rest = lines or [phrase("board.all-well")]
        which = [self.words.device(view.device) for view in troubled or slow or blank]
        more = ["…"] if len(which) > _NAMES_SHOWN else []
        under = " · ".join(filter(None, (", ".join(which[:_NAMES_SHOWN] + more), *rest)))
        tone, shape = LOOKS[worst]
        return tag(
            "div",
            symbol(shape),
            tag("div", headline, tag("small", under) if under else ""),
            class_=f"banner {tone}",
            role="status",
        )

    def services(self, functions: Mapping[str, FunctionState]) -> Html:
        """What citizens come for, and whether they can be served."""
        if not functions:
            return Html()
        items = []
        for label, state in functions.items():
            tone, shape = SERVICE_LOOKS[state]
            said = self.words.phrase(f"function.{state}")
            items.append(tag("li", symbol(shape), tag("span", f"{label}: {said}"), class_=tone))
        return join(tag("h2", self.words.phrase("board.functions")), tag("ul", *items, class_="services"))

    def cards(self, views: Sequence[DeviceView]) -> Html:
        """Every device, those that need somebody first."""
        if not views:
            return Html()
        ordered = sorted(views, key=lambda view: _FIRST.index(view.state))
        calling = [self._card(view) for view in ordered if view.standing or view.state not in _READY]
        ready = [self._card(view) for view in ordered if not view.standing and view.state in _READY]
        return join(
            tag("h2", self.words.phrase("board.devices")),
            tag("section", *calling, class_="cards") if calling else "",
            tag("section", *ready, class_="cards small") if ready else "",
        )

    def _card(self, view: DeviceView) -> Html:
        tone, shape = LOOKS[view.state]
        name = self.words.device(view.device)
        purpose = next(filter(self._is_told, map(self.words.role, (view.device.role, view.device.kind))), "")
        looked = view.success is not None or view.reading is not None
        state = self.words.state(view.state) if looked else self.words.phrase("board.not-looked")
        return tag(
            "article",
            tag("h3", name),
            tag("p", purpose, class_="soft") if purpose not in ("", name) else "",
            tag(
                "p",
                tag("span", symbol(shape), state, class_="state"),
                tag("span", self._since(view.since), class_="soft"),
                class_="line",
            ),
            *(self._fault(view, faults) for faults in _by_code(view.standing)),
            self._blind(view) if view.success is False else "",
            class_=f"card {tone}",
        )

    def _is_told(self, role: str) -> bool:
        """Whether this word says more than "equipment"."""
        return role != self.words.role("other")

    def _since(self, epoch: float) -> str:
        moment = self.words.short_time(self.office.local(epoch))
        return f"{self.words.phrase('board.since', time=moment)} ({self.words.duration(self.now - epoch)})"

    def _fault(self, view: DeviceView, faults: Sequence[Fault]) -> Html:
        """What is wrong, what it means, what to do first and who does it; one piece for all parts of one code."""
        fault, phrase = faults[0], self.words.phrase
        told = self.words.of(view.device, fault.code)
        parts = ", ".join(self.words.part(fault.part) for fault in faults if fault.part)
        evidence = [f"{one.code} {one.part} {one.detail}".replace("  ", " ").strip() for one in faults]
        return tag(
            "div",
            tag("h4", f"{told.title} ({parts})" if parts else told.title),
            tag("p", told.impact),
            tag("p", tag("b", phrase("board.what-to-do")), told.step, class_="step"),
            tag("p", f"{phrase('board.who')}: ", tag("b", self.words.actor(fault.actor)), class_="soft"),
            self._details(f"{view.device.id} {fault.code}", evidence),
            class_="fault",
        )

    def _blind(self, view: DeviceView) -> Html:
        """Looking was impossible: that is no fault of the device, and no health either."""
        said = tag("p", self.words.phrase("board.could-not-look"))
        return tag("div", said, self._details(f"{view.device.id} blind", [view.error or "?"]), class_="fault")

    def _details(self, key: str, lines: Iterable[str]) -> Html:
        """Evidence for a technician, folded away. key: tells it from others when the page is renewed."""
        codes = [tag("p", tag("code", line)) for line in lines]
        return tag("details", tag("summary", self.words.phrase("letter.technical")), *codes, id=key)

    def tickets(self, tickets: Sequence[Ticket] | None) -> Html:
        """The open work orders. None: they cannot be read now."""
        phrase = self.words.phrase
        title = tag("h2", phrase("board.tickets"))
        if not tickets:
            said = phrase("board.no-tickets") if tickets is not None else phrase("board.tickets-unreadable")
            return join(title, tag("div", tag("p", said, class_="none soft"), class_="sheet"))
        names = [phrase(key) for key in _COLUMNS]
        head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
        rows = [self._ticket(ticket, names) for ticket in tickets]
        return join(title, tag("div", tag("table", head, tag("tbody", *rows)), class_="sheet"))

    def _ticket(self, ticket: Ticket, names: Sequence[str]) -> Html:
        status = self.words.status(ticket.status)
        unsteady = steadiness(self.words, ticket)
        title = self.words.of(ticket.device, ticket.code).title
        counter = self.office.counter or self.words.phrase("letter.no-counter")
        cells = (
            ticket.number,
            self.words.priority(priority(ticket, self.now)),
            self.words.device(ticket.device),
            join(
                f"{title} ({unsteady})" if unsteady else title,
                tag("div", hindered(self.words, ticket.impact, counter), class_="soft") if ticket.impact else "",
                tag("div", left(self.words, ticket.detail), class_="soft") if ticket.type is TicketType.STOCK else "",
                *(tag("div", self._job(job), class_="soft") for job in ticket.jobs if not job.outcome),
            ),
            f"{status} ({ticket.taken_by})" if ticket.taken_by else status,
            self.words.short_time(self.office.local(ticket.opened)),
        )
        return tag("tr", *(tag("td", cell, data_name=name) for name, cell in zip(names, cells, strict=True)))

    def _job(self, job: Job) -> str:
        title, _ = self.words.job(job)
        return f"{job.label}: {title}" if job.label else title


def _by_code(faults: Iterable[Fault]) -> list[list[Fault]]:
    """The standing faults, those of one code together, the gravest first."""
    groups: dict[str, list[Fault]] = {}
    for fault in sorted(faults, key=lambda fault: -fault.severity.rank):
        groups.setdefault(fault.code, []).append(fault)
    return list(groups.values())
