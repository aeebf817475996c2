"""A process that looks with one probe whenever it is told to: what a probe sees inside a simulated machine.

python -m tests.fakes.looker KIND OPTIONS      (OPTIONS as JSON; one line on stdin: one look, one line of JSON)
"""

import json
import sys
from typing import Any

from probes import shelf
from probes.probe import Probe
from probes.reading import ProbeError


def look(probe: Probe) -> dict[str, Any]:
    """One look, as plain values."""
    try:
        reading = probe.read()
    except ProbeError as error:
        return {"error": str(error), "faults": []}
    return {
        "error": None,
        "state": str(reading.state),
        "faults": [one.code for one in reading.faults],
        "facts": dict(reading.facts),
        "capabilities": dict(reading.capabilities),
        "skipped": sorted(reading.skipped),
    }


def main(kind: str, options: str) -> None:
    """Serve until stdin ends."""
    probe = shelf.find("probes.kinds", kind, Probe)(**json.loads(options))
    for _ in sys.stdin:
        print(json.dumps(look(probe)), flush=True)  # noqa: T201 -- its way to answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
