"""The .deb on a running system: an upgrade while a fault stands, and the way out."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.vm import image, installation
from tests.vm.counter import CounterPc
from tests.vm.guest import CARD

NEWER = "99.0"
CONFIGURATION = "/etc/jagaloket/jagaloket.toml"


@pytest.fixture
def payload(work: Path) -> Path:
    """The next release."""
    return image.payload(work, [(installation.package(work / "deb", NEWER), "root/newer.deb")])


def test_an_upgrade_keeps_configuration_and_tickets_and_raises_nothing_twice(
    pc: CounterPc, figure: Callable[[str], None]
) -> None:
    pc.unplug("card")
    pc.event(30, device="kartu", code="not-connected", status="new")
    before, process = pc.sh(f"sha256sum {CONFIGURATION}"), pc.unit("MainPID")

    started = monotonic()
    pc.sh(installation.UNPACK)
    pc.sh("dpkg -i /root/newer.deb", 180)
    figure(f"upgrade of the package: {monotonic() - started:.1f} s")
    assert pc.sh("dpkg-query -W -f '${Version}' jagaloket") == NEWER
    assert pc.unit("ActiveState") == "active"
    assert pc.unit("MainPID") != process
    assert pc.sh(f"sha256sum {CONFIGURATION}") == before
    pc.wait_for("kartu", "unreachable")
    pc.plug(*CARD)
    pc.event(30, device="kartu", code="not-connected", status="recovered")
    assert len(pc.tickets()) == 1
    assert [action for _, action in pc.outbox()] == ["opened", "recovered"]

    pc.sh("dpkg -P jagaloket")
    assert pc.sh("getent passwd jagaloket", check=False) == ""
    assert pc.sh("ls -d /etc/jagaloket /var/lib/jagaloket /opt/jagaloket 2>/dev/null", check=False) == ""
    assert pc.sh("pgrep -f bin/jagaloket", check=False) == ""
