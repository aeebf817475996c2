"""What the kernel knows of its clock."""

import ctypes

import pytest

from probes.wire import clock


def _adjtimex(state: int, **fields: int) -> object:
    """A C library whose adjtimex() gives this state and these fields."""

    class Library:
        @staticmethod
        def adjtimex(pointer: object) -> int:
            for name, value in fields.items():
                setattr(pointer._obj, name, value)  # type: ignore[attr-defined] # what byref() points to
            return state

    return Library()


def test_this_kernel_is_read_or_says_nothing() -> None:
    known = clock.kernel_clock()
    assert known is None or abs(known.offset_seconds) < 10


@pytest.mark.parametrize(
    ("state", "fields", "synchronised", "offset"),
    [
        (0, {"status": 0x2001, "offset": 250_000_000}, True, 0.25),
        (0, {"status": 0x0001, "offset": -250_000}, True, -0.25),
        (0, {"status": 0x0040}, False, 0.0),
        (5, {"status": 0x0001}, False, 0.0),
    ],
    ids=["nanoseconds", "microseconds", "unsynchronised", "error state"],
)
def test_the_state_is_read_from_status_and_return_value(
    monkeypatch: pytest.MonkeyPatch,
    state: int,
    fields: dict[str, int],
    synchronised: bool,  # noqa: FBT001 - a case of the table
    offset: float,
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: _adjtimex(state, **fields))
    known = clock.kernel_clock()
    assert known is not None
    assert (known.synchronised, known.offset_seconds) == (synchronised, offset)


def test_a_kernel_that_refuses_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: _adjtimex(-1))
    assert clock.kernel_clock() is None


def test_a_synchronised_clock_is_trusted_and_an_early_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "kernel_clock", lambda: None)
    assert clock.trusted()
    monkeypatch.setattr("time.time", lambda: 86400.0)
    assert not clock.trusted()


def test_the_skew_stands_still_while_nobody_sets_the_clock() -> None:
    assert abs(clock.skew_seconds() - clock.skew_seconds()) < 0.5
