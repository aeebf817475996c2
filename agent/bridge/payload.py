"""Alertmanager's webhook, version 4: from bytes that anybody may have sent to alerts.

Source: prometheus.io/docs/alerting/latest/configuration, webhook_config.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from probes.text import SafeText, clean

ALERTS_LIMIT = 2_000
LABELS_LIMIT = 64
_VALUE_BYTES = 200
_TEXT_BYTES = 480
_VERSION = "4"
_FRACTION = re.compile(r"\.(\d{1,6})\d*")
_FINGERPRINT = re.compile(r"[0-9a-f]{1,64}")
_EARLIEST, _LATEST = 946_684_800.0, 32_503_680_000.0
"""The years 2000 and 3000: Alertmanager writes the year 1 where there is no time."""


class PayloadError(ValueError):
    """This is no webhook that can be used. The message says why, and is clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. starts, ends: UTC epoch seconds; None where Alertmanager does not say."""

    fingerprint: str
    firing: bool
    labels: Mapping[str, SafeText]
    annotations: Mapping[str, SafeText]
    starts: float | None
    ends: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One call. truncated: how many alerts of the group Alertmanager left out."""

    alerts: tuple[Alert, ...]
    truncated: int = 0


def parse(body: bytes) -> Webhook:
    """What Alertmanager sent. Raises PayloadError."""
    try:
        told = json.loads(body)
    except RecursionError:
        msg = "it is nested too deeply"
        raise PayloadError(msg) from None
    except ValueError as error:
        msg = f"it is no JSON: {clean(str(error), 200)}"
        raise PayloadError(msg) from error
    if not isinstance(told, dict) or told.get("version") != _VERSION:
        msg = 'it is no Alertmanager webhook of version "4"'
        raise PayloadError(msg)
    alerts = told.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > ALERTS_LIMIT:
        msg = f"alerts: must be a list of at most {ALERTS_LIMIT}; set max_alerts in Alertmanager's webhook_configs"
        raise PayloadError(msg)
    truncated = told.get("truncatedAlerts", 0)
    if not isinstance(truncated, int) or not 0 <= truncated < 2**31:
        msg = "truncatedAlerts: must be a number"
        raise PayloadError(msg)
    return Webhook(alerts=tuple(_alert(one, index) for index, one in enumerate(alerts)), truncated=truncated)


def _alert(told: Any, index: int) -> Alert:  # noqa: ANN401 - JSON gives Any
    where = f"alerts[{index}]"
    if not isinstance(told, dict):
        msg = f"{where}: must be an object"
        raise PayloadError(msg)
    status = told.get("status")
    if status not in ("firing", "resolved"):
        msg = f"{where}.status: must be firing or resolved"
        raise PayloadError(msg)
    labels = _texts(told.get("labels"), f"{where}.labels", _VALUE_BYTES)
    if not labels.get("alertname"):
        msg = f"{where}.labels: there is no alertname"
        raise PayloadError(msg)
    return Alert(
        fingerprint=_fingerprint(told.get("fingerprint"), labels),
        firing=status == "firing",
        labels=labels,
        annotations=_texts(told.get("annotations", {}), f"{where}.annotations", _TEXT_BYTES),
        starts=_moment(told.get("startsAt"), f"{where}.startsAt"),
        ends=_moment(told.get("endsAt"), f"{where}.endsAt"),
    )


def _texts(told: Any, where: str, limit_bytes: int) -> Mapping[str, SafeText]:  # noqa: ANN401
    if not isinstance(told, dict) or len(told) > LABELS_LIMIT:
        msg = f"{where}: must be an object of at most {LABELS_LIMIT} texts"
        raise PayloadError(msg)
    if not all(isinstance(value, str) for value in told.values()):
        msg = f"{where}: must hold texts only"
        raise PayloadError(msg)
    return MappingProxyType({clean(name): clean(value, limit_bytes) for name, value in told.items()})


def _fingerprint(told: Any, labels: Mapping[str, SafeText]) -> str:  # noqa: ANN401
    """Alertmanager's own, or one of the labels where it is missing (version 0.15 and older)."""
    if isinstance(told, str) and _FINGERPRINT.fullmatch(told):
        return told
    pairs = json.dumps(sorted(labels.items())).encode()
    return hashlib.sha256(pairs).hexdigest()[:16]


def _moment(told: Any, where: str) -> float | None:  # noqa: ANN401
    """A time of RFC 3339, with nanoseconds."""
    if told in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r".\1", told))
        if moment.tzinfo is None:
            raise ValueError(told)  # noqa: TRY301 - the same answer for both
        epoch = moment.timestamp()
    except (TypeError, ValueError, OverflowError):
        msg = f"{where}: must be a time such as 2026-11-24T08:00:00Z"
        raise PayloadError(msg) from None
    return epoch if _EARLIEST <= epoch < _LATEST else None
