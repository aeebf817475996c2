"""The watch: rounds, deadlines, hanging devices, reloads; in virtual time."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from agent.rounds import JITTER_RATIO
from agent.settle import Settler
from agent.view import DeviceView, Panel
from agent.watch import Watch
from alerts.incident import Addressee, Context, Incident, Key, Status, Ticket
from probes.kinds.host import Host
from probes.probe import Confirm
from probes.reading import NOT_OBSERVABLE, Actor, Device, Fault, ProbeError, Reading, Severity, State
from probes.text import clean
from tests.fakes.clock import VirtualClock
from tests.fakes.equipment import Scripted, watched

COVER = Fault(code="cover-open", severity=Severity.BLOCKING, actor=Actor.COUNTER)
OPEN = Reading(reachable=True, faults=(COVER,))
FINE = Reading(reachable=True)


class ShortBook:
    """A ledger in memory that tells what was written, and can be full."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []
        self.before: list[Incident] = []
        self.full = False

    def standing(self) -> Sequence[Incident]:
        return self.before

    def begin(
        self, device: Device, fault: Fault, *, since: float, addressees: Sequence[Addressee], context: Context
    ) -> Ticket:
        del addressees, context
        self._write("begin", device.id, fault.code)
        return Ticket(
            number="JL-2026-0001", status=Status.NEW, device=device, code=fault.code, part=fault.part,
            severity=fault.severity, actor=fault.actor, detail=fault.detail, opened=since,
        )  # fmt: skip

    def end(self, device: str, code: str, part: str, *, at: float, addressees: Sequence[Addressee]) -> None:
        del part, at, addressees
        self._write("end", device, code)

    def rehome(self, device: Device, fault: Fault, *, addressees: Sequence[Addressee], context: Context) -> None:
        del addressees, context
        self._write("rehome", device.id, fault.code)

    def unstable(self, key: Key, changes: int) -> None:
        self._write("unstable", key[0], str(changes))

    def record_state(self, device: str, state: State, at: float) -> None:
        del at
        self._write("state", device, state)

    def _write(self, what: str, device: str, word: str) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.rows.append((what, device, word))

    def told(self, what: str) -> list[tuple[str, str]]:
        return [(device, word) for kind, device, word in self.rows if kind == what]


class Rig:
    """A watch over scripted devices; hung names devices whose looks never come back."""

    def __init__(self, **devices: Scripted) -> None:
        self.clock, self.book, self.panel = VirtualClock(), ShortBook(), Panel()
        self.kicks = 0
        self.settler = Settler(self.book, self.panel, clock=self.clock, told=self._kick)
        self.watch = Watch(self.settler, clock=self.clock, spawn=self._spawn, random_ratio=lambda: 0.5)
        self.hung: set[str] = set()
        self.stuck: dict[str, Callable[[], None]] = {}
        self.devices = devices
        self.watch.watch([watched(name, probe) for name, probe in devices.items()])

    def _kick(self) -> None:
        self.kicks += 1

    def _spawn(self, work: Callable[[], None], name: str) -> None:
        device = name.removeprefix("look-")
        if device in self.hung:
            self.stuck[device] = work
        else:
            work()

    def run(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.watch.step()

    def view(self, device: str) -> DeviceView:
        view = self.panel.get(device)
        assert view is not None
        return view


def test_every_device_is_looked_at_in_its_rhythm() -> None:
    probe = Scripted()
    rig = Rig(printer=probe)
    rig.run(150)
    assert 10 <= probe.reads <= 11
    assert (rig.view("printer").state, rig.view("printer").last_seen is not None) == (State.OK, True)


def test_rounds_are_spread_by_a_little_jitter_and_no_more() -> None:
    probe = Scripted()
    rig = Rig(printer=probe)
    ratios = iter([0.0, 1.0] * 50)
    rig.watch._random = lambda: next(ratios)
    for rounds in rig.watch._rounds.values():
        rounds.random = rig.watch._random
    at: list[float] = []
    probe.on_read = lambda: at.append(rig.clock.now)
    rig.run(100)
    gaps = sorted({round(b - a, 3) for a, b in pairwise(at)})
    assert gaps == [15 * (1 - JITTER_RATIO), 15 * (1 + JITTER_RATIO)]


def test_a_fault_opens_a_ticket_after_a_fast_second_look_and_recovery_follows() -> None:
    probe = Scripted()
    rig = Rig(printer=probe)
    rig.run(20)
    probe.say = OPEN
    rig.run(18)
    assert rig.book.told("begin") == [("printer", "cover-open")]
    assert (rig.view("printer").state, rig.view("printer").standing) == (State.FAILED, (COVER,))
    probe.say = FINE
    rig.run(18)
    assert rig.book.told("end") == [("printer", "cover-open")]
    assert rig.kicks == 2
    assert rig.book.told("state") == [("printer", "ok"), ("printer", "failed"), ("printer", "ok")]


def test_a_device_that_hangs_for_ever_is_reported_and_changes_nobodys_rhythm() -> None:
    scanner, printer = Scripted(), Scripted()
    rig = Rig(scanner=scanner, printer=printer)
    at: list[float] = []
    printer.on_read = lambda: at.append(rig.clock.now)
    rig.run(31)
    rig.hung.add("scanner")
    rig.run(300)
    gaps = [b - a for a, b in pairwise(at)]
    assert max(gaps) - min(gaps) < 1
    view = rig.view("scanner")
    assert (view.state, view.success, view.outcomes["deadline"]) == (State.UNKNOWN, False, 1)
    assert "10 s" in view.error


def test_a_hanging_look_is_never_doubled_and_its_late_answer_does_not_count() -> None:
    scanner = Scripted(say=OPEN)
    rig = Rig(scanner=scanner, printer=Scripted())
    rig.hung.add("scanner")
    rig.run(120)
    assert (scanner.reads, list(rig.stuck)) == (0, ["scanner"])
    rig.hung.clear()
    rig.stuck["scanner"]()
    rig.watch.step()
    assert rig.view("scanner").state is State.UNKNOWN
    assert rig.book.told("begin") == []
    rig.run(20)
    assert scanner.reads >= 2


def test_a_device_that_cannot_be_looked_at_for_long_gets_one_notice() -> None:
    rig = Rig(scanner=Scripted(), queue=Scripted(say=ProbeError("CUPS does not answer")))
    rig.hung.add("scanner")
    rig.run(2 * Confirm().blind_seconds + 60)
    assert sorted(rig.book.told("begin")) == [("queue", NOT_OBSERVABLE), ("scanner", NOT_OBSERVABLE)]


def test_values_measured_before_a_failed_look_are_shown_no_longer_but_identity_is() -> None:
    probe = Scripted(say=Reading(reachable=True, facts={"vendor": clean("Epson")}))
    rig = Rig(printer=probe)
    rig.run(10)
    probe.say = ProbeError("the printer sent 3 MiB; expected at most 1 MiB")
    rig.run(20)
    view = rig.view("printer")
    assert view.reading is not None
    assert (view.reading.samples, view.reading.facts["vendor"]) == ((), "Epson")
    assert "3 MiB" in view.error


def test_a_defect_in_a_probe_is_an_error_of_that_look_and_the_watch_goes_on() -> None:
    bad, good = Scripted(say=ZeroDivisionError("division by zero")), Scripted()
    rig = Rig(bad=bad, good=good)
    rig.run(40)
    assert "defect" in rig.view("bad").error
    assert (bad.reads, good.reads) == (3, 3)


def test_an_event_brings_the_next_look_at_once() -> None:
    probe = Scripted()
    rig = Rig(scanner=probe)
    rig.run(5)
    before, now = probe.reads, rig.clock.now
    assert probe.wake is not None
    probe.wake()
    rig.watch.step()
    rig.watch.step()
    assert (probe.reads, rig.clock.now) == (before + 1, now)


class Mains(Scripted):
    """A device that knows of the mains."""

    tells_power = True


def test_when_something_vanishes_whoever_knows_of_the_mains_is_asked_at_once() -> None:
    scanner, ups, printer = Scripted(), Mains(), Scripted()
    rig = Rig(scanner=scanner, ups=ups, printer=printer)
    rig.run(5)
    now, before = rig.clock.now, (ups.reads, printer.reads)
    fault = Fault(code="not-connected", severity=Severity.BLOCKING, actor=Actor.COUNTER)
    scanner.say = Reading(reachable=False, faults=(fault,))
    assert scanner.wake is not None
    scanner.wake()
    for _ in range(4):
        rig.watch.step()
    assert ((ups.reads, printer.reads), rig.clock.now) == ((before[0] + 1, before[1]), now)
    rig.run(60)
    assert ups.reads <= before[0] + 6, "what stays away asks the mains only once"


def test_a_power_cut_is_known_before_what_it_took_along() -> None:
    scanner, pc = Scripted(), Mains()
    rig = Rig(scanner=scanner)
    rig.watch.watch([watched("scanner", scanner, interval=60), watched("pc", pc, confirm=Host.confirm)])
    rig.run(5)
    power = Fault(code="on-battery", severity=Severity.NOTICE, actor=Actor.POWER)
    pc.say = Reading(reachable=True, faults=(power,))
    gone = Fault(code="not-connected", severity=Severity.BLOCKING, actor=Actor.COUNTER)
    scanner.say = Reading(reachable=False, faults=(gone,))
    assert scanner.wake is not None
    scanner.wake()
    rig.run(2)
    assert rig.book.told("begin") == [("pc", "on-battery"), ("scanner", "not-connected")]


def test_a_fault_that_is_no_silence_asks_no_mains() -> None:
    printer, ups = Scripted(), Mains()
    rig = Rig(printer=printer, ups=ups)
    rig.run(5)
    printer.say = OPEN
    rig.run(15)
    assert ups.reads == 2


def test_an_event_during_a_look_is_not_lost() -> None:
    probe = Scripted()
    rig = Rig(scanner=probe)
    assert probe.wake is not None
    wake = probe.wake
    probe.on_read = lambda: wake() if probe.reads == 1 else None
    rig.run(5)
    assert probe.reads == 2


def test_what_stood_before_a_restart_is_recognised_not_opened_again() -> None:
    rig = Rig()
    rig.book.before = [incident("printer", "cover-open")]
    probe = Scripted(say=OPEN)
    rig.watch.watch([watched("printer", probe)])
    assert rig.view("printer").standing == (COVER,)
    rig.run(20)
    assert rig.book.told("begin") == []
    probe.say = FINE
    rig.run(20)
    assert rig.book.told("end") == [("printer", "cover-open")]


def test_incidents_of_a_device_that_left_the_configuration_end_quietly() -> None:
    rig = Rig()
    rig.book.before = [incident("old-printer", "cover-open")]
    rig.watch.watch([watched("printer", Scripted())])
    assert rig.book.told("end") == [("old-printer", "cover-open")]


def incident(device: str, code: str) -> Incident:
    return Incident(
        id=1, device=device, code=code, part=clean(""), severity=Severity.BLOCKING, actor=Actor.COUNTER,
        detail=clean(""), started=5.0, ended=None, ticket="JL-2026-0001",
    )  # fmt: skip


def test_a_reload_keeps_what_did_not_change_and_closes_what_left() -> None:
    kept, left, new = Scripted(), Scripted(), Scripted()
    rig = Rig(kept=kept, left=left)
    rig.run(20)
    rig.watch.watch([watched("kept", Scripted()), watched("new", new)])
    rig.run(20)
    assert (left.closed, left.wake, kept.closed) == (1, None, 0)
    assert kept.reads >= 3
    assert new.reads >= 1
    assert [view.device.id for view in rig.panel.views()] == ["kept", "new"]


def test_the_late_result_of_a_replaced_device_is_not_taken_for_its_successors() -> None:
    old, new = Scripted(say=OPEN), Scripted()
    rig = Rig(printer=old)
    rig.hung.add("printer")
    rig.watch.step()
    rig.watch.watch([watched("printer", new, interval=30)])
    rig.hung.clear()
    rig.run(1)
    rig.stuck["printer"]()
    rig.run(60)
    assert rig.book.told("begin") == []
    assert rig.view("printer").state is State.OK


def test_a_full_disk_loses_no_incident() -> None:
    probe = Scripted()
    rig = Rig(printer=probe)
    rig.run(5)
    probe.say, rig.book.full = OPEN, True
    rig.run(60)
    assert rig.settler.errors["ledger"] > 0
    rig.book.full = False
    rig.run(20)
    assert rig.book.told("begin") == [("printer", "cover-open")]


def test_a_wall_clock_that_jumps_disturbs_no_round() -> None:
    probe = Scripted()
    rig = Rig(printer=probe)
    rig.run(31)
    rig.clock.wall_jump = -3e8
    rig.run(30)
    rig.clock.wall_jump = 3e8
    rig.run(30)
    assert 6 <= probe.reads <= 8


def test_stop_ends_the_loop_though_a_look_hangs_and_frees_the_rest() -> None:
    scanner, printer = Scripted(), Scripted()
    rig = Rig(scanner=scanner, printer=printer)
    rig.hung.add("scanner")
    rig.run(1)
    rig.watch.stop()
    rig.watch.run()
    assert (printer.closed, scanner.closed, printer.wake) == (1, 0, None)


def test_a_chore_is_done_once_a_period_whatever_the_devices_do() -> None:
    rig = Rig(printer=Scripted())
    at: list[float] = []
    rig.watch.every(60, lambda: at.append(rig.clock.now))
    start = rig.clock.now
    rig.run(250)
    assert [moment - start for moment in at] == [60, 120, 180, 240]


def test_threads_that_cannot_be_started_are_an_error_of_that_look() -> None:
    rig = Rig(printer=Scripted())

    def refuse(work: Callable[[], None], name: str) -> None:
        del work, name
        msg = "can't start new thread"
        raise RuntimeError(msg)

    rig.watch._spawn = refuse
    rig.run(20)
    assert "threads" in rig.view("printer").error
