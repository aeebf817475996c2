"""What no test may leave behind for the next."""

import pytest
from hypothesis import HealthCheck, settings

from probes.wire import clock

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def no_time_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that was started in this process knows this machine's date; other tests play other dates."""
    monkeypatch.setattr(clock, "FLOOR", clock.Floor())
