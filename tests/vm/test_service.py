"""The installed agent under a real systemd."""

import time
from collections.abc import Callable

from tests.vm.counter import CounterPc, wait
from tests.vm.guest import CARD

Figure = Callable[[str], None]


def test_the_service_runs_as_its_own_user_and_tells_that_it_is_ready(pc: CounterPc, figure: Figure) -> None:
    assert (pc.unit("ActiveState"), pc.unit("Type"), pc.unit("NRestarts")) == ("active", "notify", "0")
    assert pc.unit("StatusText") == "watching 3 devices"
    process = pc.unit("MainPID")
    assert pc.sh(f"stat -c %U /proc/{process}").strip() == "jagaloket"
    assert pc.sh("systemctl --failed --no-legend") == ""
    assert pc.sh("stat -c '%U %a' /var/lib/jagaloket").strip() == "jagaloket 700"
    pss = pc.sh(f"grep ^Pss: /proc/{process}/smaps_rollup").split()
    figure(f"memory of the agent: {int(pss[1]) / 1024:.1f} MiB PSS, cgroup {int(pc.unit('MemoryCurrent')) >> 20} MiB")


def test_a_healthy_counter_has_no_tickets_and_its_function_is_up(pc: CounterPc) -> None:
    assert pc.tickets() == []
    assert pc.metric('jagaloket_function_up{function="perekaman"}') == 1


def test_systemd_starts_an_agent_anew_that_is_stuck(pc: CounterPc, figure: Figure) -> None:
    # The real allowance is a minute; the way is the same.
    pc.sh("mkdir -p /run/systemd/system/jagaloket.service.d")
    pc.sh("printf '[Service]\\nWatchdogSec=6\\nRestartSec=1\\n' >/run/systemd/system/jagaloket.service.d/quick.conf")
    pc.sh("systemctl daemon-reload && systemctl restart jagaloket")
    process, started = pc.unit("MainPID"), time.monotonic()
    time.sleep(8)  # longer than the allowance: a healthy agent feeds the watchdog
    assert (pc.unit("MainPID"), pc.unit("NRestarts")) == (process, "0")

    started = time.monotonic()
    pc.sh(f"kill -STOP {process}")
    wait(lambda: pc.unit("NRestarts") == "1" and pc.unit("ActiveState") == "active", 60, "a new agent")
    figure(f"agent stopped by SIGSTOP, watchdog at 6 s: a new one ready after {time.monotonic() - started:.1f} s")
    assert pc.unit("MainPID") != process
    assert "Watchdog timeout" in pc.sh("journalctl -u jagaloket -o cat")
    pc.wait_for("kartu", "ok")
    assert pc.tickets() == []


def test_an_agent_that_was_killed_returns_and_raises_nothing_twice(pc: CounterPc) -> None:
    pc.unplug("card")
    pc.event(30, device="kartu", code="not-connected", status="new")
    pc.sh("systemctl kill -s KILL jagaloket")
    wait(lambda: pc.unit("NRestarts") == "1" and pc.unit("ActiveState") == "active", 60, "a new agent")
    pc.wait_for("kartu", "unreachable")
    pc.plug(*CARD)
    pc.event(30, device="kartu", code="not-connected", status="recovered")
    assert [(ticket["code"], ticket["status"]) for ticket in pc.tickets()] == [("not-connected", "recovered")]
    assert [action for _, action in pc.outbox()] == ["opened", "recovered"]


def test_a_stop_is_quick_and_in_order(pc: CounterPc, figure: Figure) -> None:
    started = time.monotonic()
    pc.sh("systemctl stop jagaloket")
    figure(f"systemctl stop: {time.monotonic() - started:.1f} s")
    assert (pc.unit("Result"), pc.unit("ExecMainStatus")) == ("success", "0")
    assert pc.sh("cat /var/lib/jagaloket/last-run").startswith("stopped ")
