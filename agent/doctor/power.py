"""The check of the UPSs: whether each configured one can be asked."""

from agent.doctor.finding import Finding, Subject, mend, note, skipped, well
from probes.reading import ProbeError

_KIND = "ups"
_REMEDY = 'see kind = "ups" in docs/configuration.md; NUT\'s server is started with: sudo systemctl restart nut-server'


def ups(subject: Subject) -> Finding:
    """Whether NUT tells about every configured UPS. How the UPS itself is, the board says."""
    items = [item for item in (subject.config.watched if subject.config else ()) if item.device.kind == _KIND]
    if not items:
        return skipped("no UPS is configured")
    unknown, silent = [], []
    for item in items:
        try:
            reading = item.probe.read()
        except ProbeError as error:
            unknown.append(f"{item.device.id}: {error}")
        else:
            silent += [] if reading.reachable else [item.device.id]
    if unknown:
        return mend("; ".join(unknown), _REMEDY)
    if silent:
        return note(
            f"does not answer now: {', '.join(silent)}", "look whether the PC that the UPS is plugged into is on"
        )
    return well(f"can be asked: {', '.join(item.device.id for item in items)}")
