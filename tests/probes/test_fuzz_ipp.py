"""Twenty thousand damaged IPP answers. `python -m tests.fuzz.ipp COUNT SEED` runs more."""

import time

import pytest

from probes.wire.ipp import Tag
from tests.fakes.ipp import answer, group
from tests.fuzz import GROWTH_BYTES, SLOW_SECONDS, cases, ipp, run


@pytest.mark.slow
def test_no_damaged_answer_crashes_the_reader_or_holds_it_up() -> None:
    outcome = run(ipp.target, ipp.seeds(), count=20_000, seed=20_261_124, refusals=ipp.REFUSALS)
    assert 1_000 < outcome.refused < 20_000
    assert outcome.grown_bytes < GROWTH_BYTES


def test_the_undamaged_answers_are_read() -> None:
    for data in ipp.seeds():
        ipp.target(data)


def test_the_same_seed_gives_the_same_damage() -> None:
    first, second, other = (list(cases(ipp.seeds(), 50, seed)) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_a_reader_that_crashes_is_caught_with_its_input() -> None:
    def crashes(data: bytes) -> None:
        raise IndexError(len(data))

    with pytest.raises(AssertionError, match=r"case 0 of seed 7 crashed.*input: "):
        run(crashes, [b"abc"], count=10, seed=7, refusals=(ValueError,))


def test_a_reader_that_is_slow_is_caught_with_its_input() -> None:
    def dawdles(data: bytes) -> None:
        began = time.thread_time()
        while time.thread_time() - began < 1.5 * SLOW_SECONDS:
            len(data)

    with pytest.raises(AssertionError, match=r"case 0 of seed 7 took .* s; input: "):
        run(dawdles, [b"abc"], count=10, seed=7, refusals=(ValueError,))


def test_a_text_of_nothing_but_marks_holds_nobody_up() -> None:
    marks = "a" + "\u0301\u0316" * 15_000
    data = answer(group(Tag.PRINTER_GROUP, {"printer-state": 3, "printer-state-reasons": [marks] * 15}))
    began = time.thread_time()
    ipp.target(data)
    assert time.thread_time() - began < SLOW_SECONDS
