"""A long time without a link: all is told within ten minutes of its return, in few letters. `make soak`: 72 hours."""

import logging
from pathlib import Path

import pytest

from tests.reliability import outage
from tests.reliability.outage import MIB, PEOPLE


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_day_with_five_hundred_faults_is_told_within_ten_minutes(
    memory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    found = outage.play(memory, hours=24)
    assert found.seconds <= 600
    assert found.papers == found.tickets == outage.INCIDENTS
    assert found.open_papers == 0
    # A few letters tell of all of it.
    assert len(PEOPLE) <= found.letters <= 5 * len(PEOPLE)
    assert found.store_bytes < 20 * MIB


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_channel_that_is_probed_by_the_hour_would_miss_the_ten_minutes(
    memory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("alerts.line.LONGEST_REST_SECONDS", 3_600.0)
    monkeypatch.setattr("alerts.line.BACKOFF_SECONDS", (3_600.0, 3_600.0))
    monkeypatch.setattr(outage, "INCIDENTS", 40)
    assert outage.play(memory, hours=24).seconds > 600
