"""One fault, one ticket: watch, judgement and ledger together, in virtual time."""

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from agent.casebook import Judged
from agent.health import judge
from agent.place import Place, Way
from alerts.incident import Action, Status
from probes.reading import ProbeError, Reading, Severity
from tests.fakes.counter import Counter, bad, fault, fine

MINUTE, HOUR = 60.0, 3_600.0
PLACES = {
    "internet": Place(kind="link"),
    "pc": Place(kind="host"),
    "iris": Place(kind="usb"),
    "sidik-jari": Place(kind="usb"),
    **{f"printer-{number}": Place(kind="printer_snmp", way=Way.NEAR) for number in range(40)},
}
PRINTERS = [name for name in PLACES if name.startswith("printer-")]


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    made = Counter(tmp_path, PLACES)
    made.run(MINUTE)
    return made


@pytest.fixture
def pair(tmp_path: Path) -> Counter:
    """A counter with two devices."""
    made = Counter(tmp_path, {name: PLACES[name] for name in ("iris", "sidik-jari")})
    made.run(MINUTE)
    return made


def fall(counter: Counter, *names: str, code: str = "not-responding") -> None:
    for name in names:
        counter.say(name, bad(code))


def rise(counter: Counter, *names: str) -> None:
    for name in names:
        counter.say(name, fine())


def kinds(counter: Counter) -> list[Action]:
    return [one.action for one in counter.letters()]


def test_a_storm_is_one_ticket_and_two_letters(counter: Counter) -> None:
    fall(counter, "internet", code="cable-unplugged")
    fall(counter, *PRINTERS)
    counter.run(10 * MINUTE)
    (ticket,) = counter.tickets()
    assert (ticket.code, len(counter.book.standing())) == ("cable-unplugged", 41)
    rise(counter, "internet", *PRINTERS)
    counter.run(HOUR)
    assert [one.status for one in counter.tickets()] == [Status.RECOVERED]
    assert kinds(counter) == [Action.OPENED, Action.RECOVERED]
    assert counter.book.standing() == ()


def test_a_storm_in_which_the_link_is_noticed_last_is_one_ticket_too(counter: Counter) -> None:
    fall(counter, *PRINTERS)
    counter.run(46)
    assert len(counter.book.tickets()) == 40
    fall(counter, "internet", code="cable-unplugged")
    counter.run(10 * MINUTE)
    assert [one.code for one in counter.tickets()] == ["cable-unplugged"]
    rise(counter, "internet", *PRINTERS)
    counter.run(HOUR)
    assert kinds(counter) == [Action.OPENED, Action.RECOVERED]


def test_a_symptom_that_outlives_its_cause_gets_its_own_ticket_once_confirmed(counter: Counter) -> None:
    fall(counter, "internet", code="cable-unplugged")
    fall(counter, *PRINTERS)
    counter.run(10 * MINUTE)
    rise(counter, "internet", *PRINTERS[1:])
    counter.run(90)
    assert len(counter.tickets()) == 1
    counter.run(2 * MINUTE)
    assert [(one.device.id, one.status) for one in counter.tickets()] == [
        ("internet", Status.RECOVERED),
        ("printer-0", Status.NEW),
    ]
    assert counter.tickets()[1].opened < counter.clock.wall() - 10 * MINUTE


def test_a_symptom_whose_cause_gives_way_to_another_moves_on(counter: Counter) -> None:
    fall(counter, "internet", code="cable-unplugged")
    fall(counter, "printer-0")
    counter.run(10 * MINUTE)
    fall(counter, "internet", code="no-address")
    counter.run(5 * MINUTE)
    assert [one.code for one in counter.tickets()] == ["cable-unplugged", "no-address"]
    assert {one.ticket for one in counter.book.standing()} == {counter.tickets()[1].number}


def test_a_restart_forgets_neither_causes_nor_symptoms(counter: Counter) -> None:
    fall(counter, "internet", code="cable-unplugged")
    fall(counter, *PRINTERS)
    counter.run(10 * MINUTE)
    counter.book.shut()
    counter.start()
    counter.run(5 * MINUTE)
    rise(counter, "internet", *PRINTERS)
    counter.run(HOUR)
    assert len(counter.tickets()) == 1
    assert kinds(counter) == [Action.OPENED, Action.RECOVERED]


def test_a_cause_that_ended_while_the_agent_was_off_leaves_no_symptom_behind(counter: Counter) -> None:
    fall(counter, "internet", code="cable-unplugged")
    fall(counter, "printer-0")
    counter.run(10 * MINUTE)
    counter.book.shut()
    rise(counter, "internet")
    counter.start()
    counter.run(5 * MINUTE)
    assert [one.device.id for one in counter.tickets() if one.status is Status.NEW] == ["printer-0"]


def test_power_takes_what_vanished_with_it(counter: Counter) -> None:
    counter.say("pc", bad("on-battery", severity=Severity.NOTICE))
    fall(counter, *PRINTERS)
    counter.run(10 * MINUTE)
    assert [one.code for one in counter.tickets()] == ["on-battery"]


def test_a_power_cut_that_everybody_tells_of_is_one_ticket_and_two_letters(counter: Counter) -> None:
    fall(counter, "iris", "sidik-jari", code="not-connected")
    counter.say("internet", bad("power-out"))
    counter.say("pc", bad("on-battery", severity=Severity.NOTICE))
    fall(counter, *PRINTERS)
    counter.run(10 * MINUTE)
    assert len(counter.book.standing()) == len(PRINTERS) + 4
    (ticket,) = counter.tickets()
    assert ticket.code in {"on-battery", "power-out"}
    rise(counter, "pc", "internet", "iris", "sidik-jari", *PRINTERS)
    counter.run(HOUR)
    assert ([one.status for one in counter.tickets()], counter.book.standing()) == ([Status.RECOVERED], ())
    assert counter.letters()[-1].action is Action.RECOVERED


def test_after_an_unclean_restart_one_ticket_says_so_and_what_stays_away_gets_its_own(counter: Counter) -> None:
    lost = replace(fault("reboot-unclean", severity=Severity.NOTICE), certain=True)
    counter.book.shut()
    counter.say("pc", replace(fine(), faults=(lost,)))
    fall(counter, "internet", code="gateway-down")
    fall(counter, "iris", code="not-connected")
    fall(counter, *PRINTERS)
    counter.start()
    counter.run(2 * MINUTE)
    assert [one.code for one in counter.tickets()] == ["reboot-unclean"]
    rise(counter, "internet", *PRINTERS)
    counter.run(3 * MINUTE)
    rise(counter, "pc")
    counter.run(HOUR)
    assert [(one.device.id, one.code, one.status) for one in counter.tickets()] == [
        ("pc", "reboot-unclean", Status.RECOVERED),
        ("iris", "not-connected", Status.NEW),
    ]
    assert [one.action for one in counter.letters() if one.ticket == counter.tickets()[0].number] == [
        Action.OPENED,
        Action.RECOVERED,
    ]


def test_devices_of_one_hub_are_one_ticket(counter: Counter) -> None:
    counter.say("iris", fine(port="1-2.1"))
    counter.say("sidik-jari", fine(port="1-2.2"))
    counter.run(MINUTE)
    for name in ("iris", "sidik-jari"):
        counter.say(name, bad("not-connected"), wake=True)
    counter.run(MINUTE)
    (ticket,) = counter.tickets()
    assert any(note.text.startswith("symptom: ") for note in ticket.notes)


def test_an_unplugged_device_has_its_ticket_at_the_second_look(counter: Counter) -> None:
    before = counter.clock.now
    counter.say("iris", bad("not-connected"), wake=True)
    while not counter.tickets():
        counter.watch.step()
    assert counter.clock.now - before <= 1.0


@pytest.mark.parametrize("period", [4.0, 20.0, 90.0, 600.0, 1_800.0])
def test_what_comes_and_goes_all_day_is_one_unstable_ticket(pair: Counter, period: float) -> None:
    started = pair.clock.now
    most = 0
    while pair.clock.now - started < 8 * HOUR:
        pair.say("iris", bad("not-connected"), wake=True)
        pair.run(period / 2)
        pair.say("iris", fine(), wake=True)
        pair.run(period / 2)
        most = max(most, pair.tickets()[0].changes if pair.tickets() else 0)
    (ticket,) = pair.tickets()
    assert most > 20
    assert [note.text.partition(":")[0] for note in ticket.notes].count("unstable") == 1
    times = [one.created for one in pair.letters()]
    assert all(later - earlier >= 15 * MINUTE for earlier, later in pairwise(times))
    assert len(times) <= 8
    pair.run(5 * HOUR)
    assert (pair.tickets()[0].status, pair.tickets()[0].changes) == (Status.RECOVERED, 0)
    assert pair.letters()[-1].action is Action.RECOVERED


def test_flapping_that_ends_with_the_fault_leaves_it_open(pair: Counter) -> None:
    for _ in range(20):
        pair.say("iris", bad("not-connected"), wake=True)
        pair.run(30)
        pair.say("iris", fine(), wake=True)
        pair.run(30)
    pair.say("iris", bad("not-connected"), wake=True)
    pair.run(5 * HOUR)
    (ticket,) = pair.tickets()
    assert (ticket.status in (Status.NEW, Status.OPEN), ticket.changes) == (True, 0)
    assert [one.action for one in pair.letters() if one.action is not Action.ESCALATED][-1] is Action.OPENED


def test_blind_looks_neither_count_nor_end_anything(counter: Counter) -> None:
    counter.say("iris", bad("not-connected"), wake=True)
    counter.run(MINUTE)
    counter.say("iris", ProbeError("busy"))
    counter.run(5 * MINUTE)
    assert [one.device for one in counter.book.standing()] == ["iris"]


def test_a_full_disk_loses_no_cause_and_nobodys_letter(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(counter.book, "record_state", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    fall(counter, "internet", code="cable-unplugged")
    counter.run(MINUTE)
    monkeypatch.undo()
    monkeypatch.setattr(counter.settler, "_told", lambda: told.append(1))
    counter.run(MINUTE)
    assert (len(counter.tickets()), kinds(counter), bool(told)) == (1, [Action.OPENED], True)


@pytest.mark.parametrize(
    "code",
    [
        *("not-responding", "not-connected", "gateway-down"),
        *("process-not-running", "port-not-listening", "file-stale"),
    ],
)
def test_what_is_switched_off_at_night_is_no_fault(pair: Counter, code: str) -> None:
    opens = pair.clock.wall() + 10 * HOUR
    pair.around(is_open=lambda moment: moment >= opens)
    pair.say("iris", bad(code))
    pair.run(9 * HOUR)
    pair.say("iris", fine())
    pair.run(4 * HOUR)
    assert pair.tickets() == []


def test_what_is_still_off_when_the_office_has_opened_is_a_fault(pair: Counter) -> None:
    opens = pair.clock.wall() + 2 * HOUR
    pair.around(is_open=lambda moment: moment >= opens)
    pair.say("iris", bad("not-responding"))
    pair.run(2 * HOUR + 20 * MINUTE)
    assert pair.tickets() == []
    pair.run(15 * MINUTE)
    assert [one.code for one in pair.tickets()] == ["not-responding"]


def test_what_a_device_states_is_a_fault_at_night_too_and_so_is_what_stood_before(pair: Counter) -> None:
    closes = pair.clock.wall() + HOUR
    pair.around(is_open=lambda moment: moment < closes)
    pair.say("iris", bad("not-connected"))
    pair.run(2 * HOUR)
    pair.say("sidik-jari", bad("media-jam"))
    pair.run(5 * HOUR)
    assert [one.code for one in pair.tickets()] == ["not-connected", "media-jam"]
    assert len(pair.book.standing()) == 2


def test_two_hundred_devices_are_judged_within_five_milliseconds_a_round(tmp_path: Path) -> None:
    places = {f"printer-{number}": Place(kind="printer_snmp", way=Way.NEAR) for number in range(199)}
    counter = Counter(tmp_path, {"internet": Place(kind="link"), **places})
    counter.run(5 * MINUTE)
    counter.say("internet", bad("cable-unplugged"))
    for name in places:
        counter.say(name, bad("not-responding"))
    counter.run(5 * MINUTE)

    def round_seconds() -> float:
        started = time.process_time()
        for rounds in counter.watch._rounds.values():
            reading = rounds.watched.probe.read()
            verdict = judge(rounds.healths, reading, rounds.watched.confirm, now=0.0, previous=rounds.state)
            judged = Judged(watched=rounds.watched, verdict=verdict, reading=reading, facts={}, now=0.0, wall=0.0)
            assert not counter.settler.cases.record(judged)
        return time.process_time() - started

    assert all(isinstance(probe.say, Reading) for probe in counter.devices.values())
    assert min(round_seconds() for _ in range(20)) < 0.005
