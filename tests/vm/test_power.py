"""The power fails: the machine ends without any warning, and what its kernel had not written is lost."""

import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.vm.conftest import Boot
from tests.vm.counter import CounterPc, wait

Figure = Callable[[str], None]
CUT_AFTER_SECONDS = [step / 50 for step in range(10)]
THREE_LETTERS = 3
"""Two tickets were opened, one of them recovered."""
FOLDER = "/var/lib/jagaloket"


def test_after_a_power_cut_nothing_is_lost_nothing_doubled_and_it_is_told(
    pc: CounterPc, disk: Path, boot: Boot
) -> None:
    pc.unplug("card")
    pc.event(30, device="kartu", code="not-connected", status="new")
    # A letter on its way while the power fails waits a quarter of an hour, lest it be sent twice: not here.
    wait(lambda: pc.store("SELECT state, attempts FROM outbox") == [["new", 1]], 30, "a try")
    pc.cut_power()

    with boot(disk) as again:
        again.sh("systemd-run --quiet --unit=mailbox python3 /opt/rig/mailbox.py")
        wait(lambda: again.unit("ActiveState") == "active", 120, "the agent after the boot")
        again.wait_for("kartu", "ok")  # it was plugged in again while the power was off
        again.sh("modprobe vhci_hcd")
        again.plug_scanner()
        again.wait_for("sidik-jari", "ok")
        wait(lambda: len(again.tickets()) == 2, 60, "two tickets")
        found = Counter((ticket["device"]["id"], ticket["code"], ticket["status"]) for ticket in again.tickets())
        assert found == {
            ("kartu", "not-connected", "recovered"): 1,
            # The scanner was not there yet after the boot: that is noted on this ticket.
            ("pc", "reboot-unclean", "new"): 1,
        }
        expected = again.outbox()
        assert len(set(expected)) == len(expected) == THREE_LETTERS
        wait(lambda: len(letters(again)) >= len(expected), 120, "every letter")
        assert len(set(letters(again))) == len(letters(again)) == len(expected)


def letters(pc: CounterPc) -> list[str]:
    """Message-ID, recipient and subject of what arrived."""
    return pc.sh("cat /var/lib/rig-mailbox", check=False).splitlines() if pc.sh("ls /var/lib").count("rig-m") else []


@pytest.mark.parametrize("seconds", CUT_AFTER_SECONDS)
def test_whenever_the_power_fails_ticket_and_letter_are_both_there_or_neither(
    pc: CounterPc, disk: Path, work: Path, seconds: float
) -> None:
    pc.unplug("card")
    try:
        pc.event(seconds or 0.001, device="kartu", code="not-connected", status="new")
        promised = True
    except TimeoutError:
        promised = False
    pc.cut_power()

    with closing(sqlite3.connect(store_on(disk, work))) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tickets = store.execute("SELECT number FROM ticket").fetchall()
        letters = store.execute("SELECT ticket FROM outbox").fetchall()
        incidents = store.execute("SELECT ticket FROM incident").fetchall()
    assert tickets == letters == incidents
    assert len(tickets) == 1 if promised else len(tickets) <= 1


def store_on(disk: Path, work: Path) -> Path:
    """The store as the next boot would find it: the file system's journal is replayed first."""
    raw = work / "raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", disk, raw], check=True)
    subprocess.run(["e2fsck", "-p", raw], capture_output=True, check=False)
    for name in ("store.db", "store.db-wal"):
        subprocess.run(["debugfs", "-R", f"dump {FOLDER}/{name} {work / name}", raw], capture_output=True, check=True)
    return work / "store.db"
