"""Words that every kind of printer probe shares: metrics, and faults by their standard keyword.

What is left of toner, ink, ribbon and paper is in probes.supply.
"""

from collections.abc import Iterable

from probes.probe import Confirm
from probes.reading import NO_TEXT, NOT_RESPONDING, Actor, Fault, Metric, MetricType, Reading, Severity
from probes.text import SafeText

SUPPLY_LABELS = ("supply", "colour", "type")
SUPPLY_RATIO = Metric(
    name="jagaloket_printer_supply_ratio",
    type=MetricType.GAUGE,
    help="Share of a supply that is left, 0 to 1; absent when the printer cannot tell.",
    labels=SUPPLY_LABELS,
)
TRAY_RATIO = Metric(
    name="jagaloket_printer_tray_ratio",
    type=MetricType.GAUGE,
    help="How full an input tray is, 0 to 1; absent when the printer cannot tell.",
    labels=("tray",),
)
PAGES_TOTAL = Metric(
    name="jagaloket_printer_pages_total",
    type=MetricType.COUNTER,
    help="Pages printed in the printer's life, by its own counter.",
)
QUEUE_JOBS = Metric(
    name="jagaloket_printer_queue_jobs",
    type=MetricType.GAUGE,
    help="Jobs that wait in the queue or print.",
)
OLDEST_JOB_SECONDS = Metric(
    name="jagaloket_printer_oldest_job_seconds",
    type=MetricType.GAUGE,
    help="Age of the oldest job that waits or prints; 0 when there is none.",
)

METRICS = (SUPPLY_RATIO, TRAY_RATIO, PAGES_TOTAL, QUEUE_JOBS, OLDEST_JOB_SECONDS)
"""What a printer's probe may fill; days left are the agent's, from the history of levels."""

CONFIRM = Confirm(looks=3, relook_seconds=10.0)
"""A printer's fault must last 20 s: who changes the paper opens a cover, and that is no ticket."""

_DEGRADED, _BLOCKING = Severity.DEGRADED, Severity.BLOCKING
_COUNTER, _TECHNICIAN, _VENDOR = Actor.COUNTER, Actor.TECHNICIAN, Actor.VENDOR

CAUSES: dict[str, tuple[Severity, Actor]] = {
    # What a printer may state, by its keyword in PWG 5100.9 and RFC 8011 section 5.4.12: how much it hinders
    # when the printer does not say whether it stops printing, and who can mend it.
    "media-empty": (_BLOCKING, _COUNTER),
    "media-needed": (_BLOCKING, _COUNTER),
    "media-jam": (_BLOCKING, _COUNTER),
    "media-low": (_DEGRADED, _COUNTER),
    "cover-open": (_BLOCKING, _COUNTER),
    "door-open": (_BLOCKING, _COUNTER),
    "interlock-open": (_BLOCKING, _COUNTER),
    "input-tray-missing": (_BLOCKING, _COUNTER),
    "output-tray-missing": (_BLOCKING, _COUNTER),
    "output-area-full": (_BLOCKING, _COUNTER),
    "output-area-almost-full": (_DEGRADED, _COUNTER),
    "toner-empty": (_BLOCKING, _COUNTER),
    "toner-low": (_DEGRADED, _COUNTER),
    "marker-supply-empty": (_BLOCKING, _COUNTER),
    "marker-supply-low": (_DEGRADED, _COUNTER),
    "marker-supply-missing": (_BLOCKING, _COUNTER),
    "marker-waste-full": (_BLOCKING, _TECHNICIAN),
    "marker-waste-almost-full": (_DEGRADED, _TECHNICIAN),
    "opc-near-eol": (_DEGRADED, _TECHNICIAN),
    "opc-life-over": (_DEGRADED, _TECHNICIAN),
    "fuser-over-temp": (_BLOCKING, _TECHNICIAN),
    "fuser-under-temp": (_BLOCKING, _TECHNICIAN),
    "overheating": (_DEGRADED, _COUNTER),  # a hot print head: it goes on by itself when it has cooled
    "maintenance-due": (Severity.NOTICE, _TECHNICIAN),
    "service-needed": (_DEGRADED, _TECHNICIAN),
    "hardware-failure": (_BLOCKING, _VENDOR),  # IANA's *-failure: a motor, a sensor, a board
    "paused": (_BLOCKING, _COUNTER),
    "offline": (_BLOCKING, _COUNTER),
    "stopped": (_BLOCKING, _TECHNICIAN),
    "queue-stuck": (_BLOCKING, _TECHNICIAN),
    "queue-stopped": (_BLOCKING, _TECHNICIAN),
    "other": (Severity.NOTICE, _TECHNICIAN),
    # Silence and the spooler, which no printer states itself.
    NOT_RESPONDING: (_BLOCKING, _COUNTER),
    "service-failed": (_BLOCKING, _TECHNICIAN),
}


def fault(
    code: str,
    *,
    part: SafeText = NO_TEXT,
    detail: SafeText = NO_TEXT,
    stops: bool | None = None,
    actor: Actor | None = None,
) -> Fault:
    """The fault of one keyword, with the severity and the actor of CAUSES.

    code: a keyword of CAUSES; raises KeyError for another (it is ours, not the device's).
    part: which tray, supply or unit, when the printer has several.
    detail: the evidence: the reason, bit or code as the printer sent it.
    stops: True when the printer says that it stops printing for this (IPP -error or state stopped, a critical
    prtAlert, hrDeviceStatus down): then it is blocking. False when it says that it prints on: then it is at
    most degraded. None when it does not say.
    actor: who can mend it, when the printer knows better (prtAlertTrainingLevel).
    """
    severity, usual = CAUSES[code]
    if stops:
        severity = Severity.BLOCKING
    elif stops is False and severity is Severity.BLOCKING:
        severity = Severity.DEGRADED
    return Fault(code=code, severity=severity, actor=actor or usual, part=part, detail=detail)


def silent(detail: SafeText) -> Reading:
    """The reading of a printer that does not answer. detail: what was tried and what came of it."""
    return Reading(reachable=False, faults=(fault(NOT_RESPONDING, detail=detail),))


def worst(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """One fault per key, the worst of each, worst first: several reasons often state one cause."""
    by_key: dict[tuple[str, str], Fault] = {}
    for one in faults:
        known = by_key.get(one.key)
        if known is None or one.severity.rank > known.severity.rank:
            by_key[one.key] = one
    return tuple(sorted(by_key.values(), key=lambda one: -one.severity.rank))
