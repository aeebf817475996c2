"""On which TCP ports somebody listens on this PC, by the kernel's own tables (proc(5)): nothing is connected to."""

from pathlib import Path

from probes.reading import ProbeError

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTEN = "0A"
"""TCP_LISTEN in include/net/tcp_states.h."""


def listens(port: int, tables: tuple[Path, ...] = TABLES) -> bool:
    """Whether anybody listens on a port, on whatever address. Raises ProbeError where the kernel does not tell."""
    wanted, read = f":{port:04X}", 0
    for table in tables:
        try:
            with table.open("r", encoding="ascii", errors="replace") as file:
                next(file, None)
                if any(_is(line.split(None, 4), wanted) for line in file if wanted in line):
                    return True
                read += 1
        except OSError:
            continue
    if not read:
        msg = "cannot read /proc/net/tcp: is /proc mounted and readable for the agent?"
        raise ProbeError(msg)
    return False


def _is(words: list[str], wanted: str) -> bool:
    """A row: its number, the local address and port, the other side's, the state."""
    return len(words) > 3 and words[3] == _LISTEN and words[1].endswith(wanted)  # noqa: PLR2004 - the row's words
