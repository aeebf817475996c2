"""Which standing faults are causes, and which only symptoms."""

import time
from dataclasses import replace

import pytest

from agent.cause import Key, Standing, root, symptoms
from agent.place import Place, Plan, Way, way
from probes.reading import Severity
from tests.fakes.equipment import Scripted

PLAN = Plan(
    places={
        "internet": Place(kind="link"),
        "pc": Place(kind="host"),
        "ups": Place(kind="usb", role="ups"),
        "printer-lantai-2": Place(kind="printer_snmp", way=Way.NEAR),
        "printer-kabupaten": Place(kind="printer_snmp", way=Way.FAR),
        "printer-resi": Place(kind="printer_usb"),
        "antrean-1": Place(kind="printer_ipp"),
        "antrean-2": Place(kind="printer_ipp"),
        "iris": Place(kind="usb"),
        "sidik-jari": Place(kind="usb", depends_on=("hub",)),
        "pembaca": Place(kind="usb", depends_on=("sidik-jari",)),
        "hub": Place(kind="usb"),
    },
    links=frozenset({"internet"}),
)
POWER_CODES = ("on-battery", "power-out", "reboot-unclean")
MORNING = 1_795_496_400.0


def stands(  # noqa: PLR0913 - a fault has as many sides
    device: str,
    code: str,
    after: float = 0.0,
    *,
    part: str = "",
    port: str = "",
    interface: str = "",
    severity: Severity = Severity.BLOCKING,
    cause: Key | None = None,
) -> Standing:
    return Standing(
        key=(device, code, part),
        severity=severity,
        since=MORNING + after,
        cause=cause,
        port=port,
        interface=interface,
    )


def cause_of(effect: Standing, *others: Standing, plan: Plan = PLAN) -> str:
    found = root(effect, {one.key: one for one in (effect, *others)}, plan)
    return f"{found[0]} {found[1]}" if found else ""


@pytest.mark.parametrize(
    ("code", "near", "far"),
    [
        ("power-out", True, True),
        ("cable-unplugged", True, True),
        ("no-address", True, True),
        ("gateway-down", False, True),
        ("internet-down", False, True),
        ("dns-failed", False, False),
        ("service-down", False, False),
    ],
)
def test_a_fallen_link_explains_what_lies_behind_the_failed_layer(code: str, *, near: bool, far: bool) -> None:
    link = stands("internet", code)
    later = 600.0
    assert bool(cause_of(stands("printer-lantai-2", "not-responding", later), link)) is near
    assert bool(cause_of(stands("printer-kabupaten", "not-responding", later), link)) is far


def test_what_falls_silent_together_with_the_gateway_hangs_on_the_same_switch() -> None:
    link = stands("internet", "gateway-down")
    assert cause_of(stands("printer-lantai-2", "not-responding", 40), link) == "internet gateway-down"
    assert cause_of(stands("printer-lantai-2", "not-responding", 400), link) == ""


def test_a_link_explains_no_paper_jam_and_nothing_on_a_usb_cable() -> None:
    link = stands("internet", "cable-unplugged")
    assert cause_of(stands("printer-lantai-2", "media-jam", 5), link) == ""
    assert cause_of(stands("printer-resi", "not-responding", 5), link) == ""
    assert cause_of(stands("iris", "not-connected", 5), link) == ""


def test_the_lowest_layer_explains_those_above_it() -> None:
    cable = stands("internet", "cable-unplugged", 20)
    assert cause_of(stands("internet", "service-down", part="siak"), cable) == "internet cable-unplugged"
    assert cause_of(stands("internet", "high-loss", part="8.8.8.8"), cable) == "internet cable-unplugged"
    assert cause_of(cable, stands("internet", "service-down", part="siak")) == ""


def test_a_way_that_still_works_means_that_the_device_is_silent_for_itself() -> None:
    plan = Plan(places={**PLAN.places, "cadangan": Place(kind="link")}, links=frozenset({"internet", "cadangan"}))
    silent, first = stands("printer-kabupaten", "not-responding", 30), stands("internet", "internet-down")
    assert cause_of(silent, first, plan=plan) == ""
    assert cause_of(silent, first, stands("cadangan", "gateway-down", 10), plan=plan) == "cadangan gateway-down"


def test_two_links_over_one_interface_fall_as_one() -> None:
    plan = Plan(places={**PLAN.places, "vpn": Place(kind="link")}, links=frozenset({"internet", "vpn"}))
    first = stands("internet", "cable-unplugged", interface="eth0")
    assert cause_of(stands("vpn", "cable-unplugged", 3, interface="eth0"), first, plan=plan) != ""
    assert cause_of(first, stands("vpn", "cable-unplugged", 3, interface="eth0"), plan=plan) == ""
    assert cause_of(stands("vpn", "cable-unplugged", 3, interface="eth1"), first, plan=plan) == ""


def test_power_explains_what_vanished_with_it_and_nothing_later() -> None:
    power = stands("pc", "on-battery", severity=Severity.NOTICE)
    assert cause_of(stands("printer-resi", "not-connected", 2), power) == "pc on-battery"
    assert cause_of(stands("internet", "cable-unplugged", -20), power) == "pc on-battery"
    assert cause_of(stands("printer-lantai-2", "not-responding", 60), power) == "pc on-battery"
    assert cause_of(stands("iris", "not-connected", 3_600), power) == ""
    assert cause_of(stands("printer-resi", "media-empty", 2), power) == ""


def test_a_pc_that_lost_its_power_finds_the_office_still_starting() -> None:
    restart = stands("pc", "reboot-unclean", severity=Severity.NOTICE)
    assert cause_of(stands("internet", "gateway-down", 3), restart) == "pc reboot-unclean"
    assert cause_of(stands("iris", "not-connected", 1), restart) == "pc reboot-unclean"
    assert cause_of(stands("printer-lantai-2", "not-responding", 80), restart) == "pc reboot-unclean"
    assert cause_of(stands("printer-lantai-2", "not-responding", 200), restart) == ""
    assert cause_of(stands("printer-resi", "cover-open", 1), restart) == ""


@pytest.mark.parametrize("first", ["ups on-battery", "pc on-battery", "pc reboot-unclean", "internet power-out"])
def test_however_many_tell_of_one_power_cut_the_first_is_the_fault(first: str) -> None:
    names = ("ups on-battery", "pc on-battery", "pc reboot-unclean", "internet power-out")
    told = {name: stands(name.partition(" ")[0], name.partition(" ")[2], 5) for name in names}
    told[first] = replace(told[first], since=MORNING)
    for name, one in told.items():
        assert cause_of(one, *told.values()) == ("" if name == first else first)


def test_two_power_cuts_of_one_day_are_two() -> None:
    assert cause_of(stands("ups", "on-battery", 3_600), stands("pc", "on-battery")) == ""


def test_the_last_minutes_of_a_battery_are_told_beside_the_power_cut() -> None:
    assert cause_of(stands("ups", "battery-low", 30), stands("ups", "on-battery")) == ""


def test_the_root_is_the_deepest_cause() -> None:
    power = stands("ups", "power-out")
    cable = stands("internet", "cable-unplugged", 5, cause=power.key)
    assert cause_of(stands("printer-lantai-2", "not-responding", 700), cable, power) == "ups power-out"


def test_a_stopped_print_service_is_one_fault_of_all_its_queues() -> None:
    first = stands("antrean-1", "service-failed", part="cups")
    second = stands("antrean-2", "service-failed", 12, part="cups")
    assert cause_of(second, first) == "antrean-1 service-failed"
    assert cause_of(first, second) == ""
    assert cause_of(stands("antrean-2", "media-jam", 12), first) == ""


def test_a_missing_hub_explains_its_children() -> None:
    hub = stands("hub", "not-connected", 1, port="1-2")
    assert cause_of(stands("iris", "not-connected", port="1-2.3"), hub) == "hub not-connected"
    assert cause_of(stands("iris", "not-connected", port="1-2.3.1"), hub) == "hub not-connected"
    assert cause_of(stands("iris", "not-connected", port="1-21"), hub) == ""


def test_devices_of_one_hub_that_vanish_together_are_one_fault() -> None:
    first = stands("iris", "not-connected", port="1-2.1")
    assert cause_of(stands("pembaca", "not-connected", 0.3, port="1-2.4"), first) == "iris not-connected"
    assert cause_of(stands("pembaca", "not-connected", 60, port="1-2.4"), first) == ""
    assert cause_of(stands("pembaca", "not-connected", 0.3, port="1-3.4"), first) == ""


def test_of_equals_the_one_whose_ticket_is_there_already_is_the_cause() -> None:
    first = replace(stands("sidik-jari", "not-connected", port="1-2.1"), order=1)
    assert cause_of(replace(stands("iris", "not-connected", -1, port="1-2.2"), order=2), first) != ""
    assert cause_of(first, replace(stands("iris", "not-connected", -1, port="1-2.2"), order=2)) == ""


def test_two_devices_of_one_bus_are_two_hands_and_three_are_the_bus() -> None:
    first, second = stands("iris", "not-connected", port="1-2"), stands("pembaca", "not-connected", 1, port="1-3")
    third = stands("sidik-jari", "not-connected", 2, port="1-4")
    assert cause_of(second, first) == ""
    assert cause_of(second, first, third) == "iris not-connected"


def test_the_configuration_can_say_what_a_device_needs_through_others_too() -> None:
    hub = stands("hub", "not-connected")
    assert cause_of(stands("sidik-jari", "not-connected", 900), hub) == "hub not-connected"
    assert cause_of(stands("pembaca", "not-responding", 900), hub) == "hub not-connected"
    assert cause_of(stands("pembaca", "card-mute", 900), hub) == ""
    assert cause_of(hub, stands("pembaca", "not-connected")) == ""


def test_a_program_that_needs_the_internet_waits_for_it() -> None:
    places = {**PLAN.places, "siak": Place(kind="software", depends_on=("internet",))}
    plan = Plan(places=places, links=PLAN.links)
    internet = stands("internet", "internet-down")
    assert cause_of(stands("siak", "file-stale", 2_000), internet, plan=plan) == "internet internet-down"
    assert cause_of(stands("siak", "file-stale", 2_000), internet) == ""


def test_a_new_cause_takes_over_what_was_seen_shortly_before_it() -> None:
    link = stands("internet", "cable-unplugged", 60)
    before = (
        stands("printer-lantai-2", "not-responding"),
        stands("printer-kabupaten", "not-responding", -600),
        stands("printer-resi", "not-connected", 59),
    )
    known = {one.key: one for one in (link, *before)}
    assert [key[0] for key in symptoms(link, known, PLAN)] == ["printer-lantai-2"]


def test_no_two_faults_explain_each_other() -> None:
    many = [
        stands(device, code, index % 7, port=f"1-{index % 3}.{index % 4}", interface="eth0")
        for index, (device, code) in enumerate(
            (device, code)
            for device in PLAN.places
            for code in ("not-responding", "not-connected", "cable-unplugged", "gateway-down", *POWER_CODES)
        )
    ]
    known = {one.key: one for one in many}
    for one in many:
        cause = root(one, known, PLAN)
        assert cause is None or root(known[cause], known, PLAN) is None, (one.key, cause)


def test_two_hundred_devices_that_fall_at_once_are_judged_within_a_round() -> None:
    places = {f"printer-{number}": Place(kind="printer_snmp", way=Way.NEAR) for number in range(200)}
    plan = Plan(places={**places, "internet": Place(kind="link")}, links=frozenset({"internet"}))
    known = {one.key: one for one in (stands(name, "not-responding", 30) for name in places)}
    link = stands("internet", "cable-unplugged")
    known[link.key] = link
    started = time.perf_counter()
    found = [root(one, known, plan) for one in known.values()]
    assert (found.count(link.key), time.perf_counter() - started < 2.0) == (200, True)


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("host", "192.168.1.20", Way.NEAR),
        ("host", "fe80::1%eth0", Way.NEAR),
        ("host", "printer-lantai-2", Way.NEAR),
        ("host", "printer.local", Way.NEAR),
        ("host", "103.28.12.7", Way.FAR),
        ("host", "cetak.example.go.id", Way.FAR),
        ("host", "127.0.0.1", Way.HERE),
        ("uri", "ipp://10.1.2.3:631/ipp/print", Way.NEAR),
        ("uri", "ipps://[2001:4860::1]/ipp/print", Way.FAR),
        ("uri", "ipp://localhost/printers/resi", Way.HERE),
        ("uri", "antrean", Way.HERE),
        ("name", "10.1.2.3", Way.HERE),
    ],
)
def test_how_a_device_is_reached_is_read_from_its_options(option: str, value: str, expected: Way) -> None:
    probe = Scripted()
    setattr(probe, option, value)
    assert way(probe) is expected
