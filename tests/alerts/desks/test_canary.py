"""No secret of a desk ever shows: not in logs, tickets, tracebacks, metrics or the list of processes."""

import logging
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from alerts.deskpoll import DeskPoll
from alerts.incident import DeliveryError
from tests.alerts.desks.rig import Counter
from tests.fakes.desks import server
from tests.fakes.desks.glpi import APP_TOKEN
from tests.fakes.desks.glpi11 import CLIENT_SECRET
from tests.fakes.desks.rt import FakeRt
from tests.fakes.desks.server import TOKEN, FakeDesk, Trick, instead

SECRETS = (TOKEN, APP_TOKEN, CLIENT_SECRET, "canary-bearer")
TROUBLES = {
    "refused and quoted": instead(400, {"error": f"bad token {TOKEN}"}),
    "unauthorised": instead(401, {"error": TOKEN}),
    "redirected": instead(302, {}, Location=f"https://elsewhere.example/{TOKEN}"),
    "broken": instead(500, {"trace": f"Authorization: token {TOKEN}"}),
    "hang-up": server.hang_up,
    "cut short": server.cut_short,
    "nonsense": instead(200, [TOKEN]),
}


@pytest.mark.parametrize("play", TROUBLES.values(), ids=TROUBLES.keys())
def test_whatever_goes_wrong_the_secret_stays_where_it_is(
    counter: Counter, fake: FakeDesk, play: server.Play, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    counter.begin()
    fake.tricks = [Trick(play=play, fits=lambda _: True, times=3)]
    counter.drain()
    counter.end()
    fake.tricks = [Trick(play=play, fits=lambda asked: asked.writes, times=2)]
    counter.drain()
    fake.tricks = [Trick(play=play, fits=lambda _: True, times=3)]
    counter.wall.now += 1_000
    DeskPoll(counter.channel)(counter.book, counter.steps.now + 1_000)
    told = [repr(counter.book.ticket(one.number)) for one in counter.book.tickets()]
    told += [repr(one) for one in counter.notices()]
    store = b"".join(file.read_bytes() for file in (counter.folder / "state").iterdir() if file.is_file())
    shown = "\n".join([caplog.text, *told, repr(counter.desk), repr(counter.channel), store.decode("latin-1")])
    assert [one for one in SECRETS if one in shown] == []


@pytest.mark.parametrize("play", TROUBLES.values(), ids=TROUBLES.keys())
def test_no_traceback_quotes_it(counter: Counter, fake: FakeDesk, play: server.Play) -> None:
    shown: list[str] = []
    for method in (counter.desk.self_test, lambda: counter.desk.look("1"), lambda: counter.desk.notes("1", 0)):
        fake.tricks = [Trick(play=play, fits=lambda _: True, times=9)]
        try:
            method()
        except DeliveryError as error:
            shown += traceback.format_exception(error, chain=True)
    assert [one for one in SECRETS if one in "".join(shown)] == []


def test_the_list_of_processes_and_the_doctor_show_none(tmp_path: Path) -> None:
    token, config = tmp_path / "rt.token", tmp_path / "jagaloket.toml"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    with FakeRt() as fake:
        config.write_text(f'[desk.rt]\nurl = "{fake.url}"\ntoken_file = "{token}"\n')
        fake.tricks = [Trick(play=instead(403, {"message": f"token {TOKEN}"}), fits=lambda _: True)]
        main = "from agent.cli import main; main()"
        command = [sys.executable, "-c", main, "-v", "-c", str(config), "--state", str(tmp_path / "state"), "doctor"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            seen = b"".join(Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
            out, _ = process.communicate(timeout=60)
    assert b"desks" in out
    assert b"403" in out
    assert TOKEN.encode() not in out + seen
