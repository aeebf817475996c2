"""Alertmanager's webhook, version 4, as 0.25 and later send it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

NOWHERE = "0001-01-01T00:00:00Z"


def moment(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


def alert(  # noqa: PLR0913 - an alert has as many sides
    counter: str = "Loket 1",
    *,
    starts: float,
    ends: float | None = None,
    name: str = "JagaLoketCounterSilent",
    severity: str = "blocking",
    summary: str = "Loket 1, Kantor Camat: PC tidak memberi kabar",
    **labels: str,
) -> dict[str, Any]:
    own = {
        "alertname": name,
        "site": "12.71.11",
        "office": "Kantor Camat",
        "counter": counter,
        "severity": severity,
        "actor": "counter",
        **labels,
    }
    return {
        "status": "firing" if ends is None else "resolved",
        "labels": own,
        "annotations": {"summary": summary, "summary_en": f"EN {summary}"},
        "startsAt": moment(starts),
        "endsAt": NOWHERE if ends is None else moment(ends),
        "generatorURL": "http://prometheus/graph",
        "fingerprint": format(abs(hash(tuple(sorted(own.items())))) % 16**16, "016x"),
    }


def webhook(alerts: Sequence[dict[str, Any]], *, truncated: int = 0) -> bytes:
    firing = any(one["status"] == "firing" for one in alerts)
    told = {
        "version": "4",
        "groupKey": '{}:{site="12.71.11"}',
        "truncatedAlerts": truncated,
        "status": "firing" if firing else "resolved",
        "receiver": "bridge",
        "groupLabels": {"site": "12.71.11"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts),
    }
    return json.dumps(told).encode()
