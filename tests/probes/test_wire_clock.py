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


DAY, NOVEMBER = 86_400.0, 1_795_500_000.0


class Pc:
    """A PC whose clock a test sets; monotonic time stands still, so that each setting is a jump."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.up, self.synchronised = NOVEMBER, 1000.0, False
        monkeypatch.setattr("time.time", lambda: self.now)
        monkeypatch.setattr("time.clock_gettime", lambda _: self.up)
        monkeypatch.setattr(clock, "kernel_clock", self.kernel)
        monkeypatch.setattr(clock, "FLOOR", clock.Floor())

    def kernel(self) -> clock.KernelClock:
        return clock.KernelClock(synchronised=self.synchronised, offset_seconds=0, max_error_seconds=1)

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds


@pytest.fixture
def pc(monkeypatch: pytest.MonkeyPatch) -> Pc:
    return Pc(monkeypatch)


@pytest.mark.parametrize("synchronised", [False, True])
def test_a_date_before_this_program_was_written_is_wrong_whoever_keeps_it(pc: Pc, *, synchronised: bool) -> None:
    pc.synchronised = synchronised
    assert clock.trusted()
    pc.now = DAY
    assert not clock.trusted()


def test_a_clock_that_falls_behind_the_last_time_known_is_wrong_until_somebody_keeps_it(pc: Pc) -> None:
    clock.FLOOR.rise()
    pc.now -= 200 * DAY
    assert not clock.trusted()
    pc.synchronised = True
    assert clock.trusted()
    pc.synchronised, pc.now = False, NOVEMBER
    assert clock.trusted()


def test_a_clock_that_was_set_back_an_hour_is_still_trusted(pc: Pc) -> None:
    clock.FLOOR.rise()
    pc.now -= 3600
    assert clock.trusted()


def test_the_floor_rises_with_time_and_never_falls_by_itself(pc: Pc) -> None:
    clock.FLOOR.start(NOVEMBER - DAY)
    pc.passes(30 * DAY)
    assert clock.FLOOR.rise() == NOVEMBER + 30 * DAY
    pc.now -= 3600
    assert clock.FLOOR.rise() == NOVEMBER + 30 * DAY


def test_a_leap_forwards_raises_the_floor_only_where_a_time_service_vouches_for_it(pc: Pc) -> None:
    clock.FLOOR.start(NOVEMBER)
    pc.now += 30 * DAY
    assert clock.FLOOR.rise() == NOVEMBER
    pc.synchronised = True
    assert clock.FLOOR.rise() == NOVEMBER + 30 * DAY


def test_a_start_in_a_far_year_does_not_raise_the_floor(pc: Pc) -> None:
    pc.now = NOVEMBER + 3650 * DAY
    clock.FLOOR.start(NOVEMBER)
    assert clock.FLOOR.rise() == NOVEMBER
    pc.now = NOVEMBER + DAY
    assert clock.trusted()


def test_a_time_service_may_take_the_floor_back(pc: Pc) -> None:
    clock.FLOOR.start(NOVEMBER + 300 * DAY)
    assert not clock.trusted()
    pc.synchronised = True
    assert clock.FLOOR.rise() == NOVEMBER
    pc.synchronised = False
    assert clock.trusted()


@pytest.mark.parametrize("stored", [0.0, -1.0, 5.0, 1e15])
def test_a_floor_that_cannot_be_one_is_passed_over(pc: Pc, stored: float) -> None:
    assert pc.now == NOVEMBER
    clock.FLOOR.start(stored)
    assert clock.FLOOR.seconds == clock.RELEASE_EPOCH_SECONDS


def test_the_skew_stands_still_while_nobody_sets_the_clock(pc: Pc) -> None:
    before = clock.skew_seconds()
    pc.passes(DAY)
    assert clock.skew_seconds() == before
    pc.now += 3600
    assert clock.skew_seconds() == before + 3600
