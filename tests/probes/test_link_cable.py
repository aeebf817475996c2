"""Cables: errors by rate, duplex, looseness, and power cuts that look like a pulled cable."""

from pathlib import Path

import pytest

from probes.link.cable import CableQuality
from probes.link.ladder import Layer, Verdict, climb
from probes.link.lan import CarrierLayer, Line, likely_interface, unplugged
from probes.reading import Actor, Fault
from probes.wire.route import Interface, Route
from probes.wire.tables import Tables

ETH = Interface(
    name="eth0",
    is_up=True,
    has_carrier=True,
    carrier_changes=2,
    packets=1_000_000,
    received_bytes=1,
    sent_bytes=1,
    errors=500_000,
)


def faults(cable: CableQuality, interface: Interface, now: float) -> list[str]:
    return [fault.code for fault in cable.look(interface, now)[1]]


def test_old_errors_are_no_fault_and_new_ones_are(tmp_path: Path) -> None:
    cable = CableQuality(tmp_path)
    assert faults(cable, ETH, 0) == []
    later = ETH._replace(packets=ETH.packets + 1000, errors=ETH.errors + 50)
    assert faults(cable, later, 30) == ["interface-errors"]
    assert faults(cable, later, 60) == ["interface-errors"]
    assert faults(cable, later, 200) == []


@pytest.mark.parametrize(("errors", "packets"), [(9, 20), (50, 100_000)])
def test_few_or_rare_errors_are_no_fault(tmp_path: Path, errors: int, packets: int) -> None:
    cable = CableQuality(tmp_path)
    faults(cable, ETH, 0)
    later = ETH._replace(packets=ETH.packets + packets, errors=ETH.errors + errors)
    assert faults(cable, later, 30) == []


def test_a_plug_that_comes_loose_again_and_again_is_a_fault(tmp_path: Path) -> None:
    cable = CableQuality(tmp_path)
    faults(cable, ETH, 0)
    assert faults(cable, ETH._replace(carrier_changes=5), 60) == []
    assert faults(cable, ETH._replace(carrier_changes=6), 120) == ["unstable-connection"]
    assert faults(cable, ETH._replace(carrier_changes=6), 1100) == []


def test_another_interface_starts_anew(tmp_path: Path) -> None:
    cable = CableQuality(tmp_path)
    faults(cable, ETH, 0)
    assert faults(cable, ETH._replace(name="wlan0", errors=ETH.errors + 999, carrier_changes=99), 30) == []


@pytest.mark.parametrize(
    ("speed", "duplex", "codes", "bits"),
    [("1000", "full", [], 1e9), ("100", "half", ["interface-errors"], 1e8), ("-1", "unknown", [], None)],
)
def test_half_duplex_is_a_fault(tmp_path: Path, speed: str, duplex: str, codes: list[str], bits: float | None) -> None:
    (tmp_path / "eth0").mkdir()
    (tmp_path / "eth0" / "speed").write_text(speed)
    (tmp_path / "eth0" / "duplex").write_text(duplex)
    samples, found = CableQuality(tmp_path).look(ETH, 0)
    assert [fault.code for fault in found] == codes
    assert next((s.value for s in samples if s.metric.name.endswith("per_second")), None) == bits


class TestNoCarrier:
    @staticmethod
    def fault(tmp_path: Path, interface: Interface | None, mains: str | None = None) -> Fault:
        if mains is not None:
            (tmp_path / "BAT0").mkdir()
            (tmp_path / "BAT0" / "type").write_text("Battery\n")
            supply = tmp_path / "AC"
            supply.mkdir()
            (supply / "type").write_text("Mains\n")
            (supply / "online").write_text(mains)
        return unplugged("eth0", interface, tmp_path)

    def test_it_is_the_cable_where_the_pc_has_mains_or_cannot_tell(self, tmp_path: Path) -> None:
        silent = ETH._replace(has_carrier=False)
        assert self.fault(tmp_path, silent).code == "cable-unplugged"
        assert self.fault(tmp_path, silent, "1\n").code == "cable-unplugged"

    def test_it_is_the_power_where_the_pc_runs_on_battery(self, tmp_path: Path) -> None:
        fault = self.fault(tmp_path, ETH._replace(has_carrier=False), "0\n")
        assert (fault.code, fault.actor) == ("power-out", Actor.POWER)

    def test_it_is_neither_where_somebody_switched_the_interface_off(self, tmp_path: Path) -> None:
        fault = self.fault(tmp_path, ETH._replace(is_up=False, has_carrier=False), "0\n")
        assert (fault.code, "switched off" in fault.detail) == ("cable-unplugged", True)


def test_hardware_with_a_carrier_is_the_likely_interface(tmp_path: Path) -> None:
    for name in ("enp1s0", "enp2s0"):
        (tmp_path / name / "device").mkdir(parents=True)
    known = {
        name: ETH._replace(name=name, has_carrier=carrier)
        for name, carrier in (("lo", True), ("docker0", True), ("enp1s0", True), ("enp2s0", False))
    }
    assert likely_interface(known, tmp_path) == "enp1s0"
    assert likely_interface({"lo": ETH}, tmp_path) == ""


class Late(Tables):
    """A kernel that has not told yet that the carrier is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.carrier = True

    def interfaces(self) -> dict[str, Interface]:
        return {"eth0": ETH._replace(has_carrier=self.carrier)}

    def default_routes(self) -> tuple[Route, ...]:
        return ()

    def forget(self) -> None:
        self.carrier = False


class Silent(Layer):
    """A router behind a cable that was just pulled."""

    name = "gateway"

    def look(self, now: float, *, afresh: bool) -> Verdict:
        del now, afresh
        return Verdict(up=False)


def test_a_router_is_not_blamed_for_a_cable_of_which_the_kernel_has_not_told_yet() -> None:
    found = climb([CarrierLayer(Line(tables=Late())), Silent()], 0)
    assert list(found) == ["carrier"]
    assert [fault.code for fault in found["carrier"].faults] == ["cable-unplugged"]
