"""A program as a unit of a real systemd, asked from within the service's own sandbox."""

from collections.abc import Callable

from tests.vm.counter import CounterPc

Figure = Callable[[str], None]
DEVICE = r"""\n[device.siak]\nkind = "software"\nunit = "siak"\nalways_on = true\ninterval_seconds = 2\n"""
COST = (
    "import resource; from probes.wire import systemctl; [systemctl.unit('siak.service') for _ in range(50)]; "
    "used = resource.getrusage(resource.RUSAGE_CHILDREN); print((used.ru_utime + used.ru_stime) / 50 * 1000)"
)


def test_a_unit_that_fails_has_a_ticket_until_it_runs_again(pc: CounterPc, figure: Figure) -> None:
    pc.sh("systemd-run --quiet --unit=siak sleep 600")
    pc.sh(f"printf '{DEVICE}confirm = {{ relook_seconds = 1 }}\\n' >>/etc/jagaloket/jagaloket.toml")
    pc.sh("systemctl reload jagaloket")
    pc.wait_for("siak", "ok")
    milliseconds = float(pc.sh(f'/opt/jagaloket/bin/python3 -sP -c "{COST}"'))
    figure(f"asking systemctl for one unit: {milliseconds:.1f} ms of CPU")
    pc.sh("systemctl kill -s KILL siak")
    pc.event(30, device="siak", code="service-failed", status="new")
    pc.sh("systemctl reset-failed siak && systemd-run --quiet --unit=siak sleep 600")
    pc.event(30, device="siak", code="service-failed", status="recovered")
