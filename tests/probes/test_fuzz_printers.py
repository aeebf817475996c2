"""Twenty thousand damaged answers for each language of a printer. `python -m tests.fuzz.NAME COUNT SEED` runs more."""

from types import ModuleType

import pytest

from tests.fuzz import GROWTH_BYTES, escpos, ieee1284, pjl, run, zebra

LANGUAGES = pytest.mark.parametrize("language", [escpos, pjl, zebra, ieee1284], ids=lambda one: one.__name__)


@pytest.mark.slow
@LANGUAGES
def test_no_damaged_answer_crashes_the_reader_or_holds_it_up(language: ModuleType) -> None:
    outcome = run(language.target, language.seeds(), count=20_000, seed=20_261_124, refusals=language.REFUSALS)
    assert outcome.cases == 20_000
    assert outcome.grown_bytes < GROWTH_BYTES


@LANGUAGES
def test_the_undamaged_answers_are_read(language: ModuleType) -> None:
    for data in language.seeds():
        language.target(data)
