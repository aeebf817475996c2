"""A program as its users miss it: real processes, real ports, real files, and a systemctl that answers or does not."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from probes.kinds.software import Software
from probes.reading import Actor, Fault, ProbeError, Reading, Severity
from probes.software import output, port, process
from probes.wire import clock, listening, systemctl
from probes.wire.knock import Knock
from tests.fakes.agentprocess import until
from tests.fakes.http import free_port

MINUTE = 60.0


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def the_fault(probe: Software) -> Fault:
    (fault,) = probe.read().faults
    return fault


def values(reading: Reading, name: str) -> dict[str, float]:
    return {"".join(s.labels): s.value for s in reading.samples if s.metric.name.endswith(name)}


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a program of this name that does nothing for a minute."""
    begun: list[subprocess.Popen[bytes]] = []
    found = shutil.which("sleep")
    assert found is not None

    def go(name: str, *arguments: str) -> "subprocess.Popen[bytes]":
        program = tmp_path / name
        if not program.exists():
            shutil.copy(found, program)
        begun.append(subprocess.Popen((program, "60", *arguments)))
        # Popen returns as the old program's files close, a moment before the kernel knows the new one's words.
        told = Path(f"/proc/{begun[-1].pid}/cmdline")
        until(lambda: told.read_bytes().startswith(os.fsencode(program)))
        return begun[-1]

    yield go
    for one in begun:
        one.kill()
        one.wait(5)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "process: "),
        ({"user": "loket"}, "user: "),
        ({"process": "x" * 201}, "process: "),
        ({"path": Path("data")}, "path: "),
        ({"path": Path("/data"), "stale_minutes": 0.0}, "stale_minutes: "),
        ({"unit": "a b"}, "unit: "),
        ({"unit": "--version"}, "unit: "),
        ({"unit": "siak\n.service"}, "unit: "),
        ({"port": -1}, "port: "),
        ({"port": 70000}, "port: "),
        ({"host": "192.168.1.20"}, "host: "),
        ({"host": "192.168.1.20", "port": 1433, "process": "siak"}, "host: "),
        ({"host": "a b", "port": 1433}, "host: "),
        ({"host": "8.8.8.8", "port": 443}, "host: .* services of a link"),
    ],
)
def test_options_that_say_nothing_or_too_much_are_refused(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}"):
        Software(**options)  # type: ignore[arg-type] # wrong on purpose


class TestProcess:
    def test_a_program_is_found_by_its_name_and_missed_when_it_ends(self, start: Start) -> None:
        probe = Software(process="SIAK-client")
        fault = the_fault(probe)
        assert (fault.code, fault.severity, fault.actor) == ("process-not-running", Severity.BLOCKING, Actor.COUNTER)
        assert fault.detail == "no process named 'siak-client'"
        running = start("siak-client")
        reading = probe.read()
        assert (codes(reading), values(reading, "up")) == ([], {"process": 1})
        assert values(reading, "started_timestamp_seconds")[""] == pytest.approx(time.time(), abs=5)
        running.kill()
        running.wait(5)
        assert values(probe.read(), "up") == {"process": 0}

    def test_a_name_longer_than_the_kernel_keeps_is_found(self, start: Start) -> None:
        start("perekaman-ktp-elektronik")
        assert codes(Software(process="perekaman-ktp-elektronik").read()) == []
        assert codes(Software(process="perekaman-ktp-e").read()) == ["process-not-running"]

    def test_a_piece_of_the_command_line_tells_two_of_a_name_apart(self, start: Start) -> None:
        start("java", "0.1")
        assert codes(Software(process="java", command="java 60 0.1").read()) == []
        assert codes(Software(command="java * 0.1").read()) == []
        assert codes(Software(process="java", command="0.2").read()) == ["process-not-running"]

    def test_whose_it_is_counts(self, start: Start) -> None:
        start("siak-owned")
        me = psutil.Process().username()
        other = "daemon" if me != "daemon" else "root"
        assert codes(Software(process="siak-owned", user=me).read()) == []
        assert the_fault(Software(process="siak-owned", user=other)).detail.endswith(f"of '{other}'")

    def test_a_user_that_does_not_exist_is_named(self) -> None:
        with pytest.raises(ProbeError, match="there is no user 'siapa-ini'"):
            Software(process="x", user="siapa-ini").read()

    def test_a_dead_process_that_nobody_buried_does_not_run(self, start: Start) -> None:
        probe, dead = Software(process="siak-zombie"), start("siak-zombie")
        assert codes(probe.read()) == []
        dead.kill()
        ends = time.monotonic() + 5
        while psutil.Process(dead.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < ends:
            time.sleep(0.01)
        assert codes(probe.read()) == ["process-not-running"]

    def test_who_looks_is_not_what_is_looked_for(self) -> None:
        words = "from probes.kinds.software import Software; print(len(Software(command='kata-unik').read().faults))"
        done = subprocess.run((sys.executable, "-c", words), capture_output=True, text=True, timeout=30, check=True)
        assert done.stdout == "1\n"

    def test_another_instance_takes_the_place_of_one_that_ended(self, start: Start) -> None:
        probe, first, second = Software(process="siak-twice"), start("siak-twice"), start("siak-twice")
        assert codes(probe.read()) == []
        for one in (first, second):
            one.kill()
            one.wait(5)
            assert codes(probe.read()) == ([] if one is first else ["process-not-running"])

    def test_a_process_that_is_known_costs_no_look_at_all_others(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start("siak-known")
        probe = Software(process="siak-known")
        probe.read()
        monkeypatch.setattr(psutil, "process_iter", lambda: pytest.fail("all processes were looked through"))
        assert codes(probe.read()) == []

    def test_a_pc_that_hides_others_processes_makes_it_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(psutil, "pid_exists", lambda _: False)
        with pytest.raises(ProbeError, match="hidepid"):
            Software(process="siak-hidden").read()

    def test_a_process_that_may_not_be_read_makes_it_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(self: psutil.Process) -> str:
            raise psutil.AccessDenied(self.pid)

        monkeypatch.setattr(psutil.Process, "name", refuse)
        with pytest.raises(ProbeError, match="hidepid"):
            Software(process="siak-hidden").read()

    def test_a_command_line_that_is_made_to_take_long_does_not(self, start: Start) -> None:
        start("siak-long", "0." + "0" * 100_000 + "1")
        began = time.perf_counter()
        Software(process="siak-long", command="*0*0*0*0*0*0*0*0*0*x").read()
        assert time.perf_counter() - began < 1

    def test_where_nothing_is_named_all_is_found_out(self) -> None:
        assert process._ours() >= {os.getpid(), os.getppid()}


def shown(states: str) -> str:
    """A systemctl's script."""
    keys = ("LoadState", "ActiveState", "SubState", "Result")
    return "".join(f"echo {key}={word}\n" for key, word in zip(keys, states.split(), strict=True))


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a systemctl into PATH that is this script; what it was asked stands in asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def put(script: str) -> None:
        command = folder / "systemctl"
        command.write_text(f'#!/bin/sh\necho "$@" >> {folder}/asked\n{script}\n')
        command.chmod(stat.S_IRWXU)

    return put


class TestUnit:
    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            ("loaded active running success", []),
            ("loaded active exited success", []),
            ("loaded reloading reload success", []),
            ("loaded failed failed exit-code", ["service-failed"]),
            ("loaded activating auto-restart exit-code", ["service-failed"]),
            ("loaded inactive dead success", ["process-not-running"]),
            ("not-found inactive dead success", ["service-failed"]),
            ("masked inactive dead success", ["service-failed"]),
        ],
    )
    def test_a_unit_is_judged_by_systemds_own_states(
        self, systemd: Callable[[str], None], states: str, expected: list[str]
    ) -> None:
        systemd(shown(states))
        reading = Software(unit="siak").read()
        assert (codes(reading), dict(reading.capabilities)) == (expected, {"unit": True})

    @pytest.mark.parametrize("states", ["loaded activating start success", "loaded deactivating stop-sigterm success"])
    def test_a_unit_on_its_way_is_not_judged_yet(self, systemd: Callable[[str], None], states: str) -> None:
        systemd(shown(states))
        reading = Software(unit="siak").read()
        assert (codes(reading), dict(reading.capabilities)) == ([], {"unit": False})
        assert set(reading.skipped) == {"service-failed", "process-not-running"}

    def test_its_name_is_completed_and_nothing_else_is_asked(
        self, systemd: Callable[[str], None], tmp_path: Path
    ) -> None:
        systemd("echo ActiveState=active")
        Software(unit="siak").read()
        Software(unit="cups.socket").read()
        asked = (tmp_path / "bin" / "asked").read_text().splitlines()
        prefix = "show --no-pager --property=LoadState,ActiveState,SubState,Result,MainPID --"
        assert asked == [f"{prefix} siak.service", f"{prefix} cups.socket"]

    def test_while_its_main_process_lives_systemd_is_left_in_peace(
        self, systemd: Callable[[str], None], start: Start, tmp_path: Path
    ) -> None:
        main = start("siak-main")
        systemd(f"echo ActiveState=active; echo MainPID={main.pid}")
        probe = Software(unit="siak")
        for _ in range(5):
            assert codes(probe.read()) == []
        assert len((tmp_path / "bin" / "asked").read_text().splitlines()) == 1
        main.kill()
        main.wait(5)
        systemd(shown("loaded failed failed signal"))
        assert codes(probe.read()) == ["service-failed"]
        assert codes(probe.read()) == ["service-failed"]
        assert len((tmp_path / "bin" / "asked").read_text().splitlines()) == 3

    @pytest.mark.parametrize(("pid", "holds"), [("0", 60), ("x", 60), ("99999999999999", 60), ("{pid}", 600)])
    def test_its_word_holds_for_a_while_only(
        self, systemd: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pid: str, holds: float
    ) -> None:
        now = [1000.0]
        monkeypatch.setattr("probes.software.unit.time.monotonic", lambda: now[0])
        systemd(f"echo ActiveState=active; echo MainPID={pid.format(pid=os.getpid())}")
        probe = Software(unit="siak")
        for step in (0, holds - 1, 2):
            now[0] += step
            probe.read()
        assert len((tmp_path / "bin" / "asked").read_text().splitlines()) == 2

    def test_a_wedged_systemctl_is_killed_with_its_children(
        self, systemd: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(systemctl, "TIMEOUT_SECONDS", 0.3)
        systemd(f"sleep 57 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/parent; wait")
        began = time.monotonic()
        with pytest.raises(ProbeError, match="systemctl did not answer properly within"):
            Software(unit="siak").read()
        assert time.monotonic() - began < 3
        for name in ("parent", "child"):
            gone(int((tmp_path / name).read_text()))

    @pytest.mark.parametrize(
        ("script", "why"),
        [
            (
                "echo 'Failed to connect to bus: \033[31mHost is down' >&2; exit 1",
                r"refuses: Failed to connect to bus: \?",
            ),
            ("exit 3", "refuses: 3"),
            ("true", "says nothing of siak.service"),
            ("echo nonsense", "says nothing of siak.service"),
            ("yes", "did not answer properly"),
        ],
    )
    def test_a_systemctl_that_does_not_tell_makes_it_unknown(
        self, systemd: Callable[[str], None], script: str, why: str
    ) -> None:
        systemd(script)
        with pytest.raises(ProbeError, match=why):
            Software(unit="siak").read()

    def test_a_pc_without_systemd_makes_it_unknown(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(ProbeError, match="there is no systemctl"):
            Software(unit="siak").read()


def gone(pid: int) -> None:
    """Wait until a process has ended."""
    ends = time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < ends, f"{pid} still runs"
        time.sleep(0.01)


class TestPort:
    @pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
    def test_a_port_on_which_a_program_listens_is_found(self, address: str) -> None:
        with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as server:
            probe = Software(port=server.getsockname()[1])
            assert codes(probe.read()) == []
        fault = the_fault(probe)
        assert (fault.code, fault.actor) == ("port-not-listening", Actor.TECHNICIAN)

    def test_a_port_that_is_only_used_is_not_listened_on(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as caller:
            assert codes(Software(port=caller.getsockname()[1]).read()) == ["port-not-listening"]

    def test_a_kernel_that_does_not_tell_makes_it_unknown(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(listening.listens, "__defaults__", ((tmp_path / "tcp",),))
        with pytest.raises(ProbeError, match="cannot read /proc/net/tcp"):
            Software(port=80).read()

    def test_a_kernel_without_ipv6_tells_of_the_rest(self, tmp_path: Path) -> None:
        table = tmp_path / "tcp"
        table.write_text("  sl  local_address\n   0: 0100007F:0050 00000000:0000 0A 0 0\nnonsense\n   1:\n")
        assert listening.listens(80, (table, tmp_path / "missing"))
        assert not listening.listens(5, (table,))


class TestAnotherPc:
    def test_its_port_is_knocked_at(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            reading = Software(host="127.0.0.1", port=server.getsockname()[1]).read()
        assert (codes(reading), values(reading, "up")) == ([], {"remote": 1})

    def test_a_pc_that_answers_without_the_program_is_a_fault_of_the_program(self) -> None:
        fault = the_fault(Software(host="127.0.0.1", port=free_port()))
        assert (fault.code, "answers, but nobody listens" in fault.detail) == ("port-not-listening", True)

    def test_a_pc_that_does_not_answer_is_silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(port, "knock", lambda *_: Knock())
        reading = Software(host="192.168.1.20", port=1433).read()
        (fault,) = reading.faults
        assert (reading.reachable, fault.code, fault.severity) == (False, "not-responding", Severity.BLOCKING)
        assert fault.detail == "192.168.1.20 does not answer on TCP port 1433"

    def test_one_outside_the_office_is_left_to_the_link(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        hosts = tmp_path / "hosts"
        hosts.write_text("198.51.100.7 siak.example.go.id\n")
        monkeypatch.setattr("probes.wire.names.from_hosts.__defaults__", (hosts,))
        monkeypatch.setattr(port, "knock", lambda *_: pytest.fail("it was knocked at"))
        with pytest.raises(ProbeError, match="belongs into services of a link"):
            Software(host="siak.example.go.id", port=443).read()


class Folder:
    """What a program writes, and when."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, minutes_ago: float) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (time.time() - minutes_ago * MINUTE,) * 2)


class TestOutput:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
        monkeypatch.setattr(psutil, "boot_time", lambda: time.time() - 10 * 3600)
        (tmp_path / "rekam").mkdir()
        return Folder(tmp_path / "rekam")

    def test_a_folder_into_which_nothing_is_written_any_more_is_stale(self, folder: Folder) -> None:
        folder.write("a.xml", 90)
        folder.write("b.xml", 45)
        probe = Software(path=folder.path)
        fault = the_fault(probe)
        assert (fault.code, fault.severity, fault.actor) == ("file-stale", Severity.DEGRADED, Actor.COUNTER)
        assert fault.detail.endswith("nothing for 45 minutes was written")
        folder.write("c.xml", 1)
        reading = probe.read()
        assert codes(reading) == []
        newest = values(reading, "newest_file_timestamp_seconds")[""]
        assert newest == pytest.approx(time.time() - MINUTE, abs=5)

    def test_a_file_is_judged_by_its_own_time(self, folder: Folder) -> None:
        folder.write("rekam.log", 20)
        assert codes(Software(path=folder.path / "rekam.log").read()) == []
        assert codes(Software(path=folder.path / "rekam.log", stale_minutes=10).read()) == ["file-stale"]

    def test_subfolders_count_and_hidden_files_and_links_do_not(self, folder: Folder) -> None:
        folder.write("2026/11/24/a.xml", 5)
        assert codes(Software(path=folder.path).read()) == []
        shutil.rmtree(folder.path / "2026")
        folder.write("a.xml", 45)
        folder.write(".lock", 1)
        (folder.path / "link").symlink_to(folder.path)
        (folder.path / "newest").symlink_to("/proc/self/status")
        assert codes(Software(path=folder.path).read()) == ["file-stale"]

    def test_an_empty_folder_is_stale_and_a_missing_one_is_named(self, folder: Folder) -> None:
        assert the_fault(Software(path=folder.path)).detail.endswith("nothing was written")
        fault = the_fault(Software(path=folder.path / "missing"))
        assert (fault.actor, fault.detail.endswith("missing is not there")) == (Actor.TECHNICIAN, True)

    def test_nobody_could_write_before_the_pc_started(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.write("a.xml", 16 * 60)
        monkeypatch.setattr(psutil, "boot_time", lambda: time.time() - 20 * MINUTE)
        assert codes(Software(path=folder.path).read()) == []
        assert codes(Software(path=folder.path, stale_minutes=15).read()) == ["file-stale"]

    def test_nobody_could_write_before_the_program_started(self, folder: Folder, start: Start) -> None:
        folder.write("a.xml", 16 * 60)
        start("perekam")
        assert codes(Software(path=folder.path, process="perekam").read()) == []

    def test_a_time_far_ahead_says_nothing(self, folder: Folder) -> None:
        folder.write("a.xml", 45)
        folder.write("future.xml", -600)
        assert codes(Software(path=folder.path).read()) == ["file-stale"]
        folder.write("a-little.xml", -2)
        assert codes(Software(path=folder.path).read()) == []

    def test_a_clock_that_is_not_trusted_judges_nothing(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "trusted", lambda: False)
        reading = Software(path=folder.path).read()
        assert codes(reading) == []
        assert (set(reading.skipped), dict(reading.capabilities)) == ({"file-stale"}, {"output": False})

    def test_more_files_than_may_be_looked_through_are_not_judged_unless_one_is_fresh(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(output, "_MOST_ENTRIES", 10)
        for number in range(20):
            folder.write(f"{number}.xml", 45)
        reading = Software(path=folder.path).read()
        assert (codes(reading), reading.capabilities["output"]) == ([], False)
        for number in range(20):
            folder.write(f"{number}.xml", 1)
        assert Software(path=folder.path).read().capabilities["output"]

    def test_a_folder_that_may_not_be_read_makes_it_unknown(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("os.scandir", refuse)
        with pytest.raises(ProbeError, match="let the agent's user read it"):
            Software(path=folder.path).read()

    def test_a_fresh_folder_is_looked_through_once_a_minute_only(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder.write("a.xml", 1)
        looks: list[int] = []
        real = output.newest

        def count(path: Path, latest: float) -> tuple[float | None, bool]:
            looks.append(1)
            return real(path, latest)

        monkeypatch.setattr(output, "newest", count)
        now = [1000.0]
        monkeypatch.setattr("time.monotonic", lambda: now[0])
        probe = Software(path=folder.path)
        for _ in range(5):
            probe.read()
            now[0] += 30
        assert len(looks) == 3


def test_the_first_side_that_fails_is_the_fault_and_the_later_ones_stay_open(start: Start, tmp_path: Path) -> None:
    probe = Software(process="siak-ladder", port=free_port(), path=tmp_path / "missing")
    reading = probe.read()
    assert (codes(reading), set(reading.skipped)) == (["process-not-running"], {"port-not-listening", "file-stale"})
    assert reading.capabilities == {"process": True, "port": False, "output": False}
    start("siak-ladder")
    reading = probe.read()
    assert (codes(reading), set(reading.skipped)) == (["port-not-listening"], {"file-stale"})
    assert values(reading, "up") == {"process": 1, "port": 0}


def test_only_declared_metrics_are_told(start: Start, tmp_path: Path) -> None:
    start("siak-told")
    (tmp_path / "a").touch()
    reading = Software(process="siak-told", path=tmp_path / "a").read()
    assert {sample.metric for sample in reading.samples} == set(Software.metrics)
    assert all(len(sample.labels) == len(sample.metric.labels) for sample in reading.samples)


def test_discovery_proposes_no_program() -> None:
    assert list(Software.discover()) == []
