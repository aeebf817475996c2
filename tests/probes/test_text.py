"""clean(): whatever comes in, one harmless line comes out."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from probes.text import clean

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=200)


def test_a_plain_name_stays_as_it_is() -> None:
    assert clean("EPSON TM-T82 (loket 1) é 漢字") == "EPSON TM-T82 (loket 1) é 漢字"


def test_line_breaks_become_one_space() -> None:
    assert clean("ENERGIESPAREN\rTROMMEL ERSETZ.\r\n") == "ENERGIESPAREN TROMMEL ERSETZ."


def test_terminal_and_mail_tricks_lose_their_bite() -> None:
    assert clean("\x1b]0;x\x07\r\nBcc: a@b") == "?]0;x? Bcc: a@b"


def test_nul_padding_goes() -> None:
    assert clean(b"SN0001\x00\x00\x00") == "SN0001"


def test_bytes_are_utf8_and_else_latin1() -> None:
    assert clean("Mało toneru".encode()) == "Mało toneru"
    assert clean(b"Gr\xfcn") == "Grün"


def test_lone_surrogates_and_text_direction_marks_are_replaced() -> None:
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("fatura\u202egnp.exe") == "fatura?gnp.exe"
    assert clean("a\u2028b\u200bc\ufeffd") == "a?b?c?d"


def test_a_long_text_is_cut_at_a_whole_character() -> None:
    text = clean("é" * 100_000, limit=128)
    assert text.endswith("…")
    assert len(text.encode()) <= 128


def test_a_hundred_kilobytes_cost_no_more_than_the_cap() -> None:
    assert len(clean(b"A" * 100_000)) <= 128


@given(ANY_TEXT | st.binary(max_size=300), st.integers(8, 300))
def test_the_result_is_always_one_bounded_harmless_line(raw: str | bytes, limit: int) -> None:
    text = clean(raw, limit)
    assert len(text.encode("utf-8")) <= limit
    assert text.splitlines() in ([], [text])
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert text == text.strip()


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw, 1000)
    assert clean(once, 1000) == once
