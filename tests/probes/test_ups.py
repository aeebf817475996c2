"""A UPS behind NUT: what its words mean, the real upsd, and servers that are none."""

import re
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from probes.kinds.ups import Ups
from probes.reading import Actor, Fault, ProbeError, Reading, Severity, State
from probes.secret import Secret
from probes.text import clean
from probes.ups.figures import METRICS
from probes.ups.verdict import Limits, judge
from tests.fakes.http import HttpServer, Script, drips, free_port, mute, says
from tests.fakes.nut import RealUpsd, real_upsd, until
from tests.fuzz import GROWTH_BYTES, run
from tests.fuzz import nut as fuzz_nut

LIMITS = Limits(battery_low_ratio=0.2, runtime_low_seconds=120)


def told(status: str, **more: str) -> Reading:
    """What these variables mean; battery__charge stands for battery.charge."""
    values = {"ups.status": status, **{key.replace("__", "."): value for key, value in more.items()}}
    return judge({key: clean(value) for key, value in values.items()}, LIMITS)


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def values(reading: Reading) -> dict[str, float]:
    return {sample.metric.name.removeprefix("jagaloket_ups_"): sample.value for sample in reading.samples}


class TestWords:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("OL", []),
            ("OL CHRG", []),
            ("OL CHRG LB", []),
            ("OL TRIM", []),
            ("OL BOOST", []),
            ("HB OL", []),
            ("OB DISCHRG", ["on-battery"]),
            ("OB LB", ["on-battery", "battery-low"]),
            ("OL LB", ["battery-low"]),
            ("OL RB", ["battery-replace"]),
            ("OL OVER", ["output-overload"]),
            ("OL BYPASS", ["on-bypass"]),
            ("OL OFF", ["output-off"]),
            ("FSD OB LB", ["on-battery", "battery-low"]),
            ("FSD OL", ["battery-low"]),
            ("ALARM OL", ["other"]),
            ("ALARM OL RB", ["battery-replace"]),
            ("ALARM OB LB", ["on-battery", "battery-low"]),
            ("OL CAL", []),
            ("OB DISCHRG CAL LB", []),
            ("OB TEST", []),
            ("OB CAL RB", ["battery-replace"]),
            ("OL SOMETHINGNEW", []),
        ],
    )
    def test_each_word_is_a_fault_of_its_own(self, status: str, expected: list[str]) -> None:
        assert codes(told(status)) == expected

    def test_the_last_minutes_without_mains_are_graver_than_an_empty_battery_that_is_not_needed(self) -> None:
        (_, dying), (empty,) = told("OB LB").faults, told("OL LB").faults
        assert (dying.severity, dying.actor) == (Severity.BLOCKING, Actor.POWER)
        assert (empty.severity, empty.actor) == (Severity.DEGRADED, Actor.TECHNICIAN)

    @pytest.mark.parametrize(
        ("more", "low"),
        [
            ({"battery__charge": "19"}, True),
            ({"battery__charge": "21"}, False),
            ({"battery__runtime": "90"}, True),
            ({"battery__runtime": "600"}, False),
            ({"battery__runtime": "-1", "battery__charge": "300"}, False),
        ],
    )
    def test_without_mains_it_is_low_by_its_figures_too(self, more: dict[str, str], *, low: bool) -> None:
        assert ("battery-low" in codes(told("OB", **more))) is low
        assert codes(told("OL", **more)) == []

    def test_the_evidence_is_what_the_ups_said(self) -> None:
        (fault,) = told(
            "OB DISCHRG", battery__charge="42", battery__runtime="300", ups__alarm="Input \x1b[1mbad"
        ).faults
        assert fault.detail == "OB DISCHRG; Input ?[1mbad; 42% left; 300 s by its own count"

    @pytest.mark.parametrize("status", ["", "WAIT", "OL WAIT"])
    def test_a_driver_that_has_not_heard_of_its_ups_is_unknown(self, status: str) -> None:
        with pytest.raises(ProbeError, match="does not know how its UPS is"):
            told(status)

    def test_a_ups_that_names_neither_mains_nor_battery_is_unknown_and_not_fine(self) -> None:
        reading = told("CHRG")
        assert (reading.state, values(reading)) == (State.UNKNOWN, {})


class TestFigures:
    def test_they_are_in_base_units(self) -> None:
        reading = told(
            "OL",
            battery__charge="85.5",
            battery__runtime="1290",
            ups__load="34",
            input__voltage="221.3",
            output__voltage="220",
            battery__voltage="27.1",
            ups__temperature="31.5",
        )
        assert values(reading) == pytest.approx(
            {
                "battery_ratio": 0.855,
                "runtime_seconds": 1290,
                "load_ratio": 0.34,
                "input_volts": 221.3,
                "output_volts": 220,
                "battery_volts": 27.1,
                "temperature_celsius": 31.5,
                "power_online": 1,
            }
        )
        assert {sample.metric for sample in reading.samples} == set(METRICS)

    @pytest.mark.parametrize("text", ["nan", "inf", "-1", "101", "", "0x10", "99e99", "seratus", "1" * 400])
    def test_what_cannot_be_believed_is_absent(self, text: str) -> None:
        reading = told("OL", battery__charge=text)
        assert ("battery_ratio" in values(reading), reading.capabilities["battery"]) == (False, False)

    @pytest.mark.parametrize(("status", "mains"), [("OL", 1), ("OB", 0), ("OB CAL", 1)])
    def test_mains_are_told(self, status: str, mains: float) -> None:
        assert values(told(status))["power_online"] == mains


def test_identity_comes_from_the_device_and_else_from_the_ups() -> None:
    reading = told("OL", ups__mfr="ICA", device__model="CT-682B", ups__model="x", ups__serial="  ")
    assert reading.facts == {"vendor": "ICA", "model": "CT-682B"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"host": "not a host"}, "host: "),
        ({"port": 0}, "host: "),
        ({"ups": "a b"}, "ups: "),
        ({"ups": "x\nSET VAR"}, "ups: "),
        ({"user": "jaga"}, "user: "),
        ({"user": "ja\nga", "password_file": Secret(Path("/x"))}, "user: "),
        ({"battery_low_ratio": 20.0}, "battery_low_ratio: "),
        ({"runtime_low_seconds": -1.0}, "battery_low_ratio: "),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}"):
        Ups(**options)  # type: ignore[arg-type] # wrong on purpose


@pytest.fixture(scope="module")
def upsd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealUpsd]:
    with real_upsd(tmp_path_factory.mktemp("nut"), loket='UPS \\"Loket\\" 1') as server:
        yield server


@pytest.mark.slow
class TestRealUpsd:
    """NUT's own server; what its UPS says arrives within a second."""

    @staticmethod
    def looks(upsd: RealUpsd, ask: Callable[[Reading], object], ups: str = "") -> Iterator[object]:
        probe = Ups(port=upsd.port, ups=ups)
        while True:
            try:
                yield ask(probe.read())
            except ProbeError as error:
                yield str(error)

    def test_a_power_cut_from_beginning_to_end(self, upsd: RealUpsd) -> None:
        looks = self.looks(upsd, codes)
        upsd.say("loket", "OL", ups__mfr="ICA", ups__serial="A1", battery__charge="100", ups__load="23")
        until([], looks)
        upsd.say("loket", "OB DISCHRG", battery__charge="71")
        until(["on-battery"], looks)
        upsd.say("loket", "OB DISCHRG LB", battery__charge="9")
        until(["on-battery", "battery-low"], looks)
        upsd.say("loket", "OL CHRG LB", battery__charge="11")
        until([], looks)

    def test_its_figures_and_its_identity(self, upsd: RealUpsd) -> None:
        upsd.say("loket", "OL", ups__mfr="ICA", ups__serial="A1", battery__charge="77", input__voltage="198.5")
        until(0.77, self.looks(upsd, lambda reading: values(reading).get("battery_ratio"), ups="loket"))
        reading = Ups(port=upsd.port).read()
        assert (reading.facts["vendor"], reading.facts["serial"]) == ("ICA", "A1")
        assert values(reading)["input_volts"] == 198.5

    def test_a_name_that_it_does_not_know_is_named(self, upsd: RealUpsd) -> None:
        with pytest.raises(ProbeError, match=r"refuses LIST VAR kantor \(UNKNOWN-UPS\): write its name"):
            Ups(port=upsd.port, ups="kantor").read()

    def test_a_user_and_a_password_do_no_harm(self, upsd: RealUpsd, tmp_path: Path) -> None:
        file = tmp_path / "password"
        file.write_text('rahasia "dan\\ lain\n')
        file.chmod(stat.S_IRUSR)
        probe = Ups(port=upsd.port, user="jagaloket", password_file=Secret(file))
        until([], iter(lambda: codes(probe.read()), None))
        assert "rahasia" not in repr(probe)

    def test_a_ups_whose_driver_hangs_is_unknown_and_no_fault(self, tmp_path: Path) -> None:
        with real_upsd(tmp_path, loket="one") as upsd:
            until([], self.looks(upsd, codes))
            upsd.freeze("loket")
            until(re.compile(r"has lost its UPS \(DATA-STALE\): look at the cable"), self.looks(upsd, codes))
            upsd.unplug("loket")
            until(re.compile(r"has lost its UPS \(DRIVER-NOT-CONNECTED\)"), self.looks(upsd, codes))
            upsd.plug("loket")
            until([], self.looks(upsd, codes))

    def test_of_several_one_must_be_named(self, tmp_path: Path) -> None:
        with real_upsd(tmp_path, loket="one", server="two") as upsd:
            with pytest.raises(ProbeError, match=r"knows 2 UPSes \(loket, server\): name one"):
                Ups(port=upsd.port).read()
            upsd.say("server", "OL RB")
            until(["battery-replace"], self.looks(upsd, codes, ups="server"))

    def test_discovery_proposes_what_upsd_on_this_pc_knows(
        self, upsd: RealUpsd, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("probes.wire.nut.PORT", upsd.port)
        (found,) = Ups.discover()
        assert (found.id, found.kind, found.role, found.label) == ("ups", "ups", "ups", 'UPS (UPS "Loket" 1)')
        assert found.options == {}


def test_discovery_finds_nothing_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.wire.nut.PORT", free_port())
    assert list(Ups.discover()) == []


LIST = b'BEGIN LIST UPS\nUPS loket "x"\nEND LIST UPS\n'


def upsd_that(*answers: bytes) -> Script:
    """Gives one answer to each line that it is sent."""

    def play(caller: object, over: object) -> None:
        del over
        for answer in answers:
            caller.recv(4096)  # type: ignore[attr-defined] # a socket
            caller.sendall(answer)  # type: ignore[attr-defined] # a socket

    return play


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "this is no upsd"),
        (says(b"\xff\xfe\x00\n"), "this is no upsd"),
        (says(b'BEGIN LIST UPS\nVAR loket ups.status "OL"\n'), "this is no upsd"),
        (says(b"BEGIN LIST UPS\nUPS loket"), "hung up in the middle"),
        (says(b""), "hung up in the middle"),
        (says(b"x" * 300_000), "sends without end"),
        (says(b"BEGIN LIST UPS\n" + b'UPS a "b"\n' * 30_000), "sends without end"),
        (says(b"BEGIN LIST UPS\nEND LIST UPS\n"), r"knows 0 UPSes \(\)"),
        (says(b'BEGIN LIST UPS\nUPS "a b" "x"\nUPS ../etc "x"\nEND LIST UPS\n'), r"knows 0 UPSes \(\)"),
        (upsd_that(LIST, b"ERR ACCESS-DENIED\n"), "allow this PC in upsd.conf"),
        (upsd_that(LIST, b"ERR \x1b[31m\n"), "see upsd's own log"),
        (upsd_that(LIST, b"BEGIN LIST VAR loket\nVAR loket ups.status\nEND LIST VAR loket\n"), "does not know how"),
        (upsd_that(LIST, b'BEGIN LIST VAR loket\nVAR other ups.status "OL"\nEND LIST VAR\n'), "does not know how"),
    ],
)
def test_what_is_no_answer_makes_it_unknown(script: Script, why: str) -> None:
    with HttpServer(script) as server, pytest.raises(ProbeError, match=why) as found:
        Ups(port=server.port).read()
    assert str(found.value).isprintable()


@pytest.mark.parametrize("script", [mute, drips(b"BEGIN LIST UPS\n" + b"U" * 4000, 0.05)])
def test_a_server_that_takes_its_time_is_given_up(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.kinds.ups._ASK_SECONDS", 0.4)
    with HttpServer(script) as server:
        started = time.monotonic()
        with pytest.raises(ProbeError, match="no answer in time"):
            Ups(port=server.port).read()
        assert time.monotonic() - started < 2


def test_hostile_text_is_cleaned_and_numbers_are_bounded() -> None:
    rows = [
        b'VAR loket ups.status "OB \\"x\\""',
        b'VAR loket ups.mfr "\x1b[2Jevil\xe2\x80\xae"',
        b'VAR loket ups.load "1e999"',
    ]
    answer = b"BEGIN LIST VAR loket\n" + b"\n".join(rows) + b"\nEND LIST VAR loket\n"
    with HttpServer(upsd_that(LIST, answer)) as server:
        reading = Ups(port=server.port).read()
    assert (codes(reading), reading.facts) == (["on-battery"], {"vendor": "?[2Jevil?"})
    assert "load_ratio" not in values(reading)


def test_a_pc_that_is_gone_is_silent_and_one_whose_upsd_is_not_running_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("probes.kinds.ups._ASK_SECONDS", 0.4)
    with pytest.raises(ProbeError, match="is nut-server running there"):
        Ups(port=free_port()).read()

    def gone(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("probes.wire.nut.dial", gone)
    reading = Ups(host="192.0.2.7").read()
    assert (reading.reachable, codes(reading)) == (False, ["not-responding"])
    assert reading.faults[0].detail == "192.0.2.7:3493: no answer in time"
    with pytest.raises(ProbeError, match="no answer in time"):
        Ups().read()


def test_a_password_that_cannot_be_read_makes_it_unknown(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="write upsd's password"):
        Ups(user="jaga", password_file=Secret(tmp_path / "missing")).read()


def test_who_asks_is_told_with_its_signs_escaped(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text('a"b\\c\n')
    heard: list[bytes] = []

    def play(caller: object, over: object) -> None:
        del over
        for answer in (b"OK\n", b"ERR INVALID-PASSWORD\n"):
            heard.append(caller.recv(4096))  # type: ignore[attr-defined] # a socket
            caller.sendall(answer)  # type: ignore[attr-defined] # a socket

    with HttpServer(play) as server, pytest.raises(ProbeError, match="refuses PASSWORD") as found:
        Ups(port=server.port, user="jaga", password_file=Secret(file)).read()
    assert heard == [b'USERNAME "jaga"\n', b'PASSWORD "a\\"b\\\\c"\n']
    assert 'a"b' not in str(found.value)


def test_a_fault_of_each_code_can_be_told_apart() -> None:
    faults = [fault for status in ("OB LB", "OL RB OVER BYPASS OFF") for fault in told(status).faults]
    assert len({fault.key for fault in faults}) == len(faults)
    assert all(isinstance(fault, Fault) for fault in faults)


@pytest.mark.slow
def test_no_damaged_answer_crashes_the_reader_or_holds_it_up() -> None:
    outcome = run(fuzz_nut.target, fuzz_nut.seeds(), count=20_000, seed=20_261_124, refusals=fuzz_nut.REFUSALS)
    assert outcome.cases == 20_000
    assert outcome.grown_bytes < GROWTH_BYTES
