"""The doctor: each requirement well, missing and broken; real stores, servers and ports."""

import json
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent import doctor
from agent.cli import cli
from agent.config import Config, load
from agent.doctor import centre, desks, equipment, own, pc, power, turns
from agent.doctor.finding import Finding, Subject, Verdict, mend, well
from alerts.ledger import Ledger
from alerts.migrations import VERSION
from probes.wire import smart
from tests.fakes.agentprocess import AgentProcess, until
from tests.fakes.desks.rt import FakeRt
from tests.fakes.desks.server import TOKEN
from tests.fakes.http import free_port
from tests.fakes.lan import lan
from tests.fakes.netns import inside
from tests.fakes.nut import real_upsd
from tests.fakes.smtp import FakeSmtp
from tests.fakes.usbtree import UsbTree

PC = '[device.pc]\nkind = "host"\n'
MAIL = """
[mail]
server = "127.0.0.1"
port = {port}
security = "none"
sender = "a@example.go.id"
{login}
[[mail.to]]
address = "b@example.go.id"
"""
RECEIPT = '[device.printer]\nkind = "printer_usb"\nvendor = "04b8"\nproduct = "0e15"\n'


@pytest.fixture
def bus(tmp_path: Path) -> UsbTree:
    return UsbTree(tmp_path / "sys")


@pytest.fixture
def patient(tmp_path: Path, bus: UsbTree) -> Callable[..., Subject]:
    """Somebody to examine, from the text of a configuration."""

    def make(text: str = PC, *, running: bool = False) -> Subject:
        file = tmp_path / "jagaloket.toml"
        file.write_text(f'{text}\n[web]\nlisten = "127.0.0.1:{free_port()}"\n', "utf-8")
        file.chmod(0o640)
        config: Config = load(file)
        return Subject(
            path=file,
            config=config,
            errors=(),
            state=tmp_path / "state",
            running=running,
            usb=bus.tree,
        )

    return make


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp(login=("jagaloket", "rahasia")) as server:
        yield server


def verdict(finding: Finding) -> Verdict:
    assert finding.verdict is not Verdict.MEND or finding.remedy, "what is broken needs a remedy"
    return finding.verdict


def command(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words])


def test_a_valid_configuration_is_well(patient: Callable[..., Subject]) -> None:
    assert verdict(own.configuration(patient())) is Verdict.WELL


def test_a_configuration_for_everybody_s_eyes_is_noted(patient: Callable[..., Subject]) -> None:
    subject = patient()
    assert verdict(own.privacy(subject)) is Verdict.WELL
    assert subject.path is not None
    subject.path.chmod(0o644)
    assert "chmod o-rwx" in own.privacy(subject).remedy


def test_no_store_yet_is_no_illness(patient: Callable[..., Subject]) -> None:
    assert verdict(own.store(patient())) is Verdict.NOTE


def test_a_sound_store_is_well_and_looking_changes_nothing(patient: Callable[..., Subject]) -> None:
    subject = patient()
    Ledger.open(subject.state / "store.db").shut()
    before = (subject.state / "store.db").read_bytes()
    assert verdict(own.store(subject)) is Verdict.WELL
    assert (subject.state / "store.db").read_bytes() == before


def test_a_damaged_store_is_to_mend_and_left_as_it_is(patient: Callable[..., Subject]) -> None:
    subject = patient()
    subject.state.mkdir()
    (subject.state / "store.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert verdict(own.store(subject)) is Verdict.MEND
    assert [file.name for file in subject.state.iterdir()] == ["store.db"]


def test_the_store_of_a_newer_version_is_to_mend(patient: Callable[..., Subject]) -> None:
    subject = patient()
    Ledger.open(subject.state / "store.db").shut()
    with closing(sqlite3.connect(subject.state / "store.db")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert "newer" in own.store(subject).text


def test_a_taken_port_is_to_mend_and_a_free_one_is_well(patient: Callable[..., Subject]) -> None:
    subject = patient()
    assert subject.config is not None
    assert verdict(own.address(subject)) is Verdict.WELL
    with socket.create_server(subject.config.web.address):
        assert verdict(own.address(subject)) is Verdict.MEND
        running = Subject(path=None, config=subject.config, errors=(), state=subject.state, running=True)
        assert verdict(own.address(running)) is Verdict.WELL
    assert verdict(own.address(running)) is Verdict.MEND


def test_the_mail_server_is_asked_up_to_the_login_and_gets_no_letter(
    patient: Callable[..., Subject], smtp: FakeSmtp, tmp_path: Path
) -> None:
    secret = tmp_path / "smtp.password"
    login = f'username = "jagaloket"\npassword_file = "{secret}"\n'
    for password, expected in (("rahasia", Verdict.WELL), ("salah", Verdict.MEND)):
        secret.write_text(password, "utf-8")
        secret.chmod(0o640)
        finding = own.mail(patient(MAIL.format(port=smtp.port, login=login)))
        assert verdict(finding) is expected, finding
        assert password not in finding.text
    assert (smtp.connections, smtp.arrived) == (2, [])


def test_a_mail_server_that_is_not_there_is_to_mend(patient: Callable[..., Subject]) -> None:
    assert verdict(own.mail(patient(MAIL.format(port=free_port(), login="")))) is Verdict.MEND


def test_a_pc_that_tells_nobody_is_noted(patient: Callable[..., Subject]) -> None:
    assert verdict(own.mail(patient())) is Verdict.NOTE


def test_a_printer_s_nodes_must_be_allowed(
    patient: Callable[..., Subject], bus: UsbTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = patient(RECEIPT + '[device.kasir]\nkind = "printer_escpos"\ndevice = "/dev/null"\n')
    bus.plug("1-2", "04b8:0e15", interfaces=(("07", ""),))
    assert verdict(equipment.nodes(subject)) in {Verdict.NOTE, Verdict.WELL}
    monkeypatch.setattr(os, "access", lambda path, _mode: str(path) != "/dev/null")
    finding = equipment.nodes(subject)
    assert finding.text == "not allowed: /dev/null"
    assert "udev" in finding.remedy


def test_a_scanner_needs_no_node_at_all(patient: Callable[..., Subject], bus: UsbTree) -> None:
    subject = patient('[device.sidik-jari]\nkind = "usb"\nmatch = { vendor = "16d1", product = "0408" }\n')
    bus.plug("1-2", "16d1:0408")
    assert verdict(equipment.nodes(subject)) is Verdict.SKIPPED


def test_no_room_for_tickets_is_to_mend(patient: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch) -> None:
    subject = patient()
    real = os.statvfs(subject.state.parent)
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result((*real[:4], 5, *real[5:])))
    assert verdict(pc.disk(subject)) is Verdict.MEND


@pytest.fixture
def sda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PC with smartctl and one disk; the file where systemd leaves its answer."""
    (tmp_path / "block" / "sda" / "device").mkdir(parents=True)
    (tmp_path / "left").mkdir()
    monkeypatch.setattr(smart.disks, "__defaults__", (tmp_path / "block",))
    monkeypatch.setattr(smart, "FOLDER", tmp_path / "left")
    monkeypatch.setattr(smart, "program", lambda: "/usr/sbin/smartctl")
    return tmp_path / "left" / "sda.json"


def test_a_disk_that_tells_its_health_is_well(patient: Callable[..., Subject], sda: Path) -> None:
    sda.write_text('{"smart_status": {"passed": false}}')  # how it is, the board says
    assert pc.disk_health(patient()).text == "1 of 1 disks tell"


def test_a_disk_that_was_not_asked_yet_is_named(patient: Callable[..., Subject], sda: Path) -> None:
    finding = pc.disk_health(patient())
    assert (verdict(finding), finding.text) == (Verdict.NOTE, "no answer from sda")
    assert "systemctl start jagaloket-smart@sda.service" in finding.remedy
    sda.parent.rmdir()
    assert "root" in pc.disk_health(patient()).remedy


@pytest.mark.usefixtures("sda")
def test_a_missing_smartctl_is_worth_a_note(patient: Callable[..., Subject], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smart, "program", lambda: None)
    finding = pc.disk_health(patient())
    assert (verdict(finding), finding.remedy) == (Verdict.NOTE, "run: sudo apt install smartmontools")
    assert verdict(pc.disk_health(patient(RECEIPT))) is Verdict.SKIPPED  # this PC is not watched


def test_a_check_with_a_bug_does_not_hide_the_others(patient: Callable[..., Subject]) -> None:
    def broken(_subject: Subject) -> Finding:
        raise RuntimeError

    found = doctor.examine(patient(), {"first": broken, "second": lambda _subject: well("fine")})
    assert [finding.verdict for finding in found.values()] == [Verdict.MEND, Verdict.WELL]


@pytest.mark.parametrize(("findings", "status"), [([well("a")], 0), ([well("a"), mend("b", "c")], 1)])
def test_the_exit_status_says_whether_there_is_something_to_mend(findings: list[Finding], status: int) -> None:
    assert doctor.exit_code(dict(enumerate(findings))) == status  # type: ignore[arg-type] # names do not matter here


def test_the_command_names_mistakes_and_still_examines_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text("[office]\nnmae = 1\n", "utf-8")
    done = command("--state", str(tmp_path), "doctor", "-c", str(file), "--json")
    assert done.exit_code == 1
    told = {item["check"]: item for item in json.loads(done.stdout)}
    assert told.keys() == doctor.CHECKS.keys()
    assert told["configuration"]["verdict"] == "mend"
    assert "nmae" in told["configuration"]["text"]
    assert told["versions"]["verdict"] == "well"


def test_the_command_finds_the_running_agent(tmp_path: Path) -> None:
    agent = AgentProcess(PC, tmp_path)
    try:
        agent.start()
        told = {item["check"]: item for item in json.loads(agent.run("doctor", "--json").stdout)}
    finally:
        agent.close()
    assert {name: told[name]["verdict"] for name in ("service", "store", "address", "state folder")} == {
        "service": "well",
        "store": "well",
        "address": "well",
        "state folder": "well",
    }


@pytest.mark.parametrize(
    ("token", "queue", "verdict", "words"),
    [
        (TOKEN, "General", Verdict.WELL, "ready for tickets: rt"),
        ("wrong", "General", Verdict.MEND, "check the token"),
        (TOKEN, "Nowhere", Verdict.MEND, "404"),
    ],
)
def test_a_desk_is_asked_for_rights_and_names(  # noqa: PLR0913, PLR0917 - a table of cases
    patient: Callable[..., Subject], tmp_path: Path, token: str, queue: str, verdict: Verdict, words: str
) -> None:
    file = tmp_path / "rt.token"
    file.write_text(token)
    file.chmod(0o600)
    with FakeRt() as fake:
        table = f'[desk.rt]\nurl = "{fake.url}"\ntoken_file = "{file}"\nqueue = "{queue}"\n'
        finding = desks.desks(patient(f"{PC}{table}"))
        assert (finding.verdict, words in finding.text) == (verdict, True), finding.text
        assert token not in finding.text
        assert not any(one.writes for one in fake.asked)


def test_without_a_desk_there_is_nothing_to_ask(patient: Callable[..., Subject]) -> None:
    assert desks.desks(patient()).verdict is Verdict.SKIPPED


def test_a_ups_that_nut_knows_is_well(patient: Callable[..., Subject], tmp_path: Path) -> None:
    with real_upsd(tmp_path, loket="UPS") as upsd:
        table = f'{PC}[device.ups]\nkind = "ups"\nport = {upsd.port}\n'
        until(lambda: power.ups(patient(table)) == well("can be asked: ups"))
        wrong = power.ups(patient(f'{table}ups = "lain"\n'))
    assert verdict(wrong) is Verdict.MEND
    assert "upsc -l" in wrong.text


def test_a_ups_without_nut_is_to_mend_and_one_of_another_pc_may_be_off(patient: Callable[..., Subject]) -> None:
    found = power.ups(patient(f'{PC}[device.ups]\nkind = "ups"\nport = {free_port()}\n'))
    assert verdict(found) is Verdict.MEND
    assert "nut-server" in found.text
    assert power.ups(patient()).verdict is Verdict.SKIPPED


def test_the_way_to_the_centre_is_examined_once_somebody_began_with_it(
    patient: Callable[..., Subject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(centre, "FOLDER", tmp_path)
    monkeypatch.setattr(centre, "PROGRAM", tmp_path / "vmagent")
    with socket.create_server(("127.0.0.1", 0)) as vmagent:
        monkeypatch.setattr(centre, "ADDRESS", vmagent.getsockname())
        assert centre.centre(patient()).verdict is Verdict.SKIPPED
        steps = {
            "push.yml": "push.env",
            "push.env": "push.password",
            "push.password": "apt install victoria-metrics",
        }
        for made, wanted in steps.items():
            (tmp_path / made).touch()
            found = centre.centre(patient())
            assert verdict(found) is Verdict.MEND
            assert wanted in f"{found.text} {found.remedy}"
        (tmp_path / "vmagent").touch()
        assert centre.centre(patient()).verdict is Verdict.WELL
    assert "jagaloket-push" in centre.centre(patient()).remedy


def test_a_bridge_is_examined_as_a_bridge(patient: Callable[..., Subject], tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-that-nobody-guesses", "utf-8")
    token.chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        who = patient(f'[bridge]\ntoken_file = "{token}"\nlisten = "{listen}"\n')
        found = doctor.examine(who)
        assert listen in found["address"].text
        assert "[bridge] listen" in found["address"].remedy
        running = doctor.examine(replace(who, running=True))
    assert found["service"].text == "the bridge is not running"
    assert "bridge" in found["service"].remedy
    assert {found[name].verdict for name in ("ping", "hotplug", "ups")} == {Verdict.SKIPPED}
    assert running["address"].text == f"the running bridge answers at {listen}"


SHARED = """
[device.internet]
kind = "link"
interface = "{interface}"
gateway = "{gateway}"
{more}
services = [ {{ name = "siak", url = "tcp://203.0.113.80:8000" }} ]
"""


def test_only_who_shares_services_of_others_is_examined_for_it(patient: Callable[..., Subject]) -> None:
    assert verdict(turns.turns(patient())) is Verdict.SKIPPED
    lonely = SHARED.format(interface="eth0", gateway="", more="share = false")
    assert verdict(turns.turns(patient(lonely))) is Verdict.SKIPPED


def test_a_link_without_neighbours_cannot_share_and_is_noted(patient: Callable[..., Subject]) -> None:
    finding = turns.turns(patient(SHARED.format(interface="lo", gateway="127.0.0.1", more="")))
    assert (verdict(finding), "lo: has no neighbours" in finding.text) == (Verdict.NOTE, True)
    assert finding.remedy


def test_counters_on_a_switch_can_share(patient: Callable[..., Subject]) -> None:
    subject = patient(SHARED.format(interface="eth0", gateway="192.168.88.254", more=""))
    with lan(1) as office:
        finding = inside(office.pcs[0], lambda: turns.turns(subject))
    assert (verdict(finding), "239.255.97.76 port 9776/udp on eth0" in finding.text) == (Verdict.WELL, True)
