"""The disks that tests start from, made once and kept: the key of each is a hash of all that it was made of.

A base (a booted PC without JagaLoket, with its state saved, so that going on takes seconds instead of a boot), and
on it an installation.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.vm.guest import Guest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".tools" / "vm"
STATE = "ready"
PAYLOAD_BYTES = 128 << 20
"""The same for every payload: a saved state is bound to the size of its disks."""
BASE_INPUTS = (HERE / "build.sh", HERE / "inside" / "channel.py", HERE / "inside" / "rig.service", HERE / "inside/init")
SETTLED = "systemctl is-system-running --wait; systemctl start systemd-udev-settle; sync"


def digest(parts: Iterable[bytes]) -> str:
    """A short name for contents."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:16]


def base() -> Path:
    """The folder with a booted PC: vmlinuz, initrd.gz, disk.raw and base.qcow2 with its saved state."""
    machine = (HERE / "guest.py").read_bytes()
    folder = CACHE / f"base-{digest([machine, *(file.read_bytes() for file in BASE_INPUTS)])}"
    if not (folder / "base.qcow2").exists():
        forget(CACHE, "base-*")
        subprocess.run([HERE / "build.sh", folder], check=True)
        with scratch() as work:
            disk = work / "base.qcow2"
            overlay(folder / "disk.raw", disk)
            with Guest(folder, disk, work / "run", payload=payload(work, [])) as pc:
                pc.sh(SETTLED, 120, check=False)
                pc.save(STATE)
            keep(disk, folder / "base.qcow2")
    return folder


def payload(folder: Path, files: Iterable[tuple[Path, str]]) -> Path:
    """A disk that holds a tar archive of these files, each under the name it is to have in the guest."""
    disk = folder / "payload"
    with tarfile.open(disk, "w") as archive:
        for file, name in files:
            archive.add(file, name, filter=_plain)
    with disk.open("r+b") as end:
        end.truncate(PAYLOAD_BYTES)
    return disk


def overlay(backing: Path, disk: Path) -> None:
    """A disk that starts as another one and leaves that one as it is."""
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", backing, disk], check=True)


def copy(disk: Path, to: Path) -> Path:
    """A copy with its saved states, which an overlay would not see."""
    subprocess.run(["cp", "--reflink=auto", "--sparse=always", disk, to], check=True)
    return to


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a while, with a path short enough for sockets (unix(7): 108 bytes)."""
    with tempfile.TemporaryDirectory(prefix="jagaloket-vm-") as name:
        yield Path(name)


def keep(disk: Path, to: Path) -> None:
    """Only what is finished gets the name that is looked for."""
    fresh = to.with_suffix(".new")
    copy(disk, fresh)
    fresh.replace(to)


def forget(folder: Path, pattern: str) -> None:
    """Remove what was made of older inputs: it is of no use, and large."""
    for old in folder.glob(pattern):
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = 0
    return info
