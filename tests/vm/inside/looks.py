"""Looks so many times at the scanner of a vendor, as the agent does, and asks it each time whether it could be faster.

The agent asks no device that a program has claimed; here it is asked all the same. Runs in the agent's own
environment in the guest: looks.py COUNT VENDOR. Prints how many looks found it, and how often it said yes.
"""

import sys

from probes.kinds.usb import Usb
from probes.usb.match import Match
from probes.wire import usb
from probes.wire.sysfs import Tree
from probes.wire.usbbus import Bus

count, match = int(sys.argv[1]), Match(vendor=sys.argv[2])
probe = Usb(match=match, ask_speed=True)
(device,) = Bus(Tree()).fitting(match)
found = sum(probe.read().reachable is True for _ in range(count))
answered = sum(usb.has_high_speed([device.bus, device.number]) is True for _ in range(count))
print(found, answered)  # noqa: T201 - what this program is for
