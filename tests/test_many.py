"""packaging/many.sh with an ssh that runs its commands here, in a folder of their own."""

import os
import subprocess
from pathlib import Path

import pytest

MANY = Path(__file__).parents[1] / "packaging" / "many.sh"
SSH = '#!/bin/sh\n[ "$1" = root@down ] && exit 255\nshift\nexec sh -c "$*"\n'
SCP = '#!/bin/sh\nexec cp "$1" "${2#*:}"\n'
JAGALOKET = '#!/bin/sh\nprintf "%s|" "$@" >>"$LOG"; echo >>"$LOG"\n'
APT = '#!/bin/sh\ntest -s "$4"\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in {"ssh": SSH, "scp": SCP, "jagaloket": JAGALOKET, "apt-get": APT}.items():
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "new.deb").write_text("deb", "utf-8")
    (tmp_path / "answers.toml").write_text("[office]\n", "utf-8")
    return tmp_path


def many(site: Path, pcs: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{site}:{os.environ['PATH']}",
        "SSH": str(site / "ssh"),
        "SCP": str(site / "scp"),
        "LOG": str(site / "log"),
        "TMPDIR": str(site),
    }
    command = ["sh", str(MANY), str(site / "new.deb"), str(site / "answers.toml")]
    return subprocess.run(command, input=pcs, env=env, capture_output=True, text=True, timeout=30, check=False)


def test_each_pc_gets_its_counter_s_name_whatever_is_in_it(site: Path) -> None:
    done = many(site, "# the hall\nroot@10.1.2.11 Loket 1\n\nroot@10.1.2.12 Loket 'Anak'; touch pwned\n")
    assert done.returncode == 0, done.stderr
    setups = [line for line in (site / "log").read_text("utf-8").splitlines() if line.startswith("setup")]
    assert [line.split("|")[-2] for line in setups] == ["Loket 1", "Loket 'Anak'; touch pwned"]
    assert not list(site.glob("tmp.*")), "the answers hold a password; nothing of them may stay"


def test_a_pc_that_is_off_is_named_and_the_others_are_done(site: Path) -> None:
    done = many(site, "root@down Loket 1\nroot@10.1.2.12 Loket 2\n")
    assert done.returncode == 1
    assert "root@down" in done.stderr
    assert "Loket 2" in (site / "log").read_text("utf-8")
