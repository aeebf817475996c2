"""What no test may leave behind for the next."""

import pytest

from probes.wire import clock


@pytest.fixture(autouse=True)
def no_time_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent that was started in this process knows this machine's date; other tests play other dates."""
    monkeypatch.setattr(clock, "FLOOR", clock.Floor())
