"""The board: what people at the counter read, in their language, whatever devices say."""

import hashlib
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent.board import Board
from agent.function import FunctionState
from agent.site import Request
from agent.view import Panel
from alerts.ledger import Ledger
from alerts.markup import Html, join, tag
from alerts.office import Office
from probes.reading import Actor, Severity, State
from probes.text import clean
from tests.fakes import sample
from tests.fakes.sample import NOW, OFFICE, fault, view

VOID = {"meta", "link", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser does: its elements, their attributes and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: set[tuple[str, str | None]] = set()
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.values.update(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open) and data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(tmp_path / "store.db", clock=lambda: NOW, zone=OFFICE.zone)
    yield ledger
    ledger.shut()


Show = Callable[..., Reader]


@pytest.fixture
def show(ledger: Ledger) -> Show:
    def show(panel: Panel, request: Request | None = None, settings: Office = OFFICE) -> Reader:
        board = Board(panel=panel, office=settings, ledger=lambda: ledger, clock=lambda: NOW)
        return Reader(board.page(request or Request()).body.decode())

    return show


# ---- what it says ----


def test_it_names_office_counter_and_local_time(show: Show) -> None:
    text = show(sample.panel()).text
    assert "Kantor Camat Medan Timur · Loket 1" in text
    assert "Diperbarui Selasa, 24 November 2026 pukul 08.45 WIB" in text


def test_an_office_without_a_name_still_has_a_title(show: Show) -> None:
    assert "Papan loket" in show(sample.panel(), settings=Office()).text


@pytest.mark.parametrize(
    ("states", "said", "tone"),
    [
        ([], "Belum ada alat yang dipantau", "blank"),
        ([State.OK, State.ASLEEP], "Semua alat baik", "good"),
        ([State.OK, State.UNKNOWN], "1 alat belum diketahui", "blank"),
        ([State.DEGRADED, State.DEGRADED, State.UNKNOWN], "2 alat perlu perhatian", "warn"),
        ([State.OK, State.FAILED, State.UNREACHABLE, State.DEGRADED], "2 alat bermasalah", "bad"),
    ],
)
def test_one_line_sums_it_up_and_unknown_is_never_well(show: Show, states: list[State], said: str, tone: str) -> None:
    page = show(sample.panel(*(view(f"d{i}", f"Alat {i}", "", state) for i, state in enumerate(states))))
    assert said in page.text
    assert ("class", f"banner {tone}") in page.values
    assert ("Semua alat baik" in page.text) == (tone == "good")


def test_the_line_names_at_most_five_devices(show: Show) -> None:
    page = show(sample.panel(*(view(f"d{i}", f"Alat {i}", "", State.FAILED) for i in range(9))))
    assert "Alat 0, Alat 1, Alat 2, Alat 3, Alat 4, …" in page.text


@pytest.mark.parametrize("state", list(State))
def test_each_state_has_words_a_colour_and_a_shape(show: Show, state: State) -> None:
    page = show(sample.panel(view("d", "Alat", "", state)))
    words = {
        State.OK: ("Baik", "good", "#good"),
        State.DEGRADED: ("Perlu perhatian", "warn", "#warn"),
        State.FAILED: ("Tidak berfungsi", "bad", "#bad"),
        State.ASLEEP: ("Siaga (hemat daya)", "calm", "#calm"),
        State.UNREACHABLE: ("Tidak terhubung", "bad", "#gone"),
        State.UNKNOWN: ("Belum diketahui", "blank", "#blank"),
    }
    said, tone, shape = words[state]
    assert said in page.words
    assert {("class", f"card {tone}"), ("href", shape)} <= page.values


def test_every_shape_it_points_to_is_on_the_page(show: Show) -> None:
    page = show(sample.counter())
    shapes = {value[1:] for name, value in page.values if name == "href" and value and value.startswith("#")}
    assert shapes <= {value for name, value in page.values if name == "id"}


def test_a_fault_says_what_it_means_what_to_do_and_who_acts(show: Show) -> None:
    broken = fault("media-empty", actor=Actor.TECHNICIAN, part="baki 1", detail="sensor 0x0c")
    page = show(sample.panel(view("p", "Printer resi", "receipt-printer", State.FAILED, minutes=25, faults=(broken,))))
    for said in (
        "Kertas habis (baki 1)",
        "Resi untuk warga tidak bisa dicetak di loket ini.",
        "Yang harus dilakukan Buka penutup",
        "Teknisi",
        "sejak 24 Nov 08.20 (25 menit)",
        "media-empty baki 1 sensor 0x0c",
    ):
        assert said in page.text


def test_parts_of_one_fault_stand_together_the_gravest_fault_first(show: Show) -> None:
    faults = (
        fault("toner-low", Severity.DEGRADED),
        fault("media-empty", part="baki 1"),
        fault("media-empty", part="baki 2"),
    )
    text = show(sample.panel(view("p", "P", "office-printer", State.FAILED, faults=faults))).text
    assert text.count("Kertas habis") == 1
    assert text.index("Kertas habis (baki 1, baki 2)") < text.index("Toner hampir habis")


def test_who_needs_somebody_stands_first(show: Show) -> None:
    text = show(sample.counter()).text.partition("Alat ")[2]
    order = [text.index(name) for name in ("Printer resi", "Printer KK", "Internet", "PC Loket 1", "Siaga")]
    assert order == sorted(order)


def test_a_device_never_looked_at_says_so(show: Show) -> None:
    assert "Belum diperiksa" in show(sample.panel(view("d", "Alat", "", State.UNKNOWN, success=None))).words


def test_an_impossible_look_is_said_in_plain_words_with_the_reason_for_technicians(show: Show) -> None:
    blind = view("d", "Alat", "", State.UNKNOWN, success=False, error="no permission; run: jagaloket doctor")
    words = show(sample.panel(blind)).words
    assert "Alat ini sedang tidak bisa diperiksa, jadi keadaannya belum diketahui." in words
    assert "no permission; run: jagaloket doctor" in words


def test_a_notice_is_told_though_the_device_is_well(show: Show) -> None:
    low = view("p", "P", "office-printer", faults=(fault("toner-low", Severity.NOTICE),))
    text = show(sample.panel(low)).text
    assert "Semua alat baik" in text
    assert "Toner hampir habis" in text


def test_services_are_told_when_there_are_any(ledger: Ledger) -> None:
    functions = {"Perekaman e-KTP": FunctionState.DOWN, "Cetak KK": FunctionState.UNKNOWN}
    board = Board(panel=Panel(), office=OFFICE, ledger=lambda: ledger, functions=lambda: functions, clock=lambda: NOW)
    words = Reader(board.page(Request()).body.decode()).words
    assert {"Layanan", "Perekaman e-KTP: Tidak bisa", "Cetak KK: Belum diketahui"} <= set(words)


def test_open_tickets_are_listed_newest_first(show: Show, ledger: Ledger) -> None:
    for one in sample.counter().views():
        for standing in one.standing[:1]:
            ledger.begin(one.device, standing, since=one.since, addressees=())
    ledger.take("JL-2026-0002", "Budi")
    ledger.close("JL-2026-0003", "Budi")
    text = show(sample.panel()).text
    assert "JL-2026-0001 Tinggi Sidik jari Sidik jari tidak terhubung Baru 24 Nov 08.41" in text
    assert "JL-2026-0002 Tinggi Printer resi Kertas habis Sedang ditangani (Budi) 24 Nov 08.20" in text
    assert text.index("JL-2026-0002") < text.index("JL-2026-0001")
    assert "JL-2026-0003" not in text


def test_no_tickets_is_said(show: Show) -> None:
    assert "Tidak ada tiket terbuka." in show(sample.panel()).words


def test_a_store_that_cannot_be_read_takes_only_the_tickets_away(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Ledger:
        msg = "disk I/O error"
        raise OSError(msg)

    board = Board(panel=sample.counter(), office=OFFICE, ledger=broken, clock=lambda: NOW)
    text = [Reader(board.page(Request()).body.decode()).text for _ in range(3)][-1]
    assert "Daftar tiket sedang tidak bisa dibaca." in text
    assert "2 alat bermasalah" in text
    assert [record.getMessage() for record in caplog.records] == ["board: tickets cannot be read: disk I/O error"]


# ---- language ----


@pytest.mark.parametrize(
    ("request_", "settings", "said"),
    [
        (Request(), Office(), "Semua alat baik"),
        (Request(), Office(language="en"), "All equipment is fine"),
        (Request(accept_language="en-GB,en;q=0.9"), Office(), "All equipment is fine"),
        (Request(accept_language="id-ID,id;q=0.9,en;q=0.8"), Office(language="en"), "Semua alat baik"),
        (Request(query={"lang": ["en"]}, accept_language="id"), Office(), "All equipment is fine"),
        (Request(query={"lang": ["../../x"]}, accept_language="zz,;q=x"), Office(), "Semua alat baik"),
    ],
)
def test_the_browser_chooses_the_language(show: Show, request_: Request, settings: Office, said: str) -> None:
    assert said in show(sample.panel(view("d", "Alat", "")), request_, settings).text


def test_the_other_language_is_one_click_away(show: Show) -> None:
    page = show(sample.panel())
    assert ("href", "?lang=en") in page.values
    assert ("lang", "id") in page.values


# ---- safety ----


def test_hostile_devices_add_no_element(show: Show, ledger: Ledger) -> None:
    for one in sample.hostile().views():
        for standing in one.standing:
            ledger.begin(one.device, standing, since=one.since, addressees=())
    hostile = show(sample.hostile())
    known = show(sample.counter())
    allowed = Counter(known.elements).keys() | {("th", ("scope",)), ("tr", ()), ("td", ("data-name",))}
    assert {element for element in hostile.elements if element not in allowed} <= {
        ("table", ()), ("thead", ()), ("tbody", ()),
    }  # fmt: skip
    for text in filter(None, map(clean, sample.HOSTILE)):
        assert " ".join(text.split()) in " ".join(hostile.text.split())


def test_hostile_texts_shape_the_page_as_ordinary_ones_do(show: Show) -> None:
    def shaped(text: str) -> list[tuple[str, tuple[str, ...]]]:
        told = fault("media-empty", part=text, detail=text)
        one = view("d", text, "", State.FAILED, faults=(told,))
        blind = view("e", text, "", State.UNKNOWN, success=False, error=text)
        return show(sample.panel(one, blind)).elements

    ordinary = shaped("biasa")
    for text in filter(clean, sample.HOSTILE):
        assert shaped(text) == ordinary, text


def test_the_office_may_call_itself_anything(show: Show) -> None:
    name = clean("</title><script>alert(1)</script>")
    page = show(sample.panel(), settings=Office(name=name))
    assert page.elements == show(sample.panel()).elements
    assert name in page.text


def test_the_policy_allows_this_style_and_script_and_nothing_else(ledger: Ledger) -> None:
    answer = Board(panel=sample.counter(), office=OFFICE, ledger=lambda: ledger, clock=lambda: NOW).page(Request())
    page = answer.body.decode()
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in answer.policy
    assert answer.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in answer.policy
    assert not re.search(r" (style|on\w+)=|https?://|url\(|@import|src=", page)


def test_it_renews_itself_with_and_without_a_script(show: Show) -> None:
    page = show(sample.panel())
    assert ("noscript", ()) in page.elements
    assert ("http-equiv", "refresh") in page.values
    assert [name for name, _ in page.elements].count("main") == 1
    assert [name for name, _ in page.elements].count("header") == 1


# ---- markup ----


def test_text_is_escaped_and_html_is_not() -> None:
    made = tag("p", 'a < b & "c"', tag("b", "x"), class_="y'\"", aria_hidden="true", id=None)
    assert made == '<p class="y&#x27;&quot;" aria-hidden="true">a &lt; b &amp; &quot;c&quot;<b>x</b></p>'
    assert tag("br") == "<br>"
    assert join("<", Html("<br>")) == "&lt;<br>"
