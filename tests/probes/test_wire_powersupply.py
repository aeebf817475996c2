"""Adapters and batteries, as the kernel of laptops and of desktop PCs shows them."""

from pathlib import Path

import pytest

from probes.wire.powersupply import Power, power

Tree = dict[str, dict[str, str]]

AC_ON, AC_OFF = {"type": "Mains", "online": "1"}, {"type": "Mains", "online": "0"}
MOUSE = {"type": "Battery", "scope": "Device", "present": "1", "status": "Discharging", "capacity": "5"}
USB_C_PORT = {"type": "USB", "online": "0"}


def battery(status: str, **more: str) -> dict[str, str]:
    return {"type": "Battery", "present": "1", "status": status, **more}


def fed(folder: Path, tree: Tree) -> Power:
    for name, attributes in tree.items():
        (folder / name).mkdir()
        for attribute, text in attributes.items():
            (folder / name / attribute).write_text(f"{text}\n")
    return power(folder)


@pytest.mark.parametrize(
    ("tree", "on_mains"),
    [
        ({}, None),
        ({"AC": AC_ON}, None),
        ({"hidpp_battery_0": MOUSE}, None),
        ({"ucsi-source-psy-USBC000:001": USB_C_PORT}, None),
        ({"hidpp_battery_0": MOUSE, "ucsi-source-psy-USBC000:001": USB_C_PORT}, None),
        ({"AC": AC_ON, "BAT0": battery("Charging")}, True),
        ({"AC": AC_ON, "BAT0": battery("Discharging")}, True),
        ({"AC": AC_OFF, "BAT0": battery("Discharging")}, False),
        ({"AC": AC_OFF, "BAT0": battery("Unknown")}, False),
        ({"AC": AC_OFF, "BAT0": battery("Full"), "BAT1": battery("Discharging")}, False),
        ({"ucsi-source-psy-USBC000:001": {"type": "USB", "online": "1"}, "BAT0": battery("Charging")}, True),
        ({"BAT0": battery("Discharging")}, False),
        ({"BAT0": battery("Full")}, True),
        ({"BAT0": battery("Not charging")}, True),
        ({"BAT0": battery("Unknown")}, None),
        ({"AC": AC_OFF, "BAT0": {"type": "Battery", "present": "0"}}, None),
    ],
)
def test_only_what_feeds_this_pc_tells_of_the_mains(tmp_path: Path, tree: Tree, *, on_mains: bool | None) -> None:
    assert fed(tmp_path, tree).on_mains is on_mains


@pytest.mark.parametrize(
    ("tree", "ratio"),
    [
        ({"BAT0": battery("Full", capacity="55")}, 0.55),
        ({"BAT0": battery("Full", energy_now="30", energy_full="40", capacity="1")}, 0.75),
        ({"BAT0": battery("Full", charge_now="41", charge_full="40")}, 1.0),
        (
            {
                "BAT0": battery("Full", energy_now="10", energy_full="10"),
                "BAT1": battery("Discharging", energy_now="0", energy_full="30"),
            },
            0.25,
        ),
        ({"BAT0": battery("Full", energy_now="30", energy_full="0", capacity="-1")}, None),
        ({"BAT0": battery("Full", capacity="\N{ARABIC-INDIC DIGIT FIVE}")}, None),
    ],
)
def test_how_full_all_batteries_are_together(tmp_path: Path, tree: Tree, ratio: float | None) -> None:
    assert fed(tmp_path, tree).ratio == pytest.approx(ratio)


def test_a_kernel_without_power_supplies_cannot_tell(tmp_path: Path) -> None:
    (tmp_path / "BAT0").mkdir()
    assert power(tmp_path) == power(tmp_path / "missing") == Power()
