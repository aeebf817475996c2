"""A counter with equipment in every state, and texts as bad as devices send them."""

from agent.view import DeviceView, Panel
from alerts.office import Office
from probes.reading import Actor, Device, Fault, Metric, MetricType, Reading, Sample, Severity, State
from probes.text import SafeText, clean

NOW = 1_795_484_700.0
"""Tuesday, 24 November 2026, 08:45 in Jakarta."""
OFFICE = Office(name=clean("Kantor Camat Medan Timur"), counter=clean("Loket 1"))

PAGES = Metric(name="jagaloket_printer_pages_total", type=MetricType.COUNTER, help="Pages ever printed.")
SUPPLY = Metric(
    name="jagaloket_printer_supply_ratio",
    type=MetricType.GAUGE,
    help="Supply left, 0 to 1.",
    labels=("supply", "colour"),
)

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    "\"><svg onload='x'>",
    "' onmouseover='x",
    "&lt;b&gt; &amp; &#60;",
    'a"b\\c\nd{e}=1',
    "\x1b]0;x\x07\r\nSet-Cookie: a=b",
    "\u202egnp.exe\u2066\ufeff\u2028",
    "lone \ud800 surrogate \udfff",
    "{{7*7}} ${x} %n $body =cmd|' /C calc'!A0",
    "# HELP jagaloket_x y\n# TYPE jagaloket_x gauge\njagaloket_x 1",
    "# EOF",
    "\0" * 50,
    "é" * 100_000,
    "\U000e0041\U0001f600",
    "",
)


def view(  # noqa: PLR0913 - a view has so many sides
    name: str,
    label: str,
    role: str,
    state: State = State.OK,
    *,
    minutes: float = 600,
    faults: tuple[Fault, ...] = (),
    error: str = "",
    success: bool | None = True,
    samples: tuple[Sample, ...] = (),
    facts: dict[str, SafeText] | None = None,
) -> DeviceView:
    """One device as the watch would show it."""
    reading = Reading(reachable=state is not State.UNREACHABLE, faults=faults, samples=samples, facts=facts or {})
    return DeviceView(
        device=Device(id=name, kind="usb", label=clean(label), role=role),
        state=state,
        since=NOW - minutes * 60,
        last_seen=NOW - 8 if success else None,
        reading=reading if success else None,
        standing=faults,
        error=clean(error),
        success=success,
        duration_seconds=None if success is None else 0.02,
        outcomes={"success": 40, "error": 1} if success else {"error": 3},
    )


def fault(
    code: str,
    severity: Severity = Severity.BLOCKING,
    actor: Actor = Actor.COUNTER,
    part: str = "",
    detail: str = "",
) -> Fault:
    """One fault, with texts that passed the border."""
    return Fault(code=code, severity=severity, actor=actor, part=clean(part), detail=clean(detail))


def counter() -> Panel:
    """A counter where something is in every state."""
    levels = tuple(
        Sample(metric=SUPPLY, value=value, labels=(clean(name), clean(colour)))
        for name, colour, value in (("Toner 1", "black", 0.07), ("Toner 2", "cyan", 0.5))
    )
    pages = Sample(metric=PAGES, value=123_456)
    return panel(
        view("pc", "PC Loket 1", "host"),
        view("sidik-jari", "Sidik jari", "fingerprint", State.UNREACHABLE, minutes=4,
             faults=(fault("not-connected", detail="no USB device 16d1:0408 on any port"),)),
        view("iris", "Pemindai iris", "iris"),
        view("printer-resi", "Printer resi", "receipt-printer", State.FAILED, minutes=25, samples=(pages, *levels),
             facts={"vendor": clean("EPSON"), "model": clean('TM-T82 "X"')},
             faults=(fault("media-empty", part="baki 1", detail="roll paper end, sensor 0x0c"),
                     fault("media-empty", Severity.DEGRADED, part="baki 2"),
                     fault("cover-open", Severity.BLOCKING))),
        view("printer-kk", "Printer KK", "office-printer", State.DEGRADED, minutes=1500,
             faults=(fault("toner-low", Severity.DEGRADED, part="black", detail="7 %"),)),
        view("printer-ktp", "", "card-printer", State.ASLEEP),
        view("internet", "Internet", "link", State.UNKNOWN, minutes=3, success=False,
             error="cannot look at the link: no permission for /dev/net; run: jagaloket doctor"),
        view("kamera", "Kamera", "camera", State.UNKNOWN, minutes=0.2, success=None),
    )  # fmt: skip


def hostile() -> Panel:
    """Devices that say the worst in every place where they can say something."""
    return panel(
        *(
            view(
                f"d{index}",
                text,
                clean(text),
                State.FAILED,
                faults=(fault(clean(text), part=text, detail=text), fault("media-empty", part=text, detail=text)),
                facts={"vendor": clean(text), "model": clean(text)},
                samples=(Sample(metric=SUPPLY, value=0.5, labels=(clean(text), clean(text))),),
            )
            for index, text in enumerate(HOSTILE)
        ),
        *(view(f"e{index}", text, "", State.UNKNOWN, success=False, error=text) for index, text in enumerate(HOSTILE)),
    )


def panel(*views: DeviceView) -> Panel:
    """A panel of these views."""
    filled = Panel()
    for one in views:
        filled.put(one)
    return filled
