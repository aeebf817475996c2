"""A desk as a channel of the outbox: from a notice to an errand."""

from collections.abc import Callable
from datetime import UTC, datetime

from alerts import quorum
from alerts.desk import Desk, Errand
from alerts.incident import Action, Addressee, DeliveryError, Filed, Notice, Ticket
from alerts.office import Office
from alerts.words import Words, words
from probes.text import SafeText, clean

MOST_REFUSALS = 40
"""So many tries that a desk surely refused are enough: at 15 minutes each this is half a day."""
_REFUSALS = frozenset({400, 413, 414, 422})
_TITLE_LIMIT_BYTES = 200
_MOST_SYMPTOMS = 20
_SYMPTOM = "symptom:"


def addressee(name: str, language: str) -> Addressee:
    """A desk as the ledger knows it: one row for each desk and action."""
    return Addressee(channel=name, address="desk", role="technician", language=language)


class DeskChannel:
    """The channel of one [desk.NAME]. clock: UTC epoch seconds, for the moment that a text names."""

    def __init__(self, name: str, desk: Desk, office: Office, *, clock: Callable[[], float]) -> None:
        self.name, self.desk, self._office, self._clock = name, desk, office, clock
        self.settle_seconds, self.looks_up = desk.settle_seconds, desk.looks_up
        self._tested = False

    def send(self, notice: Notice, ticket: Ticket) -> Filed | None:
        """Tell the desk. Raises DeliveryError."""
        self.test()
        try:
            return self.desk.deliver(self._errand(notice, ticket))
        except DeliveryError as error:
            if notice.state == "new" and notice.attempts >= MOST_REFUSALS and _was_refused(error):
                raise DeliveryError(str(error), permanent=True) from None
            raise

    def test(self) -> None:
        """Once, before the first errand: a desk that is set up wrongly would take tickets and lose them.

        Raises DeliveryError, a sure one: nothing was written.
        """
        if self._tested:
            return
        try:
            self.desk.self_test()
        except DeliveryError as error:
            raise DeliveryError(str(error), wait_seconds=error.wait_seconds) from None
        self._tested = True

    def _errand(self, notice: Notice, ticket: Ticket) -> Errand:
        from alerts import lettercontent, lettertext  # noqa: PLC0415 - only an agent that has something to tell pays

        say = words(notice.addressee.language)
        text = lettertext.write(notice, ticket, self._office, now=self._clock())
        own, shared = quorum.key(ticket, self._office), quorum.shared_key(ticket)
        symptoms = "" if notice.action is Action.RECOVERED else _symptoms(say, ticket)
        return Errand(
            key=own,
            shared=shared,
            step=f"{notice.action}-{notice.id}",
            title=_title(text.subject, [f"[{name}]" for name in (own, shared) if name]),
            text=f"{symptoms}{text.body}".rstrip(),
            severity=ticket.severity,
            say=say,
            place=lettercontent.place(say, self._office),
            remote_id=notice.remote_id,
            opens=notice.action is Action.OPENED,
            ends=notice.action is Action.RECOVERED,
            again=notice.attempts > 0,
            facts=_facts(ticket, self._office, shared),
        )


def _title(subject: str, keys: list[str]) -> SafeText:
    """The keys come last, where people who read a list of titles do not stumble over them; they are never cut."""
    tail = " ".join(keys)
    return SafeText(f"{clean(subject, _TITLE_LIMIT_BYTES - len(tail) - 1)} {tail}")


def _symptoms(say: Words, ticket: Ticket) -> str:
    """What else this fault made fail; each a line."""
    found = [note.text.removeprefix(_SYMPTOM).strip() for note in ticket.notes if note.text.startswith(_SYMPTOM)]
    if not found:
        return ""
    lines = [f"{say.phrase('desk.symptoms')}:", *(f"- {one}" for one in found[:_MOST_SYMPTOMS])]
    if len(found) > _MOST_SYMPTOMS:
        lines.append(f"- {say.phrase('desk.more-symptoms', count=len(found) - _MOST_SYMPTOMS)}")
    return "\n".join(lines) + "\n\n"


def _was_refused(error: DeliveryError) -> bool:
    """Whether the desk itself said no; a desk that cannot be reached is waited for without end."""
    return not error.uncertain and getattr(error, "status", 0) in _REFUSALS


def _facts(ticket: Ticket, office: Office, shared: str) -> dict[str, object]:
    device = ticket.device
    return {
        "number": ticket.number,
        "shared_key": shared or None,
        "status": ticket.status,
        "severity": ticket.severity,
        "actor": ticket.actor,
        "code": ticket.code,
        "part": ticket.part,
        "detail": ticket.detail,
        "opened": _iso(ticket.opened),
        "recovered": _iso(ticket.recovered),
        "device": {
            "id": device.id,
            "kind": device.kind,
            "label": device.label,
            "role": device.role,
            "responsible": device.responsible,
            "asset": dict(device.asset),
        },
        "office": {"name": office.name, "code": office.code, "counter": office.counter},
    }


def _iso(epoch: float | None) -> str | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")
