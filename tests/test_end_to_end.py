"""The installed command on loopback, with everything around it real: HTTP service, mail server, USB bus."""

import json
import signal
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.bench import ours
from tests.fakes import usbrig
from tests.fakes.agentprocess import COMMAND, AgentProcess, until
from tests.fakes.http import HttpServer, free_port, mute, page
from tests.fakes.smtp import FakeSmtp
from tests.fakes.usbrig import FINGERPRINT, UsbRig, usb_rig

CONFIG = """
[office]
name = "Kantor Camat Medan Timur"
counter = "Loket 1"

[device.pc]
kind = "host"
role = "host"
label = "PC Loket 1"

[device.sidik-jari]
kind = "usb"
role = "fingerprint"
label = "Alat sidik jari"
match = {{ vendor = "05ba", product = "000a" }}
asset = {{ code = "1.3.2.10.01", register = "0001" }}

[device.internet]
kind = "link"
role = "link"
label = "Internet"
interface = "lo"
gateway = "127.0.0.1"
internet = []
dns_names = []
services = [{{ name = "dukcapil", url = "http://127.0.0.1:{http}/" }}]

[function.perekaman]
label = "Perekaman e-KTP"
needs = ["sidik-jari", "internet"]

[tickets]
letter_gap_minutes = 0

[mail]
server = "127.0.0.1"
port = {smtp}
security = "none"
sender = "jagaloket@example.go.id"

[[mail.to]]
address = "camat@example.go.id"
role = "office"

[[mail.to]]
address = "teknisi@example.go.id"
role = "technician"
language = "en"
"""


@pytest.fixture
def service() -> Iterator[HttpServer]:
    with HttpServer(page(200, b"ok")) as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def rig() -> Iterator[UsbRig]:
    if reason := usbrig.missing():
        pytest.skip(reason)
    with usb_rig() as bus:
        bus("plug", "scanner", port="9-1", **FINGERPRINT)
        yield bus


@pytest.fixture
def agent(tmp_path: Path, rig: UsbRig, service: HttpServer, smtp: FakeSmtp) -> Iterator[AgentProcess]:
    process = AgentProcess(CONFIG.format(http=service.port, smtp=smtp.port), tmp_path, rig.env)
    try:
        process.start()
        until(lambda: process.metric('jagaloket_device_state{device="internet",state="ok"}') == 1)
        until(lambda: process.metric('jagaloket_device_state{device="sidik-jari",state="ok"}') == 1)
        yield process
    finally:
        process.close()


def letters(smtp: FakeSmtp, to: str) -> list[EmailMessage]:
    return [letter.message for letter in smtp.arrived if letter.recipient == to]


def written(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def subjects(smtp: FakeSmtp, to: str) -> list[str]:
    return [letter["Subject"] for letter in letters(smtp, to)]


@pytest.mark.slow
def test_a_service_and_a_scanner_fail_and_return_and_everybody_learns_of_it_once(
    agent: AgentProcess, rig: UsbRig, service: HttpServer, smtp: FakeSmtp
) -> None:
    assert agent.metric('jagaloket_function_up{function="perekaman"}') == 1

    rig("unplug", "scanner")
    service.stop()
    until(lambda: len(subjects(smtp, "camat@example.go.id")) == 2)
    until(lambda: len(subjects(smtp, "teknisi@example.go.id")) == 2)

    tickets = {ticket["device"]["id"]: ticket for ticket in agent.tickets()}
    assert {name: (ticket["code"], ticket["status"]) for name, ticket in tickets.items()} == {
        "sidik-jari": ("not-connected", "new"),
        "internet": ("service-down", "new"),
    }
    assert agent.metric('jagaloket_device_state{device="sidik-jari",state="unreachable"}') == 1
    assert agent.metric('jagaloket_device_state{device="internet",state="failed"}') == 1
    assert agent.metric('jagaloket_function_up{function="perekaman"}') == 0
    board = agent.page("/")
    assert all(words in board for words in ("Alat sidik jari", "Perekaman e-KTP", tickets["internet"]["number"]))
    plain = next(letter for letter in letters(smtp, "camat@example.go.id") if "sidik jari" in letter["Subject"])
    text = written(plain)
    assert all(words in text for words in ("Loket 1", "WIB", "1.3.2.10.01", tickets["sidik-jari"]["number"]))
    assert "not-connected" not in text
    assert any("not-connected" in written(letter) for letter in letters(smtp, "teknisi@example.go.id"))

    agent.kill()
    agent.start()
    rig("plug", "scanner", port="9-1", **FINGERPRINT)
    service.start()
    until(lambda: len(subjects(smtp, "camat@example.go.id")) == 4, 15)
    until(lambda: len(subjects(smtp, "teknisi@example.go.id")) == 4, 15)

    told = sorted((ticket["code"], ticket["status"]) for ticket in agent.tickets())
    assert told == [("not-connected", "recovered"), ("service-down", "recovered")]
    assert sum("Sudah normal kembali" in subject for subject in subjects(smtp, "camat@example.go.id")) == 2
    assert agent.metric('jagaloket_function_up{function="perekaman"}') == 1
    assert agent.metric('jagaloket_tickets{severity="blocking",status="recovered"}') == 2


@pytest.mark.slow
def test_at_the_default_rhythm_a_service_that_stops_is_in_a_letter_before_a_second_look_would_confirm_it() -> None:
    """`make bench` measures it alone on the machine: 5 s are promised. By looks alone it takes 6.7 s and more."""
    for figure in ours.alarm(1):
        assert figure.value < 6


@pytest.mark.slow
def test_a_fault_that_stood_when_the_agent_was_killed_is_not_raised_twice(
    agent: AgentProcess, rig: UsbRig, smtp: FakeSmtp
) -> None:
    rig("unplug", "scanner")
    until(lambda: len(letters(smtp, "camat@example.go.id")) == 1)
    for _ in range(3):
        agent.kill()
        agent.start()
        until(lambda: agent.metric('jagaloket_device_state{device="sidik-jari",state="unreachable"}') == 1)
    assert len(agent.tickets()) == 1
    assert len(letters(smtp, "camat@example.go.id")) == 1


@pytest.mark.slow
def test_a_hanging_device_is_reported_and_does_not_hold_up_the_end(agent: AgentProcess, service: HttpServer) -> None:
    with HttpServer(mute) as black_hole:
        agent.write(
            CONFIG.format(http=service.port, smtp=free_port())
            + f'[device.printer]\nkind = "printer_ipp"\nuri = "ipp://127.0.0.1:{black_hole.port}/ipp/print"\n'
        )
        agent.hang_up()
        until(lambda: "reloaded" in agent.log)
        until(lambda: black_hole.callers)
        assert agent.kill(signal.SIGTERM) < 5
    assert agent.process is not None
    assert agent.process.returncode == 0
    assert "stopped" in agent.log


@pytest.mark.slow
def test_sighup_takes_over_a_valid_configuration_and_keeps_the_old_one_against_a_wrong_one(
    agent: AgentProcess, service: HttpServer, smtp: FakeSmtp
) -> None:
    agent.write("[device.pc]\nkind = 'telefax'\n")
    agent.hang_up()
    until(lambda: "there is no kind 'telefax'" in agent.log)
    assert agent.metric('jagaloket_probe_success{device="sidik-jari"}') == 1

    agent.write(CONFIG.format(http=service.port, smtp=smtp.port).replace("sidik-jari", "jempol"))
    agent.hang_up()
    until(lambda: agent.metric('jagaloket_probe_success{device="jempol"}') == 1)
    assert agent.metric('jagaloket_probe_success{device="sidik-jari"}') is None


@pytest.mark.slow
def test_a_second_agent_on_the_same_store_is_refused(agent: AgentProcess) -> None:
    done = agent.run("run")
    assert done.returncode == 2
    assert "another agent works here" in done.stderr


def fails(tmp_path: Path, config: str, *words: str) -> str:
    path = tmp_path / "x.toml"
    path.write_text(config)
    done = subprocess.run(
        [COMMAND, "-c", str(path), *words, "run"], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_ends_the_start_with_the_remedy(tmp_path: Path, service: HttpServer) -> None:
    text = fails(tmp_path, f'[web]\nlisten = "127.0.0.1:{service.port}"\n', "--state", str(tmp_path / "s"))
    assert str(service.port) in text
    assert "ss -ltnp" in text


def test_an_unwritable_state_folder_ends_the_start_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    text = fails(tmp_path, "", "--state", str(tmp_path / "file" / "state"))
    assert "--state" in text


def test_a_wrong_configuration_ends_the_start_with_every_mistake(tmp_path: Path) -> None:
    text = fails(tmp_path, '[ofice]\n[office]\nlanguage = "jv"\n', "--state", str(tmp_path / "s"))
    assert "ofice" in text
    assert "office.language" in text


def test_probe_prints_the_contracts_object_and_its_exit_code_tells(tmp_path: Path, service: HttpServer) -> None:
    settings = [
        *("--kind", "link", "--set", "interface=lo", "--set", "gateway=127.0.0.1", "--set", "internet=[]"),
        *("--set", "dns_names=[]", "--set", f'services=[{{name="d", url="http://127.0.0.1:{service.port}/"}}]'),
    ]
    command = [COMMAND, "--state", str(tmp_path), "probe", *settings, "--json"]
    good = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    report = json.loads(good.stdout)
    assert (good.returncode, report["state"], report["error"]) == (0, "ok", None)
    assert list(report) == [
        *("device", "kind", "label", "reachable", "state", "faults", "samples", "facts", "capabilities", "error"),
        *("started", "seconds"),
    ]
    service.stop()
    bad = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (bad.returncode, json.loads(bad.stdout)["faults"][0]["code"]) == (1, "service-down")


@pytest.mark.slow
def test_stock_that_somebody_counts_is_on_the_page_of_the_month(agent: AgentProcess, service: HttpServer) -> None:
    agent.write(CONFIG.format(http=service.port, smtp=free_port()) + '[stock.blangko]\nunit = "lembar"\nlow = 50\n')
    agent.hang_up()
    until(lambda: "reloaded" in agent.log)
    assert agent.run("stock", "set", "blangko", "12", "--by", "Budi").returncode == 0
    page = agent.page("/month?lang=id")
    assert all(words in page for words in ("30 hari terakhir", "Perekaman e-KTP", "Sisa 12 lembar", "Perlu dipesan"))
