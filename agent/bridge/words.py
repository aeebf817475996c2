"""An alert in the ledger's words: which device, which fault. Pure."""

import re

from agent.bridge.payload import Alert
from probes.reading import Actor, Device, Fault, Severity
from probes.text import SafeText, clean

KIND = "alert"
_OURS = "JagaLoket"
_SEVERITIES = {
    "critical": Severity.BLOCKING,
    "page": Severity.BLOCKING,
    "error": Severity.BLOCKING,
    "warning": Severity.DEGRADED,
}
_PARTS = ("device", "target", "channel", "source", "function", "version")


def device(alert: Alert) -> Device:
    """What the alert is about, as its labels name it: the counter and its office, or the nearest that there is."""
    labels = alert.labels
    place = ", ".join(filter(None, (labels.get("counter"), labels.get("office"))))
    label = place or labels.get("target") or labels.get("instance") or labels.get("job") or labels["alertname"]
    named = "-".join(filter(None, (labels.get("site"), labels.get("counter"))))
    slug = re.sub(r"[^a-z0-9.]+", "-", named.lower()).strip("-")[:40]
    return Device(id=f"{slug or KIND}-{alert.fingerprint[:16]}", kind=KIND, label=clean(label), role=KIND)


def fault(alert: Alert, language: str) -> Fault:
    """What is wrong. Severities of other people's rules are translated; what nobody knows is a notice."""
    labels = alert.labels
    return Fault(
        code=code(labels["alertname"]),
        severity=_severity(labels.get("severity", "")),
        actor=_actor(labels.get("actor", "")),
        part=next((labels[name] for name in _PARTS if labels.get(name)), clean("")),
        detail=text(alert, language),
    )


def code(alertname: str) -> str:
    """JagaLoketCounterSilent is counter-silent; the locales have words for it."""
    name = alertname.removeprefix(_OURS) or alertname
    return clean(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())


def text(alert: Alert, language: str) -> SafeText:
    """What the alert's rule says: the summary in that language, in its own, or its description."""
    told = alert.annotations
    names = ("summary", "description") if language == "id" else (f"summary_{language}", "summary", "description")
    return next((told[name] for name in names if told.get(name)), clean(""))


def _severity(word: str) -> Severity:
    try:
        return Severity(word)
    except ValueError:
        return _SEVERITIES.get(word.lower(), Severity.NOTICE)


def _actor(word: str) -> Actor:
    try:
        return Actor(word)
    except ValueError:
        return Actor.TECHNICIAN
