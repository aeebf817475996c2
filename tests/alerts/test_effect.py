"""What a ticket means in words, and how urgent it is."""

from dataclasses import replace

import pytest

from alerts.effect import effect, hindered, steadiness
from alerts.incident import Impact, Status, Ticket
from alerts.priority import Priority, priority
from alerts.words import words
from probes.reading import Severity
from probes.text import SafeText
from tests.alerts.make import NOON, fault, scanner

HOUR = 3_600.0
ID, EN = words("id"), words("en")
RECORD, RECEIPT, CARDS = SafeText("Perekaman e-KTP"), SafeText("Cetak resi"), SafeText("KIA")
TICKET = Ticket(
    number="JL-2026-0001",
    status=Status.NEW,
    device=scanner(),
    code=fault().code,
    part=fault().part,
    severity=Severity.BLOCKING,
    actor=fault().actor,
    detail=fault().detail,
    opened=NOON,
)


def test_the_impact_is_one_line_that_names_what_still_works() -> None:
    impact = Impact(down=(RECORD,), working=(RECEIPT,))
    assert hindered(ID, impact, "Loket 2") == "Perekaman e-KTP di Loket 2 tidak bisa; cetak resi tetap bisa"


def test_several_functions_are_listed_and_abbreviations_stay_capital() -> None:
    impact = Impact(down=(RECORD, CARDS), degraded=(RECEIPT,))
    said = "Perekaman e-KTP dan KIA di Loket 2 tidak bisa; cetak resi di Loket 2 terganggu"
    assert hindered(ID, impact, "Loket 2") == said
    assert hindered(EN, Impact(down=(RECORD, RECEIPT, CARDS)), "Counter 2").startswith(
        "Perekaman e-KTP, cetak resi and"
    )


def test_without_functions_the_faults_own_words_are_said() -> None:
    assert effect(ID, TICKET, "Loket 2") == ID.of(TICKET.device, TICKET.code).impact
    assert effect(ID, replace(TICKET, impact=Impact(down=(RECORD,))), "Loket 2").startswith("Perekaman")


def test_an_unstable_fault_says_how_often_it_came_and_went() -> None:
    assert steadiness(ID, TICKET) == ""
    assert "14" in steadiness(ID, replace(TICKET, changes=14))


@pytest.mark.parametrize(
    ("severity", "stops", "hours", "expected"),
    [
        (Severity.NOTICE, False, 0, Priority.LOW),
        (Severity.NOTICE, False, 99, Priority.LOW),
        (Severity.DEGRADED, False, 0, Priority.NORMAL),
        (Severity.BLOCKING, False, 0, Priority.HIGH),
        (Severity.BLOCKING, True, 0, Priority.URGENT),
        (Severity.BLOCKING, True, 4, Priority.IMMEDIATE),
        (Severity.DEGRADED, False, 5, Priority.HIGH),
    ],
)
def test_priority_rises_with_severity_impact_and_time(
    severity: Severity, hours: float, expected: Priority, *, stops: bool
) -> None:
    impact = Impact(down=(RECORD,)) if stops else Impact()
    assert priority(replace(TICKET, severity=severity, impact=impact), NOON + hours * HOUR) is expected


def test_a_recovered_ticket_grows_no_more_urgent() -> None:
    done = replace(TICKET, status=Status.RECOVERED, recovered=NOON + HOUR)
    assert priority(done, NOON + 99 * HOUR) is Priority.HIGH


def test_every_priority_has_a_word_of_its_own() -> None:
    assert [ID.priority(one) for one in Priority] == ["Rendah", "Normal", "Tinggi", "Mendesak", "Segera"]
    assert len({EN.priority(one) for one in Priority}) == len(Priority)
