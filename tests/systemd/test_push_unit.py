"""The unit that reports to the centre: what systemd says of it, and that vmagent knows every flag."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.fakes.prometheus import program
from tests.fakes.vmagent import UNIT, flags
from tests.systemd.test_unit import EXPOSURE_LIMIT, FOLDER, analyze, complaints, needs_systemd, settings


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace("/usr/bin/vmagent", "/bin/true"), "utf-8")
    return unit


@needs_systemd
def test_systemd_finds_no_mistake_in_the_unit(runnable: Path) -> None:
    done = analyze("verify", "--man=no", runnable)
    assert (done.returncode, complaints(done)) == (0, [])


@needs_systemd
def test_the_exposure_is_at_most_two(runnable: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", runnable)
    assert done.returncode == 0, done.stdout[-2000:]


def test_its_buffer_has_a_bound_and_its_order_is_kept() -> None:
    command = flags()
    assert "-remoteWrite.maxDiskUsagePerURL=500MB" in command
    assert "-remoteWrite.queues=1" in command
    assert "-httpListenAddr=127.0.0.1:8429" in command
    assert settings(UNIT)["MemoryMax"] == ["128M"]


def test_no_password_stands_in_the_files_or_on_the_command_line() -> None:
    for file in (UNIT, FOLDER / "push.env"):
        assert not re.search(r"(?i)password=", file.read_text("utf-8").replace("passwordFile=", ""))
    assert "push.password:/etc/jagaloket/push.password" in settings(UNIT)["LoadCredential"]


def test_nothing_is_read_from_the_agent_s_own_folder_but_by_systemd() -> None:
    assert "/etc/jagaloket" not in " ".join(flags())
    assert not re.search(r"(?m)^#?remoteWrite\w+=/etc/jagaloket", (FOLDER / "push.env").read_text("utf-8"))


def test_it_is_off_until_somebody_asks_for_it() -> None:
    assert "jagaloket-push" not in (FOLDER.parent / "packaging/deb/postinst").read_text("utf-8")
    assert "ConditionPathExists" in UNIT.read_text("utf-8")


def test_vmagent_knows_every_flag_and_every_variable(tmp_path: Path) -> None:
    scrape = tmp_path / "push.yml"
    scrape.write_text("scrape_configs: []\n", "utf-8")
    words = [word.replace("/etc/jagaloket", str(tmp_path)) for word in flags(CREDENTIALS_DIRECTORY=str(tmp_path))]
    variables = re.findall(r"(?m)^#?(remoteWrite_\w+)=(.*)$", (FOLDER / "push.env").read_text("utf-8"))
    (tmp_path / "push.password").write_text("canary", "utf-8")
    done = subprocess.run(
        [program("vmagent"), *words, "-promscrape.config.dryRun"],
        env={**dict(variables), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    relabel = f"-remoteWrite.relabelConfig={FOLDER / 'push-relabel.yml'}"
    check = [program("vmagent"), relabel, f"-promscrape.config={scrape}", "-dryRun"]
    done = subprocess.run(check, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    help_text = subprocess.run([program("vmagent"), "-help"], capture_output=True, text=True, check=False).stdout
    for name, _ in variables:
        assert re.search(rf"(?m)^  -{name.replace('_', '.')} ", help_text), name
