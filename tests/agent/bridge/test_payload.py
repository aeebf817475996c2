"""Bytes that claim to be a webhook."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.bridge import words
from agent.bridge.payload import ALERTS_LIMIT, PayloadError, parse
from agent.bridge.words import KIND
from alerts.words import languages
from alerts.words import words as locale
from probes.reading import Actor, Severity
from tests.alerts.test_rules import ALERTS
from tests.fakes.alertmanager import alert, webhook

NOON = 1_795_496_400.0


def changed(**fields: Any) -> bytes:  # noqa: ANN401 - anything may come
    told = alert(starts=NOON)
    told.update(fields)
    return webhook([told])


def test_a_webhook_of_alertmanager_is_understood() -> None:
    (one,) = parse(webhook([alert(starts=NOON, ends=NOON + 60)])).alerts
    assert not one.firing
    assert one.labels["alertname"] == "JagaLoketCounterSilent"
    assert one.starts == pytest.approx(NOON + 0.123456)
    assert one.ends == pytest.approx(NOON + 60.123456)


def test_a_firing_alert_has_no_end() -> None:
    (one,) = parse(webhook([alert(starts=NOON)])).alerts
    assert (one.firing, one.ends) == (True, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"version": "3", "alerts": []}',
        b'{"version": "4"}',
        b'{"version": "4", "alerts": {}}',
        b'{"version": "4", "alerts": [1]}',
        b'{"version": "4", "alerts": [], "truncatedAlerts": "many"}',
        b'{"version": "4", "alerts": [], "truncatedAlerts": -1}',
        b'{"version": "4", "alerts": ' + b"[" * 100_000,
        b'{"version": "4", "alerts": [], "x": ' + b"1" * 5_000 + b"}",
        json.dumps({"version": "4", "alerts": [{}] * (ALERTS_LIMIT + 1)}).encode(),
        changed(status="pending"),
        changed(labels={}),
        changed(labels=[]),
        changed(labels={"alertname": 7}),
        changed(labels={"alertname": "x", **{str(number): "" for number in range(70)}}),
        changed(annotations={"summary": None}),
        changed(startsAt="yesterday"),
        changed(startsAt=17),
        changed(startsAt="2026-11-24T08:00:00"),
        webhook([alert(starts=NOON)])[:-40],
    ],
)
def test_what_is_no_webhook_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(PayloadError, match=r"\w"):
        parse(body)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(PayloadError):
        parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(alert(starts=NOON), JSON)))
def test_no_alert_does_more_than_be_refused_or_be_taken(odd: dict[str, Any]) -> None:
    try:
        (one,) = parse(changed(**odd)).alerts
    except PayloadError:
        return
    words.device(one)
    words.fault(one, "id")


def test_hostile_text_is_clean() -> None:
    told = alert("Loket\x1b[31m\u202e 1\n", starts=NOON, summary="\ud800 <script>\x00")
    (one,) = parse(webhook([told])).alerts
    everything = words.device(one).label + words.fault(one, "id").detail + words.device(one).id
    assert not set(everything) & set("\x1b\u202e\n\x00\ud800")


def test_an_alert_without_a_fingerprint_gets_one_from_its_labels() -> None:
    first, second, other = (
        parse(webhook([{**alert(name, starts=NOON), "fingerprint": ""}])).alerts[0].fingerprint
        for name in ("Loket 1", "Loket 1", "Loket 2")
    )
    assert first == second != other


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("blocking", Severity.BLOCKING),
        ("critical", Severity.BLOCKING),
        ("Warning", Severity.DEGRADED),
        ("info", Severity.NOTICE),
        ("", Severity.NOTICE),
    ],
)
def test_severities_of_other_rules_are_translated(word: str, severity: Severity) -> None:
    (one,) = parse(webhook([alert(starts=NOON, severity=word, actor="nobody")])).alerts
    fault = words.fault(one, "id")
    assert (fault.severity, fault.actor) == (severity, Actor.TECHNICIAN)


def test_an_alert_is_called_by_its_counter_and_told_in_the_language() -> None:
    (one,) = parse(webhook([alert(starts=NOON)])).alerts
    assert words.device(one).label == "Loket 1, Kantor Camat"
    assert words.device(one).id.startswith("12.71.11-loket-1-")
    assert words.fault(one, "id").detail.startswith("Loket 1")
    assert words.fault(one, "en").detail.startswith("EN Loket 1")
    assert words.code("JagaLoketCounterSilent") == "counter-silent"
    assert words.code("NodeDown") == "node-down"


@pytest.mark.parametrize("language", languages())
def test_every_alert_that_becomes_a_ticket_has_words_of_its_own(language: str) -> None:
    say = locale(language)
    unknown = say.fault("nonsense", KIND).step
    bridged = [rule.name for rule in ALERTS if re.search(r"scope: (fleet|office|counter|agent)\b", rule.text)]
    assert len(bridged) > 10
    assert [name for name in bridged if say.fault(words.code(name), KIND).step == unknown] == []
