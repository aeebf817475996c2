"""jagaloket status: what stands, from the ledger; works beside a running agent and after it."""

from pathlib import Path
from typing import Any

from agent import workorders
from agent.config import Config
from agent.function import function_state
from agent.statefolder import is_running
from alerts.office import Office
from alerts.words import words
from probes.reading import State


def gather(config: Config, state: Path) -> dict[str, Any]:
    """Devices, functions, open tickets and outbox, for JSON. Raises ConfigError when there is no store."""
    book = workorders.ledger(state)
    last = book.last_states()
    labels = {item.device.id: item.device for item in config.watched}
    states = {name: last[name][0] if name in last else State.UNKNOWN for name in labels}
    return {
        "running": is_running(state),
        "devices": [
            {
                "device": name,
                "label": device.label,
                "kind": device.kind,
                "state": states[name],
                "since": workorders.iso(last[name][1]) if name in last else None,
            }
            for name, device in labels.items()
        ],
        "functions": [
            {"function": item.id, "label": item.label, "state": function_state(item, states)}
            for item in config.functions
        ],
        "tickets": [workorders.plain(ticket) for ticket in book.tickets(workorders.OPEN)],
        "outbox": [
            {"channel": channel, "state": row, "messages": count}
            for (channel, row), count in book.notices.counts().items()
        ],
    }


def lines(data: dict[str, Any], office: Office) -> list[str]:
    """The same for a person's eyes."""
    say = words(office.language)
    text = [] if data["running"] else [say.phrase("status.not-running")]
    text += [f"{say.state(State(item['state'])):18} {item['label']}" for item in data["devices"]]
    text += [f"{say.phrase('function.' + item['state']):18} {item['label']}" for item in data["functions"]]
    for ticket in data["tickets"]:
        title = say.fault(ticket["code"], ticket["device"]["role"], device=ticket["device"]["label"]).title
        text.append(f"{ticket['number']:18} {ticket['device']['label']}: {title}")
    text += [f"{item['channel']} {item['state']}: {item['messages']}" for item in data["outbox"] if item["messages"]]
    return text
