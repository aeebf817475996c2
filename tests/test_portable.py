"""The portable parts do without what only Linux has, as docs/windows.md says, and it says nothing more."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "windows.md"
PORTABLE_TESTS = (
    "tests/agent/test_auth.py",
    "tests/agent/test_belief.py",
    "tests/agent/test_cause.py",
    "tests/agent/test_config.py",
    "tests/agent/test_exposition.py",
    "tests/agent/test_flap.py",
    "tests/agent/test_function.py",
    "tests/agent/test_health.py",
    "tests/agent/test_openings.py",
    "tests/agent/test_watch.py",
    "tests/alerts/desks/test_http.py",
    "tests/alerts/test_effect.py",
    "tests/alerts/test_intervals.py",
    "tests/alerts/test_mail.py",
    "tests/alerts/test_manner.py",
    "tests/alerts/test_office.py",
    "tests/alerts/test_pace.py",
    "tests/alerts/test_plan.py",
    "tests/alerts/test_report.py",
    "tests/alerts/test_words.py",
    "tests/probes/test_catalogue.py",
    "tests/probes/test_ipp.py",
    "tests/probes/test_link_ladder.py",
    "tests/probes/test_printer.py",
    "tests/probes/test_printer_ipp.py",
    "tests/probes/test_printer_mib.py",
    "tests/probes/test_recordings_snmp.py",
    "tests/probes/test_snmp.py",
    "tests/probes/test_snmp_v3.py",
    "tests/probes/test_supply.py",
    "tests/probes/test_text.py",
    "tests/probes/test_usb_match.py",
    "tests/probes/test_wire_address.py",
    "tests/probes/test_wire_dns.py",
    "tests/probes/test_wire_names.py",
)


def without_linux(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.fakes.nolinux", *words],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_every_module_but_those_on_the_page_imports_without_linux() -> None:
    done = without_linux()
    assert done.returncode == 0, done.stderr
    listed = re.search(r"<!-- not portable -->\n(.*?)\n\n", PAGE.read_text("utf-8"), re.DOTALL)
    assert listed is not None
    assert sorted(json.loads(done.stdout)) == sorted(re.findall(r"`([\w.]+)`", listed[1]))


@pytest.mark.slow
def test_the_tests_of_the_portable_parts_pass_without_linux() -> None:
    done = without_linux(*PORTABLE_TESTS)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


def test_the_page_names_the_tests_that_prove_it() -> None:
    assert "tests/test_portable.py" in PAGE.read_text("utf-8")
