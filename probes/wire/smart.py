"""What disks say of their own health (ATA SMART, NVMe), through smartctl where it is installed and we may use it."""

import json
import shutil
import subprocess
from pathlib import Path

from probes.text import SafeText, clean

SYS_BLOCK = Path("/sys/block")
_TIMEOUT_SECONDS = 20.0
_MOST_DISKS = 16
_MOST_BYTES = 1 << 20


def disks(sys_block: Path = SYS_BLOCK) -> list[str]:
    """The names of real disks: those with hardware behind them."""
    try:
        names = sorted(path.name for path in sys_block.iterdir() if (path / "device").exists())
    except OSError:
        return []
    return [name for name in names if not name.startswith(("sr", "fd"))][:_MOST_DISKS]


def passed(disk: str) -> tuple[bool | None, SafeText]:
    """Whether a disk believes in itself, and its model; None where it or smartctl does not tell.

    A standing disk is not woken (-n standby). Never raises; may take as long as smartctl may.
    """
    command = shutil.which("smartctl", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin")
    if command is None:
        return None, SafeText("")
    words = [command, "--json=c", "-i", "-H", "-n", "standby", f"/dev/{disk}"]
    try:
        done = subprocess.run(  # noqa: S603 - the kernel's own disk names
            words, check=False, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_SECONDS
        )
        said = json.loads(done.stdout[:_MOST_BYTES])
        verdict = said.get("smart_status", {}).get("passed")
        model = clean(str(said.get("model_name", "")))
    except (OSError, ValueError, AttributeError, RecursionError, subprocess.TimeoutExpired):
        return None, SafeText("")
    return (verdict if isinstance(verdict, bool) else None), model
