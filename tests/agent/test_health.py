"""judge(): what one look makes of what was known."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from agent.health import FaultKey, Health, Verdict, judge
from probes.probe import Confirm
from probes.reading import NOT_OBSERVABLE, NOT_RESPONDING, Actor, Fault, Reading, Severity, State
from probes.text import SafeText, clean

CONFIRM = Confirm()
FINE = Reading(reachable=True)
COVER = Fault(code="cover-open", severity=Severity.BLOCKING, actor=Actor.COUNTER)
LOW = Fault(code="toner-low", severity=Severity.DEGRADED, actor=Actor.COUNTER)
SILENT = Reading(
    reachable=False,
    faults=(Fault(code=NOT_RESPONDING, severity=Severity.BLOCKING, actor=Actor.TECHNICIAN),),
)


def says(*faults: Fault) -> Reading:
    return Reading(reachable=True, faults=faults)


class Case:
    """Feeds looks to judge() one after the other, a second apart."""

    def __init__(self, confirm: Confirm = CONFIRM) -> None:
        self.confirm, self.now = confirm, 1000.0
        self.healths: dict[FaultKey, Health] = {}
        self.state = State.UNKNOWN

    def look(self, reading: Reading | None, blind: float = 0.0) -> Verdict:
        verdict = judge(self.healths, reading, self.confirm, now=self.now, previous=self.state, blind_for_seconds=blind)
        self.now += 1
        self.healths, self.state = dict(verdict.healths), verdict.state
        return verdict

    def looks(self, *readings: Reading | None) -> Verdict:
        return [self.look(reading) for reading in readings][-1]


def began(verdict: Verdict) -> list[str]:
    return [health.fault.code for health in verdict.began]


def ended(verdict: Verdict) -> list[str]:
    return [health.fault.code for health in verdict.ended]


def test_a_stated_fault_is_confirmed_by_the_second_look_which_comes_soon() -> None:
    case = Case()
    first = case.look(says(COVER))
    assert (began(first), first.relook) == ([], True)
    second = case.look(says(COVER))
    assert (began(second), second.relook, second.state) == (["cover-open"], False, State.FAILED)
    assert second.began[0].since == 1000.0


def test_what_a_second_look_could_not_tell_otherwise_stands_at_the_first() -> None:
    first = Case().look(says(replace(COVER, certain=True), LOW))
    assert (began(first), first.relook) == (["cover-open"], True)


def test_a_fault_seen_once_and_gone_leaves_nothing() -> None:
    case = Case()
    verdict = case.looks(FINE, says(COVER), FINE)
    assert (verdict.healths, began(verdict), ended(verdict), verdict.state) == ({}, [], [], State.OK)


def test_silence_needs_three_misses_and_no_hurry() -> None:
    case = Case()
    assert not case.look(SILENT).relook
    assert began(case.look(SILENT)) == []
    verdict = case.look(SILENT)
    assert (began(verdict), verdict.state) == ([NOT_RESPONDING], State.UNREACHABLE)


def test_one_answer_between_misses_starts_the_count_anew() -> None:
    case = Case()
    assert began(case.looks(SILENT, SILENT, FINE, SILENT, SILENT)) == []


def test_recovery_needs_two_good_looks_and_the_second_comes_soon() -> None:
    case = Case()
    case.looks(says(COVER), says(COVER))
    first = case.look(FINE)
    assert (ended(first), first.relook, first.state) == ([], True, State.FAILED)
    second = case.look(FINE)
    assert (ended(second), second.state) == (["cover-open"], State.OK)


def test_a_relapse_during_recovery_keeps_the_same_incident() -> None:
    case = Case()
    case.looks(says(COVER), says(COVER), FINE)
    verdict = case.look(says(COVER))
    assert (began(verdict), ended(verdict)) == ([], [])
    assert ended(case.look(FINE)) == []


def test_a_look_that_was_impossible_makes_health_unknown_and_ends_nothing() -> None:
    case = Case()
    case.looks(says(COVER), says(COVER))
    verdict = case.looks(None, None, None)
    assert (verdict.state, ended(verdict), began(verdict)) == (State.UNKNOWN, [], [])
    assert verdict.healths[COVER.key].standing


def test_looking_impossible_for_long_is_said_once_and_ends_with_the_first_good_looks() -> None:
    case = Case()
    assert began(case.look(None, blind=CONFIRM.blind_seconds - 1)) == []
    assert began(case.look(None, blind=CONFIRM.blind_seconds)) == [NOT_OBSERVABLE]
    assert began(case.look(None, blind=CONFIRM.blind_seconds + 60)) == []
    assert ended(case.looks(FINE, FINE)) == [NOT_OBSERVABLE]


def test_sleep_is_healthy_and_neither_confirms_nor_ends_what_a_sleeper_cannot_tell() -> None:
    case = Case()
    asleep = Reading(reachable=True, asleep=True)
    assert case.look(asleep).state is State.ASLEEP
    case.looks(says(COVER), says(COVER))
    assert ended(case.looks(asleep, asleep, asleep)) == []
    assert ended(case.looks(FINE, FINE)) == ["cover-open"]


def test_a_sleeper_that_answers_has_ended_its_silence() -> None:
    case = Case()
    case.looks(SILENT, SILENT, SILENT)
    asleep = Reading(reachable=True, asleep=True)
    assert ended(case.looks(asleep, asleep)) == [NOT_RESPONDING]


def test_a_silent_device_cannot_end_the_fault_it_stated_before() -> None:
    case = Case()
    case.looks(says(COVER), says(COVER))
    assert ended(case.looks(SILENT, SILENT, SILENT, SILENT)) == []


def test_a_layer_behind_the_failing_one_is_neither_ended_nor_confirmed() -> None:
    internet = Fault(code="internet-down", severity=Severity.BLOCKING, actor=Actor.PROVIDER)
    cable = Fault(code="cable-unplugged", severity=Severity.BLOCKING, actor=Actor.TECHNICIAN)
    case = Case()
    case.looks(says(internet), says(internet))
    behind = Reading(reachable=True, faults=(cable,), skipped=frozenset({"internet-down"}))
    verdict = case.looks(behind, behind, behind)
    assert (ended(verdict), {key[0] for key in verdict.healths}) == ([], {"internet-down", "cable-unplugged"})


def test_a_part_that_could_not_be_judged_keeps_its_fault_and_the_others_end() -> None:
    first, second = (
        Fault(code="disk-failing", severity=Severity.BLOCKING, actor=Actor.TECHNICIAN, part=SafeText(disk))
        for disk in ("sda", "sdb")
    )
    case = Case()
    case.looks(says(first, second), says(first, second))
    silent = Reading(reachable=True, skipped_parts=frozenset({("disk-failing", "sda")}))
    verdict = case.looks(silent, silent, silent)
    assert {key: health.standing for key, health in verdict.healths.items()} == {("disk-failing", "sda"): True}


def test_an_unconfirmed_contradiction_shows_the_state_before_it() -> None:
    case = Case()
    assert case.look(says(COVER)).state is State.UNKNOWN
    case = Case()
    assert case.looks(FINE, says(COVER)).state is State.OK
    assert case.looks(FINE, SILENT, SILENT).state is State.OK


def test_several_faults_of_one_device_live_their_own_lives() -> None:
    case = Case()
    case.looks(says(COVER, LOW), says(COVER, LOW))
    verdict = case.looks(says(LOW), says(LOW))
    assert (ended(verdict), verdict.state) == (["cover-open"], State.DEGRADED)


def test_two_parts_with_one_code_are_two_faults() -> None:
    one, two = replace(LOW, part=clean("black")), replace(LOW, part=clean("cyan"))
    verdict = Case().looks(says(one, two), says(one, two))
    assert sorted(health.fault.part for health in verdict.began) == ["black", "cyan"]


def test_a_confirm_of_one_look_believes_at_once() -> None:
    assert began(Case(Confirm(looks=1)).look(says(COVER))) == ["cover-open"]


READINGS = st.lists(
    st.sampled_from(
        [FINE, says(COVER), says(LOW), says(COVER, LOW), SILENT, None, Reading(reachable=True, asleep=True)]
    ),
    max_size=60,
)


@given(READINGS, st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_every_incident_begins_before_it_ends_and_never_twice(
    readings: list[Reading | None], looks: int, misses: int, good: int
) -> None:
    case = Case(Confirm(looks=looks, misses=misses, good=good))
    standing: set[FaultKey] = set()
    for reading in readings:
        verdict = case.look(reading)
        for health in verdict.ended:
            standing.remove(health.fault.key)
        for health in verdict.began:
            assert health.fault.key not in standing
            standing.add(health.fault.key)
        assert standing == {key for key, health in verdict.healths.items() if health.standing}
