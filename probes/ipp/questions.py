"""The questions that a look asks: what a printer is and does, what jobs wait, which queues CUPS has."""

from collections.abc import Sequence

from probes.ipp.answer import ASKED
from probes.ipp.backlog import ASKED as ASKED_OF_JOBS
from probes.ipp.backlog import MAX_JOBS
from probes.reading import NO_TEXT, ProbeError
from probes.text import SafeText, clean
from probes.wire.dial import connect, server
from probes.wire.ipp import Group, Tag
from probes.wire.ipp_client import Attributes, Client, Operation

CUPS_SOCKET = "/run/cups/cups.sock"
MAX_QUEUES = 64


def printer_of(client: Client, until: float) -> Group:
    """What the printer or queue at the client's address says of itself; until: monotonic seconds.

    Raises what Client.ask() raises, and ProbeError where the answer holds no printer.
    """
    asked = _about(client, (Tag.KEYWORD, "requested-attributes", ASKED))
    groups = client.ask(Operation.GET_PRINTER_ATTRIBUTES, asked, until=until).all(Tag.PRINTER_GROUP)
    if not groups or groups[0].integer("printer-state") is None:
        server = client.line.server
        msg = clean(f"{server}{server.path} told nothing of a printer: is this the address of one?", limit=256)
        raise ProbeError(msg)
    return groups[0]


def jobs_of(client: Client, until: float) -> list[Group] | None:
    """Its jobs that are not done; None where it does not tell strangers."""
    asked = _about(
        client,
        (Tag.INTEGER, "limit", (MAX_JOBS,)),
        (Tag.KEYWORD, "which-jobs", ("not-completed",)),
        (Tag.KEYWORD, "requested-attributes", ASKED_OF_JOBS),
    )
    try:
        return client.ask(Operation.GET_JOBS, asked, until=until).all(Tag.JOB_GROUP)
    except (ProbeError, ConnectionError):
        return None


def queues_of(client: Client, until: float) -> list[Group]:
    """All queues of a CUPS server. Raises what Client.ask() raises."""
    asked = (
        (Tag.INTEGER, "limit", (MAX_QUEUES,)),
        (Tag.KEYWORD, "requested-attributes", ("printer-name", "printer-info", "printer-make-and-model", "device-uri")),
    )
    return client.ask(Operation.CUPS_GET_PRINTERS, asked, until=until).all(Tag.PRINTER_GROUP)


def why_unreached(address: str, until: float) -> SafeText:
    """Why nobody takes connections at a queue's ipp:// device; "" where somebody does, or that cannot be told.

    Only IPP: a printer's raw port 9100 often has one session, which CUPS may hold just now.
    """
    try:
        connect(server(address)._replace(tls=False), verify=False, until=until).close()
    except ConnectionError as error:
        return clean(str(error))
    except (ProbeError, ValueError):
        pass
    return NO_TEXT


def _about(client: Client, *more: tuple[Tag, str, Sequence[str | int]]) -> Attributes:
    name = ((Tag.URI, "printer-uri", (client.line.server.uri,)), (Tag.NAME, "requesting-user-name", ("jagaloket",)))
    return (*name, *more)
