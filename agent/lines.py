"""Where in a TOML file something stands, for messages: tomllib keeps no positions."""

import re
from pathlib import Path

from agent.options import Steps
from probes.text import clean


def message(path: Path, text: str, steps: Steps, problem: str) -> str:
    """A mistake with its file, line and path, ready to print."""
    line = line_of(text, steps)
    where = f"{path}:{line}" if line else str(path)
    return f"{where}: {clean(dotted(steps), 200)}: {problem}"


def dotted(steps: Steps) -> str:
    """A path as people write it: mail.to[0].address."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def line_of(text: str, steps: Steps) -> int | None:
    """The line where a path stands in a TOML text, or of the nearest table above it; None if neither is found.

    tomllib keeps no positions, so this looks for the headers and keys as people write them.
    """
    plain = [str(step) for step in steps if isinstance(step, str)]
    index = next((step for step in steps if isinstance(step, int)), 0)
    best, section, seen = None, [], -1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[{1,2}([^\]]+)\]", line)
        key = re.match(r"\s*([\w\-\"'.]+)\s*=", line)
        if header and "=" not in line.split("]", maxsplit=1)[0]:
            section = [part.strip(" \"'") for part in header[1].split(".")]
            seen = seen + 1 if section == plain[: len(section)] and "[[" in line else seen
            matches = section == plain[: len(section)] and ("[[" not in line or seen == index)
        elif key:
            full = section + [part.strip(" \"'") for part in key[1].split(".")]
            matches = full == plain[: len(full)] and (seen in (-1, index))
        else:
            continue
        if matches:
            best = number
    return best
