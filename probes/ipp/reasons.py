"""What an IPP printer-state-reason means: from 875 registered keywords to the few faults that people act on.

Sources: RFC 8011 section 5.4.12, PWG 5100.9, IANA's registry of printer-state-reasons.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from probes.printer import CAUSES
from probes.reading import NO_TEXT
from probes.text import SafeText, clean


class Grade(StrEnum):
    """The suffix: error says that printing stops, warning and report that it does not. Many printers leave it out."""

    ERROR = "error"
    WARNING = "warning"
    REPORT = "report"
    BARE = ""


class Kind(StrEnum):
    """What a reason is about. NOTHING: an event, a state that passes, or what CUPS says of itself."""

    FAULT = "fault"
    ASLEEP = "asleep"
    PAUSED = "paused"
    CONNECTING = "connecting"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason, understood.

    code: of probes.printer.CAUSES, for a fault. raw: the reason as it came.
    unit: a finisher, scanner or fax that the keyword names; printing goes on without it.
    """

    kind: Kind
    grade: Grade
    code: str = ""
    unit: SafeText = NO_TEXT
    raw: SafeText


# Registered keywords that end in "-error" without being of that grade (PWG 5107.3's own trap).
_WHOLE = re.compile(r".*-(?:feed|unrecoverable-storage|protocol)-error")


_ENDINGS = tuple(
    (re.compile(f"(?:.*-)?(?:{ending})"), code)
    for ending, code in (
        # The first that fits the end of a keyword decides: what waits for people's hands comes first.
        ("cover-open|cover-opened", "cover-open"),
        ("interlock-open", "interlock-open"),
        ("door-open", "door-open"),
        ("waste-.*almost-full", "marker-waste-almost-full"),
        ("waste-.*full", "marker-waste-full"),
        ("waste-almost-full", "marker-waste-almost-full"),
        ("waste-full", "marker-waste-full"),
        ("toner-empty", "toner-empty"),
        ("toner-low|toner-almost-empty", "toner-low"),
        ("media-supply-empty|media-path-input-empty|material-empty|tray-empty|media-empty", "media-empty"),
        ("media-supply-low|material-low|tray-low|tray-almost-empty|media-low", "media-low"),
        ("media-needed|material-needed|input-request|cannot-feed-size-selected", "media-needed"),
        ("input-media-(?:color|form-parts|size|type|weight)-change", "media-needed"),
        ("output-.*almost-full|media-tray-almost-full", "output-area-almost-full"),
        ("output-.*full|media-tray-full", "output-area-full"),
        ("output-.*missing|path-media-tray-missing", "output-tray-missing"),
        ("input-tray-missing|input-media-tray-missing", "input-tray-missing"),
        ("marker-.*missing|cartridge-missing|supply-missing", "marker-supply-missing"),
        ("jam|feed-error", "media-jam"),
        ("opc-near-eol|opc-life-almost-over", "opc-near-eol"),
        ("opc-life-over", "opc-life-over"),
        ("fuser-over-temp", "fuser-over-temp"),
        ("fuser-under-temp", "fuser-under-temp"),
        ("over-temperature|temperature-high", "overheating"),
        ("near-eol|life-almost-over|life-warn|near-limit|maintenance-due", "maintenance-due"),
        ("unrecoverable-failure", "hardware-failure"),
        ("recoverable-failure|recoverable-storage|unrecoverable-storage(?:-error)?", "service-needed"),
        ("failure", "hardware-failure"),
        (
            "life-over|at-eol|at-limit|missing|under-temperature|temperature-low|offline|turned-off|service-needed",
            "service-needed",
        ),
        ("low|almost-empty", "marker-supply-low"),
        ("empty", "marker-supply-empty"),
        ("almost-full|full", "service-needed"),
    )
)
_NOTHING = re.compile(
    r"none|other|unknown|cups-.*|spool-area-full|interpreter-.*|.*resource-.*|.*memory-.*|com\.apple\.print\..*"
)
_ASLEEP = re.compile(r"hibernate|standby|suspend|(?:marker-|subunit-)?power-saver")
_PAUSED = ("paused", "moving-to-paused", "hold-new-jobs")
_CONNECTING = ("connecting-to-device", "timed-out")
_OFFLINE = ("offline", "shutdown", "deactivated")
_UNIT = re.compile(
    r"(scan|scanner|fax|camera|storage|stapler|stitcher|binder|bander|folder|puncher|perforater|trimmer|slitter|die-cutter"
    r"|separation-cutter|wrapper|inserter|imprinter|make-envelope|sheet-rotator|stacker)-.*"
)
_GRADED = re.compile(r"(.+)-(error|warning|report)")


def understand(raw: bytes | str) -> Reason:
    """One value of printer-state-reasons. Whole keywords are matched before a suffix is taken off."""
    text = clean(raw, limit=64)
    keyword, grade = text.lower(), Grade.BARE
    graded = None if _WHOLE.fullmatch(keyword) else _GRADED.fullmatch(keyword)
    if graded:
        keyword, grade = graded[1], Grade(graded[2])
    for kind, words in ((Kind.PAUSED, _PAUSED), (Kind.CONNECTING, _CONNECTING)):
        if keyword in words:
            return Reason(kind=kind, grade=grade, raw=text)
    if _NOTHING.fullmatch(keyword):
        return Reason(kind=Kind.NOTHING, grade=grade, raw=text)
    if _ASLEEP.fullmatch(keyword):
        return Reason(kind=Kind.ASLEEP, grade=grade, raw=text)
    code = _code(keyword, grade)
    unit = _UNIT.fullmatch(keyword)
    return Reason(
        kind=Kind.FAULT if code else Kind.NOTHING,
        grade=grade,
        code=code,
        unit=SafeText(unit[1]) if unit else NO_TEXT,
        raw=text,
    )


def _code(keyword: str, grade: Grade) -> str:
    """The fault's code, or "" for an event; an unknown keyword is a fault only when it is an error."""
    if keyword in _OFFLINE:
        return "offline"
    if keyword in CAUSES:
        return keyword
    code = next((code for ending, code in _ENDINGS if ending.fullmatch(keyword)), "")
    return code or ("service-needed" if grade is Grade.ERROR else "")
