"""What is normal outside the office's hours: equipment and lines that were switched off. Pure."""

from collections.abc import Callable

from probes.reading import NOT_RESPONDING

OPENING_SECONDS = 1_800.0
"""People switch things on as they come; what is still off after this is missing."""
CLOSING_SECONDS = 900.0
"""They switch things off as they leave."""

_OFF = frozenset({NOT_RESPONDING, "not-connected", "process-not-running", "port-not-listening", "file-stale"})
"""Programs are closed like equipment is switched off; one that failed says so at any hour (service-failed)."""
_LINE_OFF = frozenset({"cable-unplugged", "no-address", "gateway-down", "internet-down", "dns-failed", "vpn-down"})

IsOpen = Callable[[float], bool | None]
"""Whether the office is open at a moment (UTC epoch seconds); None where its hours are not known."""


def may_be_off(code: str, wall: float, is_open: IsOpen, opening_seconds: float = OPENING_SECONDS) -> bool:
    """Whether this fault, at this moment, may only mean that somebody switched the thing off or went home.

    wall: UTC epoch seconds. opening_seconds: so long after opening things may still be off.
    """
    if code in _LINE_OFF:
        return any(is_open(moment) is False for moment in (wall, wall + CLOSING_SECONDS))
    if code not in _OFF:
        return False
    return any(is_open(moment) is False for moment in (wall - opening_seconds, wall, wall + CLOSING_SECONDS))
