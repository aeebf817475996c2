"""The guided installation: by answers typed, by a real terminal, and from a file."""

import os
import pty
import re
import select
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent import discovery, writing
from agent.answers import Answers
from agent.cli import cli
from agent.config import ConfigError, load
from probes.probe import Candidate
from probes.text import clean
from tests.fakes.agentprocess import COMMAND
from tests.fakes.smtp import FakeSmtp

PASSWORD = "kata sandi # 'rahasia'"
FOUND = [
    Candidate(id="pc", kind="host", label=clean("PC"), role="pc"),
    Candidate(
        id="sidik-jari",
        kind="usb",
        label=clean("Pemindai sidik jari"),
        role="fingerprint",
        options={"match": {"vendor": "16d1", "product": "0408"}},
        note=clean("USB 16d1:0408, port 1-2"),
    ),
]
OFFICE = '[office]\nname = "Kantor Camat Medan Timur"\ncounter = "Loket 9"\ntimezone = "Asia/Makassar"\n'


@pytest.fixture(autouse=True)
def equipment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "discover", lambda: FOUND)


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp(login=("jagaloket", PASSWORD)) as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "jagaloket.toml"


def setup(target: Path, *typed: str, options: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(cli, ["setup", "--write", str(target), *options], input="".join(f"{t}\n" for t in typed))


def from_file(target: Path, text: str, *options: str) -> Result:
    answers = target.parent.parent / "answers.toml"
    answers.write_text(text, "utf-8")
    return setup(target, options=("--answers", str(answers), *options))


def mail(port: int, password: str = PASSWORD) -> str:
    return f"""
letter = true
{OFFICE}
[mail]
server = "127.0.0.1"
port = {port}
security = "none"
username = "jagaloket"
password = "{password}"
sender = "jagaloket@example.go.id"
to = [{{ address = "camat@example.go.id" }}]
"""


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_enter_all_the_way_makes_a_configuration_that_works(target: Path) -> None:
    done = setup(target, "", "", "", "", "", "", "", "", "n", "")
    assert done.exit_code == 0, done.output
    config = load(target)
    assert (config.office.counter, config.office.timezone, config.office.language) == ("Loket 1", "Asia/Jakarta", "id")
    assert [item.device.label for item in config.watched] == ["PC", "Pemindai sidik jari"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_what_is_typed_is_what_is_written(target: Path) -> None:
    typed = ("en", 'Kantor "Camat"', "Loket 3", "WIT", "08:00-14:00", "08:00-11:00", "Front PC", "-", "n", "y")
    done = setup(target, *typed)
    assert done.exit_code == 0, done.output
    assert "Opening hours on Friday" in done.output
    config = load(target)
    assert (config.office.name, config.office.timezone) == ('Kantor "Camat"', "Asia/Jayapura")
    assert config.office.hours == {"mon-thu": "08:00-14:00", "fri": "08:00-11:00"}
    assert [item.device.label for item in config.watched] == ["Front PC"], "a - leaves a device out"


def test_a_wrong_answer_is_explained_and_asked_again(target: Path) -> None:
    done = setup(target, "", "", "", "Jakarta Time", "WITA", "08.00-14.00", "08:00-14:00", "", "", "", "n", "")
    assert done.exit_code == 0, done.output
    assert done.output.count("Error:") == 2
    assert load(target).office.timezone == "Asia/Makassar"


def test_a_no_at_the_end_changes_nothing(target: Path) -> None:
    done = setup(target, "", "", "", "", "", "", "", "", "n", "n")
    assert done.exit_code == 0
    assert "Tidak ada yang diubah" in done.output
    assert files(target.parent) == []


def test_an_end_of_input_in_the_middle_changes_nothing(target: Path) -> None:
    assert setup(target, "", "Kantor").exit_code != 0
    assert files(target.parent) == []


def test_a_mail_server_that_does_not_answer_is_told_and_may_be_left_out(target: Path) -> None:
    wrong = ("y", "127.0.0.1", "none", "", "a@example.go.id", "b@example.go.id", "")
    done = setup(target, *[""] * 8, *wrong, "y", "n", "")
    assert done.exit_code == 0, done.output
    assert "Server e-mail tidak bisa dipakai: 127.0.0.1:25" in done.output
    assert load(target).mail is None


def test_a_file_answers_everything_and_a_letter_arrives(target: Path, smtp: FakeSmtp) -> None:
    done = from_file(target, mail(smtp.port))
    assert done.exit_code == 0, done.output
    (letter,) = smtp.arrived
    assert letter.message["Subject"] == "[Loket 9] Surat percobaan JagaLoket"
    config = load(target)
    assert config.mail is not None
    assert config.mail.password_file is not None
    assert config.mail.password_file.reveal() == PASSWORD
    assert stat.S_IMODE((target.parent / "smtp.password").stat().st_mode) == 0o640
    assert PASSWORD not in done.output
    assert PASSWORD not in target.read_text("utf-8")


def test_a_letter_that_does_not_arrive_is_told_and_the_configuration_stands(target: Path, smtp: FakeSmtp) -> None:
    done = from_file(target, mail(smtp.port, "salah"))
    assert "tidak terkirim" in done.output
    assert load(target).mail is not None


def test_one_answers_file_serves_every_counter(target: Path) -> None:
    more = '[device.resi]\nkind = "printer_escpos"\nhost = "192.0.2.7"\nlabel = "Printer resi"\n'
    named = '[label]\nsidik-jari = "Sidik jari"\n'
    done = from_file(target, f'start = false\nleave_out = ["pc"]\n{OFFICE}{named}{more}', "--counter", "Loket 2")
    assert done.exit_code == 0, done.output
    config = load(target)
    assert config.office.counter == "Loket 2"
    assert [item.device.label for item in config.watched] == ["Sidik jari", "Printer resi"]
    assert "jalankan" not in done.output.lower()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[office]\nnmae = 1\n", "office.nmae"),
        ("[ofice]\n", "ofice"),
        ("not toml", "not valid TOML"),
        ("[label]\nscanner = 'x'\n", "label.scanner"),
        ("[device.x]\nkind = 'usbb'\n", "device.x.kind"),
        ("[mail]\nserver = 'a'\n", "mail.sender"),
        ("office = 3\n", "office"),
    ],
)
def test_a_mistake_in_the_answers_is_named_and_nothing_is_written(target: Path, text: str, place: str) -> None:
    done = from_file(target, text)
    assert isinstance(done.exception, ConfigError)
    assert place in str(done.exception)
    assert files(target.parent) == []


def test_what_stood_there_is_kept_and_its_office_is_offered_again(target: Path) -> None:
    from_file(target, OFFICE)
    old = target.read_text("utf-8")
    done = setup(target, "", "", "Loket 10", "", "", "", "", "", "n", "")
    assert done.exit_code == 0, done.output
    assert (load(target).office.name, load(target).office.timezone) == ("Kantor Camat Medan Timur", "Asia/Makassar")
    (kept,) = target.parent.glob("*.bak")
    assert kept.read_text("utf-8") == old


def test_a_disk_that_fails_in_the_middle_leaves_the_old_configuration(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file(target, OFFICE)
    old = target.read_text("utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert isinstance(from_file(target, OFFICE, "--counter", "Loket 5").exception, ConfigError)
    assert target.read_text("utf-8") == old
    assert [name for name in files(target.parent) if name.endswith(".new")] == []


def test_a_place_that_cannot_be_written_is_told_before_the_first_question(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="--write"):
        writing.check(tmp_path / "file" / "jagaloket.toml")
    writing.check(tmp_path / "new" / "jagaloket.toml")


def test_a_password_is_not_in_the_answers_representation() -> None:
    assert "rahasia" not in repr(Answers(office={}, devices=(), password="rahasia"))


def test_on_a_real_terminal_with_real_discovery_enter_is_enough_and_the_password_is_not_shown(tmp_path: Path) -> None:
    target = tmp_path / "jagaloket.toml"
    replies = {
        "Kirim e-mail": "y",
        "Server SMTP": "127.0.0.1",
        "Pengamanan": "none",
        "Nama pengguna": "jagaloket",
        "Kata sandi": PASSWORD,
        "Alamat pengirim": "a@example.go.id",
        "E-mail kantor": "b@example.go.id",
        "Ubah isian": "n",
        "Tulis dan": "y",
    }
    shown, status = type_into([COMMAND, "setup", "--write", str(target)], replies)
    assert status == 0, shown
    assert PASSWORD not in shown
    assert (tmp_path / "smtp.password").read_text("utf-8") == f"{PASSWORD}\n"
    assert load(target).mail is not None


def type_into(command: list[str], replies: dict[str, str], seconds: float = 60.0) -> tuple[str, int]:
    """Run a command on a terminal of its own; answer each prompt by its words, else with Enter."""
    main, side = pty.openpty()
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, start_new_session=True)
    os.close(side)
    shown, answered, end = "", 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end and (process.poll() is None or select.select([main], [], [], 0)[0]):
            if not select.select([main], [], [], 0.2)[0]:
                continue
            try:
                chunk = os.read(main, 4096)
            except OSError:
                break
            shown += chunk.decode("utf-8", "replace")
            prompt = shown[answered:]
            if re.search(r": $", prompt):
                last = prompt.splitlines()[-1]
                reply = next((text for words, text in replies.items() if words in last), "")
                os.write(main, f"{reply}\n".encode())
                answered = len(shown)
        return shown, process.wait(5)
    finally:
        process.kill()
        process.wait()
        os.close(main)
