"""A small agent for the USB rig: watches devices by events alone and says what it found, as JSON lines.

    python -m tests.fakes.usbwatcher '[{"match": {"vendor": "05ba"}, "ask_speed": true}]'

Every wake leads to a look at once, and to a second one where the first states a fault, as the real watch does it.
On stdin: "look" looks at everything, "threads" tells the threads and the CPU seconds; end of input ends it.
"""

import json
import os
import queue
import sys
import threading
import time
from functools import partial
from typing import Any

from probes.kinds.usb import Usb
from probes.reading import ProbeError
from probes.usb.match import Match

LOOK = -1


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _look(number: int, probe: Usb, *, again: bool = True) -> None:
    try:
        reading = probe.read()
    except ProbeError as error:
        _say(device=number, error=str(error), at=time.monotonic())
        return
    if reading.faults and again:
        time.sleep(probe.confirm.relook_seconds)
        _look(number, probe, again=False)
        return
    _say(
        device=number,
        reachable=reading.reachable,
        faults={fault.code: fault.detail for fault in reading.faults},
        facts=dict(reading.facts),
        samples={sample.metric.name: sample.value for sample in reading.samples},
        at=time.monotonic(),
    )


def _listen(inbox: "queue.SimpleQueue[int | None]") -> None:
    for line in sys.stdin:
        if line.strip() == "threads":
            _say(threads=threading.active_count(), cpu=time.process_time())
        else:
            inbox.put(LOOK)
    inbox.put(None)


def main(options: list[dict[str, Any]]) -> None:
    """Watch until the input ends."""
    # umockdev names a listener's socket after its file number: a child's libusb must not take ours.
    _files = [os.open(os.devnull, os.O_RDONLY) for _ in range(40)]
    inbox: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    probes = [Usb(match=Match(**option.pop("match")), **option) for option in options]
    stops = [probe.subscribe(partial(inbox.put, number)) for number, probe in enumerate(probes)]
    threading.Thread(target=_listen, args=(inbox,), daemon=True).start()
    _say(ready=True, events=all(stops))
    for number, probe in enumerate(probes):
        _look(number, probe, again=False)
    while (asked := inbox.get()) is not None:
        for which in range(len(probes)) if asked == LOOK else [asked]:
            _look(which, probes[which])
    for stop in stops:
        if stop is not None:
            stop()
    _say(stopped=True, threads=threading.active_count())


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
