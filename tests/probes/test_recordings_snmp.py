"""Recordings of real printers, read from ../shared beside the checkout: the verdict a technician would give."""

import os
from pathlib import Path

import pytest

from probes.mib.parse import parse
from probes.mib.reading import reading
from probes.reading import Reading
from probes.supply_quirks import quirk
from probes.wire.snmp_value import value
from tests.fakes.snmp import read_row

SHARED = Path(os.environ.get("JAGALOKET_SHARED") or Path(__file__).parents[3] / "shared")
RECORDINGS = SHARED / "data" / "recordings"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings at {RECORDINGS}")

NO_STATUS = "answers, but this recording holds no status row: nobody can say how it is"
TABLE = {
    # recording: (state, "code|part" of each fault, why)
    "github-issues/brother_mfcj5110dw_idle": ("ok", [], "running, idle, no bit"),
    "github-issues/brother_mfcj5110dw_tray1_missing": (
        "failed",
        ["offline|"],
        "down with the offline bit: tray pulled",
    ),
    "github-issues/hp_officejet8600_idx0": ("unknown", [], "supplies under index 0 without levels, no status row"),
    "github-issues/hp_p1505n_ok": ("ok", [], "running, idle, no bit"),
    "github-issues/kyocera_m8130cidn_lowtoner": ("degraded", ["toner-low|"], "0x20, which a plug-in took for a jam"),
    "github-issues/kyocera_m8130cidn_ok": ("ok", [], "only the bits are told, and none is set"),
    "github-issues/kyocera_taskalfa5053ci_sleeping": (
        "asleep",
        [],
        "its display says Sleeping; its alert rows are noise",
    ),
    "github-issues/lexmark_cs310dn_cyanlow": ("ok", ["other|"], "warns; only its display says cyan low, in Swedish"),
    "github-issues/pantum_m7100dw_ok": ("ok", [], "running, idle, no bit"),
    "librenms/brother": ("ok", [], "running, no bit"),
    "librenms/brother_hl5370dw": ("ok", [], "manual tray at 0 is normal; toner rows 0 and -3 make no number"),
    "librenms/canonprinter_lbp": ("ok", [], "running, cartridge at 70 %"),
    "librenms/epson": (
        "degraded",
        [
            f"marker-supply-low|{colour} Ink Supply Unit {number}"
            for colour, number in (
                ("Black", "T9441/T9451/T9461"),
                ("Cyan", "T9442/T9452"),
                ("Magenta", "T9443/T9453"),
                ("Yellow", "T9444/T9454"),
            )
        ],
        "warning without a bit, four inks at 1 %",
    ),
    "librenms/fujifilmprinter_c7580": ("unknown", [], "supplies and trays only"),
    "librenms/jetdirect": ("ok", [], "running; no printer row"),
    "librenms/jetdirect_m130nw": ("ok", [], "running, no bit"),
    "librenms/jetdirect_m880": ("ok", [], "running, no bit, empty trays nobody asks for"),
    "librenms/konica": ("ok", ["other|"], "warning without a bit; the lowest supply is a drum at 20 %: a notice"),
    "librenms/sharp": ("degraded", ["toner-low|"], "low-toner bit, magenta at 19 %"),
    "librenms/zebra": ("ok", [], "running, idle, no bit; five other devices are ports and memory"),
    **{
        f"librenms/{name}": ("unknown", [], NO_STATUS)
        for name in (
            "canonprinter_d1180",
            "canonprinter_ir-adv",
            "canonprinter_mf",
            "dell-laser",
            "dell-laser_color",
            "dell-laser_mfp",
            "developprinter",
            "jetdirect_1",
            "jetdirect_2",
            "kyocera",
            "lanier",
            "nrg",
            "okilan",
            "ricoh",
            "ricoh_aficio",
            "samsungprinter_c",
            "samsungprinter_ml",
            "samsungprinter_s",
            "samsungprinter_scx",
            "sharp_mx2614n",
            "sharp_mx3140n",
            "sharp_mxc301w",
            "toshiba-tec_estudio2505",
            "toshiba-tec_ev4",
            "toshiba-tec_fv4",
            "toshiba-tec_sx5t",
            "tsc",
            "xerox_apeosport",
            "xerox_color",
            "xerox_docuprint",
            "xerox_phaser",
            "zebra_1",
        )
    },
}


def read(recording: Path) -> Reading:
    lines = recording.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    usable = [line for line in lines if line.count("|") >= 2 and ":" not in line.split("|")[1]]
    rows = {name: value(raw) for name, raw in map(read_row, usable)}
    mib = parse(rows)
    return reading(mib, quirk(mib.enterprise), rows)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_recording_gives_the_verdict_that_a_technician_would_give(name: str) -> None:
    state, faults, why = TABLE[name]
    found = read(RECORDINGS / f"{name}.snmprec")
    assert (found.state, sorted(f"{one.code}|{one.part}" for one in found.faults)) == (state, sorted(faults)), why


def test_every_recording_has_its_line() -> None:
    there = {str(path.relative_to(RECORDINGS).with_suffix("")) for path in RECORDINGS.rglob("*.snmprec")}
    assert there == set(TABLE)
