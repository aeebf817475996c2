"""A recording program at work: claims a scanner of vusb.py --stream and reads packet after packet until SIGTERM.

Then it writes to /run/scan.json how many packets came, how many transfers failed, and how many packets are missing
or came twice. usbfs alone (linux/usbdevice_fs.h). Standard library only: it runs in the guest.
"""

import ctypes
import fcntl
import json
import signal
import struct
import sys
from pathlib import Path

CLAIM, BULK = 0x8004550F, 0xC0185502
"""USBDEVFS_CLAIMINTERFACE and USBDEVFS_BULK on 64 bits."""
IN, PACKET, TIMEOUT_MS = 0x81, 8, 2000


def node(vendor: str) -> Path:
    """The scanner's file."""
    for folder in Path("/sys/bus/usb/devices").iterdir():
        if (folder / "idVendor").exists() and (folder / "idVendor").read_text("ascii").strip() == vendor:
            bus, number = (int((folder / name).read_text("ascii")) for name in ("busnum", "devnum"))
            return Path(f"/dev/bus/usb/{bus:03}/{number:03}")
    sys.exit("no such scanner")


def main() -> None:
    """Read until told to stop."""
    packets = errors = gaps = 0
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    data = ctypes.create_string_buffer(PACKET)
    with node(sys.argv[1]).open("r+b", buffering=0) as scanner:
        fcntl.ioctl(scanner, CLAIM, struct.pack("I", 0))
        last = None
        while not stopping:
            try:
                fcntl.ioctl(scanner, BULK, struct.pack("IIIxxxxP", IN, PACKET, TIMEOUT_MS, ctypes.addressof(data)))
            except OSError:
                errors += 1
                continue
            (count,) = struct.unpack(">Q", data.raw)
            gaps += last is not None and count != last + 1
            if last is None:
                Path("/run/scanning").touch()
            last = count
            packets += 1
    Path("/run/scan.json").write_text(json.dumps({"packets": packets, "errors": errors, "gaps": gaps}), "ascii")


if __name__ == "__main__":
    main()
