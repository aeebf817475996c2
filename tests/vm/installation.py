"""The package, installed on the guest's disk as an administrator does it, and that disk kept."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.vm import image
from tests.vm.counter import CounterPc
from tests.vm.image import HERE

BUILD = HERE.parents[1] / "packaging" / "build-deb.sh"
DATE = "1700000000"
"""The date of everything in the packages: the same contents make the same disk, whatever was committed meanwhile."""
UNPACK = "blockdev --flushbufs /dev/vdb && tar -xf /dev/vdb -C /"
INSTALL = """
install -D /opt/rig/counter.toml /etc/jagaloket/jagaloket.toml && dpkg -i /opt/rig/jagaloket.deb &&
chgrp jagaloket /etc/jagaloket/jagaloket.toml && chmod 640 /etc/jagaloket/jagaloket.toml
"""
TELL = "systemd-run --quiet --unit=tell-tickets python3 /opt/rig/tell_tickets.py"
PROGRAMS = ("vusb.py", "tell_tickets.py", "mailbox.py", "scan.py", "looks.py")


def installed() -> tuple[Path, Path]:
    """The base's folder, and the disk with the agent at work on it in the state image.STATE."""
    base = image.base()
    with image.scratch() as work:
        payload = image.payload(work, _files(work))
        key = image.digest([base.name.encode(), Path(__file__).read_bytes(), payload.read_bytes()])
        disk = base / f"installed-{key}.qcow2"
        if not disk.exists():
            image.forget(base, "installed-*")
            fresh = image.copy(base / "base.qcow2", work / "disk")
            with CounterPc(base, fresh, work / "run", payload=payload, state=image.STATE) as pc:
                install(pc)
                pc.save(image.STATE)
            image.keep(fresh, disk)
    return base, disk


def install(pc: CounterPc) -> None:
    """Install and start on a PC whose equipment is plugged in; wait until the agent knows that all is well."""
    pc.sh(UNPACK)
    pc.sh("modprobe vhci_hcd")
    pc.plug_scanner()
    pc.sh(INSTALL, 180)
    for device in ("kartu", "sidik-jari"):
        pc.wait_for(device, "ok")
    pc.sh(TELL)
    pc.sh("sync")  # an installation is older than half a minute when the power fails


def package(folder: Path, version: str = "") -> Path:
    """Build the .deb of this tree into a folder."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": DATE, **({"VERSION": version} if version else {})}
    subprocess.run(["sh", BUILD, sys.executable, folder], env=environment, check=True)
    return next(folder.glob("*.deb"))


def _files(work: Path) -> Iterator[tuple[Path, str]]:
    yield package(work / "deb"), "opt/rig/jagaloket.deb"
    yield HERE / "counter.toml", "opt/rig/counter.toml"
    for name in PROGRAMS:
        yield HERE / "inside" / name, f"opt/rig/{name}"
