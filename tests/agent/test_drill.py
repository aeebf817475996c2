"""A drill goes the whole way, says what arrived, and leaves nothing behind."""

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent import drill, statefolder
from agent.cli import cli
from agent.config import Config
from agent.sampleletters import SAMPLES
from alerts.incident import Action, Status
from alerts.ledger import Ledger
from alerts.letter import MailSettings, MailTo
from alerts.office import Office
from probes.text import clean
from tests.fakes.smtp import FakeSmtp

CAMAT, TEKNISI = "camat@example.go.id", "teknisi@example.go.id"


def config(server: FakeSmtp) -> Config:
    people = (MailTo(address=CAMAT), MailTo(address=TEKNISI, role="technician"))
    mail = MailSettings(
        server="127.0.0.1", port=server.port, security="none", sender="jagaloket@example.go.id", to=people
    )
    return Config(office=Office(counter=clean("Loket 1"), hours={"mon-fri": "03:00-03:01"}), mail=mail)


def briefly(_: float) -> None:
    """The sender works in a thread of its own."""
    threading.Event().wait(0.02)


def run(server: FakeSmtp, state: Path) -> drill.Outcome:
    return drill.run(config(server), state, timeout_seconds=10, pause=briefly)


def test_a_drill_arrives_marked_even_while_the_office_is_closed(tmp_path: Path) -> None:
    with FakeSmtp() as server:
        outcome = run(server, tmp_path)
        subjects = {letter.recipient: letter.message["Subject"] for letter in server.arrived[:2]}
    assert outcome.is_well
    assert not outcome.by_agent
    assert subjects.keys() == {CAMAT, TEKNISI}
    assert all("LATIHAN" in subject for subject in subjects.values())
    assert "LATIHAN, bukan gangguan" in str(server.arrived[0].message.get_body(("plain",)))
    assert {notice.action for notice in outcome.notices} == {Action.OPENED, Action.RECOVERED}


def test_a_drill_leaves_a_closed_ticket_that_counts_nowhere(tmp_path: Path) -> None:
    with FakeSmtp() as server:
        first, second = run(server, tmp_path), run(server, tmp_path)
    assert first.ticket != second.ticket
    book = Ledger.open(tmp_path / statefolder.STORE)
    assert book.standing() == ()
    assert {ticket.status for ticket in book.tickets()} == {Status.CLOSED}
    assert book.ticket_counts() == {}
    book.shut()


def test_a_drill_says_who_was_refused_and_why(tmp_path: Path) -> None:
    with FakeSmtp() as server:
        server.mood.rcpt[CAMAT] = "550 no such user"
        outcome = run(server, tmp_path)
    assert not outcome.is_well
    text = "\n".join(drill.lines(outcome, "id"))
    assert f"mail {CAMAT} (pemberitahuan): ditolak: the mail server answered 550" in text
    assert f"mail {TEKNISI} (pemberitahuan): diterima server setelah" in text
    assert "Latihan belum berhasil" in text
    refused = next(one for one in drill.plain(outcome)["notices"] if one["address"] == CAMAT)
    assert (refused["state"], "550" in refused["error"]) == ("dead", True)


def test_a_drill_that_cannot_be_sent_says_what_it_waits_for(tmp_path: Path) -> None:
    with FakeSmtp() as server:
        gone = config(server)
    outcome = drill.run(gone, tmp_path, timeout_seconds=1, pause=briefly)
    assert not outcome.is_well
    assert "belum terkirim: 127.0.0.1" in "\n".join(drill.lines(outcome, "id"))


def test_a_drill_beside_a_running_agent_leaves_the_sending_to_it(tmp_path: Path) -> None:
    statefolder.prepare_state(tmp_path)
    with FakeSmtp() as server, statefolder.alone(tmp_path):
        outcome = drill.run(config(server), tmp_path, timeout_seconds=0.5, pause=lambda _: None)
        assert server.arrived == []
    assert outcome.by_agent
    assert not outcome.is_well


def test_a_drill_that_tells_nobody_is_no_success(tmp_path: Path) -> None:
    outcome = drill.run(Config(), tmp_path, timeout_seconds=1)
    assert not outcome.is_well
    assert drill.lines(outcome, "en") == ["Nobody is told: there is no [mail] with a [[mail.to]] in the configuration."]


@pytest.mark.parametrize("about", SAMPLES)
@pytest.mark.parametrize(("form", "begins"), [("text", "[Loket 1] "), ("html", "<!DOCTYPE html>")])
def test_every_letter_can_be_looked_at_beforehand(about: str, form: str, begins: str, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[office]\ncounter = "Loket 1"\n')
    done = CliRunner().invoke(
        cli, ["-c", str(tmp_path / "x.toml"), "letters", "preview", "--about", about, "--format", form]
    )
    assert done.exit_code == 0
    assert done.output.startswith(begins)


def test_all_letters_can_be_written_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("")
    done = CliRunner().invoke(
        cli, ["-c", str(tmp_path / "x.toml"), "letters", "preview", "--write", str(tmp_path / "l")]
    )
    assert done.exit_code == 0
    assert len(list((tmp_path / "l").iterdir())) == 2 * len(SAMPLES)


def test_the_command_prints_json_and_fails_when_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("")
    done = CliRunner().invoke(cli, ["-c", str(tmp_path / "x.toml"), "--state", str(tmp_path), "drill", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["well"] is False
