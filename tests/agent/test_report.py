"""jagaloket report: a month in four forms, and two years of thirty devices in little time."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent import reportforms, reporting
from agent.cli import cli
from agent.config import ConfigError
from agent.statefolder import STORE
from alerts.pdf import Canvas
from alerts.reportparts import Report
from probes.reading import Device
from probes.text import clean
from tests.fakes.months import OFFICE, SETTINGS, Months

MADE = datetime(2026, 11, 2, 8, tzinfo=OFFICE.zone).timestamp()
CONFIGURATION = """
[office]
name = "Kantor Camat Medan Timur"
hours = { mon-thu = "07:30-16:00", fri = "07:30-16:30" }
[report]
letterhead = ["PEMERINTAH KOTA MEDAN", "Kecamatan Medan Timur"]
place = "Medan"
signer = [{ title = "Camat,", name = "Nama Camat", number = "19700101" }]
"""


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    made = Months(tmp_path_factory.mktemp("months"))
    made.play(datetime(2026, 9, 1, tzinfo=OFFICE.zone), 61)
    made.now = MADE
    return made


@pytest.fixture(scope="module")
def october(months: Months) -> Report:
    return reporting.make(months.book, months.config, "2026-10", MADE)


def text(report: Report, form: str, language: str = "id") -> str:
    return reportforms.write(report, SETTINGS, form=form, language=language).decode("utf-8-sig")


def test_the_page_needs_nothing_from_outside_and_names_the_assets(october: Report) -> None:
    page = text(october, "html")
    assert re.findall(r"(?:src|href)=", page) == []
    for wanted in ("1.3.2.10.01.00", "0001", "KOTA MEDAN", "Berita Acara", "Camat Medan Timur", "<svg", "PT Penyedia"):
        assert wanted in page


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pdf_says_what_the_page_says(october: Report, tmp_path: Path, language: str) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: apt install poppler-utils")
    file = tmp_path / "report.pdf"
    file.write_bytes(reportforms.write(october, SETTINGS, form="pdf", language=language))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    printed = " ".join(done.stdout.decode().split())
    page = text(october, "html", language)
    cells = [re.sub(r"<[^>]+>", " ", cell) for cell in re.findall(r"<(?:td|h1|h2|b)[^>]*>(.*?)</(?:td|h1|h2|b)>", page)]
    words = {word for cell in cells for word in cell.split() if "&" not in word}
    missing = {word for word in words if word not in printed and word.upper() not in printed}
    assert len(words) > 100
    assert missing == set()


def test_a_pdf_s_text_cannot_break_out() -> None:
    canvas = Canvas()
    canvas.new_page()
    canvas.text(10, 10, "a) Tj (b \\ ☃", size=9, colour="#000000")
    assert canvas.pages[0][0].endswith(b"(a\\) Tj \\(b \\\\ ?) Tj ET")


def test_the_table_cannot_be_taken_for_a_formula(tmp_path: Path) -> None:
    evil = Months(tmp_path, count=1)
    evil.devices = [Device(id="iris", kind="usb", label=clean('=HYPERLINK("x")'), role="iris", responsible="+62")]
    evil.play(datetime(2026, 10, 1, tzinfo=OFFICE.zone), 5)
    rows = list(csv.reader(io.StringIO(text(reporting.make(evil.book, evil.config, "2026-10", MADE), "csv"))))
    assert all(len(row) == len(reportforms.COLUMNS) for row in rows)
    assert {cell[:1] for row in rows for cell in row} & set("=+@") == set()


def test_json_and_table_agree(october: Report) -> None:
    known = json.loads(text(october, "json"))
    table = {row["id"]: row for row in csv.DictReader(io.StringIO(text(october, "csv"))) if row["kind"] == "device"}
    assert len(known["devices"]) == len(table) == 6
    for device in known["devices"]:
        row = table[device["id"]]
        assert int(row["down_seconds"]) == device["down_seconds"]
        assert int(row["failures"]) == len(device["failures"])
        parts = (device[f"{part}_seconds"] for part in ("fine", "hindered", "down", "unknown"))
        assert abs(sum(parts) - device["service_seconds"]) <= 3


def test_the_command_writes_the_form_that_the_file_is_called(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    made = Months(tmp_path / "state")
    made.play(datetime(2026, 10, 1, tzinfo=OFFICE.zone), 9)
    made.book.shut()
    assert made.path.name == STORE
    config = tmp_path / "jagaloket.toml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    begins = {"pdf": b"%PDF-1.4", "html": b"<!DOCTYPE html>", "json": b"{", "csv": b"\xef\xbb\xbfkind,"}
    group = ["-c", str(config), "--state", str(tmp_path / "state")]
    for form, beginning in begins.items():
        file = tmp_path / f"oktober.{form}"
        done = CliRunner().invoke(cli, [*group, "report", "--month", "2026-10", "--write", str(file)])
        assert (done.exit_code, file.read_bytes()[: len(beginning)]) == (0, beginning), done.output
    done = CliRunner().invoke(cli, [*group, "report", "--month", "2026-10", "--format", "csv", "--separator", ";"])
    assert done.stdout_bytes.startswith(b"\xef\xbb\xbfkind;id;label;")


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "Oktober", "2027-01"])
def test_what_is_no_month_is_refused_with_an_example(months: Months, month: str) -> None:
    with pytest.raises(ConfigError, match="--month"):
        reporting.make(months.book, months.config, month, MADE)


def test_the_last_month_is_the_default(months: Months, october: Report) -> None:
    assert reporting.make(months.book, months.config, None, MADE).start == october.start


@pytest.mark.slow
def test_two_years_of_thirty_devices_are_small_and_quickly_told(tmp_path: Path) -> None:
    years = Months(tmp_path, count=30)
    years.play(datetime(2024, 11, 1, tzinfo=OFFICE.zone), 730)
    years.book.shut()
    assert years.path.stat().st_size < 100 * 2**20
    years.book = type(years.book).open(years.path)
    started = time.process_time()
    report = reporting.make(years.book, years.config, "2026-10", MADE)
    for form in ("html", "pdf", "json", "csv"):
        reportforms.write(report, SETTINGS, form=form, language="id")
    assert time.process_time() - started < 3
    assert len(report.devices) == 30
    program = "import sys\nfrom tests.agent.test_report import peak\nprint(peak(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, check=True, timeout=60)
    assert int(done.stdout) < 150 * 1024


def peak(folder: str) -> int:
    """The most memory (KiB) that a process needs which makes the report once."""
    years = Months(Path(folder), count=30)
    report = reporting.make(years.book, years.config, "2026-10", MADE)
    reportforms.write(report, SETTINGS, form="pdf", language="id")
    # Not ru_maxrss: a child inherits what its parent needed, here pytest after three thousand tests.
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])
