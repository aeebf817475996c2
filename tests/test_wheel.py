"""The wheel that pipx installs: whole, and at work where there is no checkout."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import agentprocess
from tests.fakes.agentprocess import AgentProcess
from tests.test_packaging import ROOT, data_files, folders_with_code

pytestmark = pytest.mark.slow

OFFICE = '[office]\nname = "Kantor Camat"\ncounter = "Loket 1"\n[device.pc]\nkind = "host"\nlabel = "PC"\n'
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
BUILT_OF = ("agent", "alerts", "probes", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: a build leaves files where it happens."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in BUILT_OF:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    run(*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, source)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command, in an environment that has the dependencies and nothing of the checkout."""
    home = tmp_path_factory.mktemp("home") / "venv"
    venv.create(home, symlinks=True)
    site = next((home / "lib").glob("python3*/site-packages"))
    # A folder that a .pth file names is searched, its own .pth files (the checkout's link) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    run(*PIP, "--python", home, "install", "--no-deps", "--no-index", wheel)
    return home / "bin" / "jagaloket"


@pytest.fixture
def agent(command: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AgentProcess]:
    monkeypatch.setattr(agentprocess, "COMMAND", str(command))
    monkeypatch.chdir(tmp_path)
    process = AgentProcess(OFFICE, tmp_path, {**outside(), "HOME": str(tmp_path)})
    yield process
    process.close()


def outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}


def run(*words: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=outside(), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_all_code_and_every_file_beside_it_and_nothing_else(wheel: Path) -> None:
    code = {file for folder in folders_with_code() for file in folder.glob("*.py")}
    wanted = {file.relative_to(ROOT).as_posix() for file in (*code, *data_files())}
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if ".dist-info/" not in name} == wanted


def test_the_command_stands_on_the_wheel_alone(command: Path, tmp_path: Path) -> None:
    assert "Usage: jagaloket" in run(command, "--help", cwd=tmp_path)
    where = run(command.with_name("python"), "-c", "import agent, alerts, probes; print(agent.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(command.parents[1])


def test_it_watches_and_shows_its_pages(agent: AgentProcess) -> None:
    agent.start()
    assert "Kantor Camat" in agent.page("/")
    assert agent.metric('jagaloket_device_state{device="pc",state="ok"}') is not None
    for words in (("maintenance", "list"), ("letters", "preview"), ("discover",)):
        done = agent.run(*words)
        assert (done.returncode, done.stderr) == (0, ""), words
    agent.kill(signal.SIGTERM)
    assert agent.process is not None
    assert (agent.process.returncode, "Traceback" in agent.log) == (0, False), agent.log
