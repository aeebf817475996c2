"""What a letter says, that no text can break it, and mistakes in [mail]."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import letterhtml, lettertext, smtp
from alerts.incident import Action, Addressee, Notice, Status, Ticket
from alerts.letter import Mail, MailSettings, MailTo
from alerts.letterparts import Tone
from alerts.lettertext import LetterText
from alerts.office import Office
from probes.reading import NO_TEXT, Severity
from probes.secret import Secret
from probes.text import SafeText, clean
from tests.alerts.make import CAMAT, NOON, TEKNISI, fault, open_ledger, scanner

OFFICE = Office(name=clean("Kantor Camat Medan Timur"), counter=clean("Loket 1"))
ENGLISH = replace(CAMAT, language="en")
HOSTILE = (
    "\x1b]0;x\x07",
    "a\r\nBcc: evil@example.com\r\n\r\nbody",
    "\u202egnirts",
    "\ud800\udfff",
    "\0\0\0",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "{0.__class__} {stops} %n",
    "=?utf-8?q?=0d=0aBcc:_x?=",
    "\u2028\u2029\u0085",
    "kata\N{SPACE}" * 60,
    "名前 ☃ é",
    ".",
    "\n.\r\n",
)


def notice(addressee: Addressee = CAMAT, action: Action = Action.OPENED) -> Notice:
    return Notice(
        id=7,
        ticket="JL-2026-0001",
        action=action,
        addressee=addressee,
        state="new",
        attempts=0,
        message_id="JL-2026-0001.abc@jagaloket.invalid",
        created=NOON,
    )


def ticket(*, recovered: float | None = None, status: Status = Status.NEW, part: SafeText = NO_TEXT) -> Ticket:
    trouble = fault(part=part)
    return Ticket(
        number="JL-2026-0001",
        status=status,
        device=scanner(),
        code=trouble.code,
        part=part,
        severity=trouble.severity,
        actor=trouble.actor,
        detail=trouble.detail,
        opened=NOON,
        recovered=recovered,
    )


def letter(addressee: Addressee = CAMAT, *, late_seconds: float = 5.0) -> str:
    return lettertext.write(notice(addressee), ticket(), OFFICE, now=NOON + late_seconds).body.replace("\n    ", " ")


def test_the_office_reads_what_happened_what_it_means_and_what_to_do() -> None:
    text = letter()
    assert "Gangguan: Alat sidik jari tidak terhubung\n" in text
    assert "Dampak layanan: Perekaman sidik jari untuk KTP-el tidak bisa dilakukan di loket ini.\n" in text
    assert "Loket: Loket 1, Kantor Camat Medan Timur\n" in text
    assert "Sejak: Selasa, 24 November 2026 pukul 12.00 WIB\n" in text
    assert "Langkah pertama:\nPeriksa kabel USB alat sidik jari" in text
    assert "Pihak penanggung jawab: Petugas loket\n" in text
    assert "Kode barang: 1.3.2.05\nNomor register: 0001\n" in text
    assert "No. tiket: JL-2026-0001\n" in text


def test_the_office_is_spared_the_technical_words() -> None:
    for word in ("not-connected", "16d1:0408", "usb\n", "ID alat"):
        assert word not in letter()


def test_the_technician_reads_the_evidence() -> None:
    text = letter(TEKNISI)
    for line in (
        "ID alat: sidik-jari",
        "Jenis pemantauan: usb",
        "Kode gangguan: not-connected",
        "Bukti: usb 1-2 16d1:0408",
    ):
        assert f"{line}\n" in text


def test_the_same_letter_in_english() -> None:
    text = letter(ENGLISH)
    assert "Fault: Fingerprint scanner is not connected\n" in text
    assert "Since: Tuesday, 24 November 2026, 12:00 WIB\n" in text


def test_a_late_letter_says_when_it_was_sent() -> None:
    assert "Surat ini dikirim" not in letter(late_seconds=299)
    assert "Surat ini dikirim: Selasa, 24 November 2026 pukul 14.00 WIB." in letter(late_seconds=7_200)


def test_the_recovery_says_how_long_it_took_and_who_closes() -> None:
    told = notice(action=Action.RECOVERED)
    text = lettertext.write(told, ticket(recovered=NOON + 8_100), OFFICE, now=NOON + 8_101)
    assert text.subject == "[Loket 1] Sudah normal kembali: Alat sidik jari tidak terhubung (JL-2026-0001)"
    assert "Normal kembali: Selasa, 24 November 2026 pukul 14.15 WIB\n" in text.body
    assert "Lama gangguan: 2 jam 15 menit\n" in text.body
    assert "Tiket ini menunggu ditutup" in text.body
    assert "Langkah pertama" not in text.body
    closed = ticket(recovered=NOON + 60, status=Status.CLOSED)
    assert "Tiket ini menunggu ditutup" not in lettertext.write(told, closed, OFFICE, now=NOON).body


def test_the_part_is_named_where_there_are_several() -> None:
    assert "Bagian: baki 2\n" in lettertext.write(notice(), ticket(part=SafeText("tray 2")), OFFICE, now=NOON).body


def test_an_office_without_a_name_still_writes_a_whole_letter() -> None:
    text = lettertext.write(notice(), ticket(), Office(), now=NOON)
    assert text.subject == "[Loket] Alat sidik jari tidak terhubung (JL-2026-0001)"
    assert "JagaLoket menemukan gangguan di Loket." in text.body


def test_lines_are_short_enough_for_every_reader() -> None:
    assert all(len(line) <= 72 for line in lettertext.write(notice(), ticket(), OFFICE, now=NOON).body.splitlines())


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


class Elements(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")


def check_page(page: str) -> None:
    """Text has become no element and no attribute, and nothing is fetched from outside."""
    found = Elements(page)
    assert found.elements <= {
        *("html", "head", "meta", "title", "body", "table", "tr", "td", "div", "span", "h1", "h2", "p")
    }
    assert found.attributes.keys() <= {
        *("lang", "charset", "name", "content", "style", "role", "width", "cellpadding", "cellspacing", "border"),
        "align",
    }
    assert not any("url(" in style or "{" in style for style in found.attributes["style"])


def check_whole(raw: bytes) -> None:
    """No text has broken the letter: its headers are the ones it was given, and no byte is harmful."""
    message = parsed(raw)
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-JagaLoket-Ticket",
    ]
    assert not message.defects
    assert message["To"] == CAMAT.address
    assert message["Subject"].endswith("(JL-2026-0001)")
    assert message["Message-ID"] == "<JL-2026-0001.abc@jagaloket.invalid>"
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert not any(byte < 32 and byte not in b"\r\n" for byte in raw)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    check_page(content(message, "html"))
    body = content(message, "plain")
    assert not {unicodedata.category(character) for character in body if character != "\n"} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(body) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert body.count("No. tiket: JL-2026-0001") == 1
    assert body.count("\n-- \n") == 1


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(HOSTILE) | st.text(st.characters(codec=None), max_size=300))
def test_no_hostile_text_breaks_a_letter(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    ledger = open_ledger(tmp_path_factory.mktemp("letters"))
    raw = SafeText(text)  # as a careless caller would claim
    device = replace(scanner(), label=raw, role=text, kind=text, responsible=text, asset={text: raw, "code": raw})
    trouble = replace(fault(), code=text or "x", part=raw, detail=raw)
    held = replace(ledger.begin(device, trouble, since=NOON, addressees=()), number="JL-2026-0001")
    ledger.shut()
    office = Office(name=clean(text), counter=clean(text))
    for addressee in (CAMAT, replace(TEKNISI, address=CAMAT.address)):
        written = lettertext.write(notice(addressee), held, office, now=NOON + 900)
        check_whole(smtp.compose(notice(addressee), sender="a@example.go.id", name=office.counter, text=written))


def test_a_line_with_a_single_dot_does_not_end_the_letter() -> None:
    written = lettertext.LetterText(subject=SafeText("x (JL-2026-0001)"), body="one\n.\n..two\nend\n")
    raw = smtp.compose(notice(), sender="a@example.go.id", name="", text=written)
    assert parsed(raw).get_content().replace("\r\n", "\n") == written.body


GOOD = {"server": "smtp.example.go.id", "sender": "jagaloket@example.go.id", "to": (MailTo(address="a@example.go.id"),)}


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_follows_the_security(security: str, port: int) -> None:
    assert MailSettings(**{**GOOD, "security": security}).effective_port == port  # type: ignore[arg-type] # as read
    assert MailSettings(**{**GOOD, "port": 2525}).effective_port == 2525  # type: ignore[arg-type] # as read


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"server": ""}, "server: "),
        ({"server": "smtp.example.go.id:25\r\n"}, "server: "),
        ({"port": 0}, "port: "),
        ({"port": 65_536}, "port: "),
        ({"sender": "jagaloket"}, "sender: "),
        ({"sender": "a@b.id\r\nBcc: c@d.id"}, "sender: "),
        ({"timeout_seconds": 0}, "timeout_seconds: "),
        ({"timeout_seconds": 3_600}, "timeout_seconds: "),
        ({"username": "jagaloket"}, "username: "),
        ({"password_file": Secret(Path("/x"))}, "username: "),
        ({"username": "a\r\nb", "password_file": Secret(Path("/x"))}, "username: "),
        ({"username": "a", "password_file": Secret(Path("/x")), "security": "none"}, "security: "),
        ({"to": ()}, "to: nobody"),
        ({"to": (MailTo(address="a@b.id"), MailTo(address="A@b.id"))}, "to: a@b.id stands twice"),
        ({"to": tuple(MailTo(address=f"a{index}@b.id") for index in range(51))}, "to: at most 50"),
    ],
)
def test_mistakes_in_mail_are_named_with_a_remedy(wrong: Mapping[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        MailSettings(**{**GOOD, **wrong})  # type: ignore[arg-type] # as read from a configuration


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b.id", "a b@c.id", "a@b..id", "nama@contöh.id", "<a@b.id>", "a@b.id\n"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"^address: "):
        MailTo(address=address)


def test_a_language_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^language: "):
        MailTo(address="a@b.id", language="jv")


def test_a_password_on_this_pc_itself_needs_no_tls() -> None:
    assert MailSettings(
        server="127.0.0.1",
        sender="a@b.id",
        to=(MailTo(address="a@b.id"),),
        security="none",
        username="a",
        password_file=Secret(Path("/x")),
    )


def test_the_mail_channel_is_called_mail() -> None:
    assert Mail(MailSettings(**GOOD), OFFICE).name == "mail"  # type: ignore[arg-type] # as read


def several(*tickets: Ticket, addressee: Addressee = CAMAT, office: Office = OFFICE, now: float = NOON) -> LetterText:
    told = replace(notice(addressee), others=tickets[1:])
    return lettertext.write(told, tickets[0], office, now=now)


def test_a_letter_about_several_tickets_names_what_stands_first() -> None:
    over = replace(ticket(recovered=NOON + 600, status=Status.RECOVERED), number="JL-2026-0002")
    minor = replace(ticket(), number="JL-2026-0003", severity=Severity.NOTICE, code="toner-low")
    letter = several(over, minor, ticket())
    assert letter.subject == "[Loket 1] Ringkasan: 2 gangguan masih berlangsung, 1 sudah normal kembali"
    for written in (letter.body, letter.html):
        places = [written.index(number) for number in ("JL-2026-0001", "JL-2026-0003", "JL-2026-0002")]
        assert places == sorted(places)
    assert "Alat sidik jari tidak terhubung (sudah normal kembali)\n" in letter.body
    assert "Lama gangguan: 10 menit\n" in letter.body


def test_the_letter_before_opening_says_so() -> None:
    office = replace(OFFICE, hours={"mon-fri": "12:10-16:00"})
    assert several(ticket(), ticket(), office=office).subject.startswith("[Loket 1] Sebelum loket dibuka: 2 gangguan")
    evening = several(ticket(), ticket(), office=office, now=NOON + 6 * 3_600)
    assert evening.subject.startswith("[Loket 1] Ringkasan: ")


def test_a_letter_about_very_many_tickets_is_bounded_and_says_so() -> None:
    many = [replace(ticket(), number=f"JL-2026-{index:04}") for index in range(300)]
    letter = several(*many)
    assert "Dan 260 tiket lain; lihat papan JagaLoket di komputer loket." in letter.body
    assert len(letter.html) < 100_000


def test_the_technician_reads_the_evidence_of_each_ticket() -> None:
    assert several(ticket(), ticket(), addressee=TEKNISI).body.count("Kode gangguan: not-connected") == 2
    assert "not-connected" not in several(ticket(), ticket()).body


def test_a_letter_that_was_held_gives_the_true_reason() -> None:
    night = replace(OFFICE, hours={"mon-fri": "13:00-16:00"})
    written = lettertext.write(notice(), ticket(), night, now=NOON + 3_600).body
    assert "Gangguan ini terjadi di luar jam pelayanan." in written.replace("\n", " ")
    assert "terlambat karena" not in written


def test_a_reminder_says_how_long_nobody_has_attended() -> None:
    told = replace(notice(action=Action.ESCALATED), created=NOON + 7_200)
    letter = lettertext.write(told, ticket(), OFFICE, now=NOON + 7_200)
    assert letter.subject == "[Loket 1] Belum ditangani: Alat sidik jari tidak terhubung (JL-2026-0001)"
    assert "sudah berlangsung 2 jam dan belum ada yang menanganinya." in letter.body.replace("\n", " ")
    assert "Langkah pertama:\n" in letter.body
    assert "Surat ini dikirim" not in letter.body


def test_a_fault_that_returned_is_told_as_one_and_an_unstable_one_with_its_count() -> None:
    back = replace(ticket(), reopened=1, reopened_at=NOON, changes=7)
    body = lettertext.write(notice(), back, OFFICE, now=NOON).body
    assert body.startswith("Gangguan yang sama di Loket 1, Kantor Camat Medan Timur muncul lagi.")
    assert "Catatan: tidak stabil: sudah 7 kali hilang atau muncul\n" in body


def test_the_page_shows_what_the_text_says_without_saying_it_twice() -> None:
    page = lettertext.write(notice(), ticket(), OFFICE, now=NOON).html
    check_page(page)
    assert page.count("Alat sidik jari tidak terhubung") == 2, "in the title and as the headline"
    for said in (
        "Langkah pertama",
        "Perekaman sidik jari untuk KTP-el",
        "JL-2026-0001",
        "Petugas loket",
        'lang="id"',
    ):
        assert said in page


@pytest.mark.parametrize("tone", Tone)
def test_the_pages_colours_can_be_read_by_weak_eyes(tone: Tone) -> None:
    strong, pale = letterhtml._COLOURS[tone]
    assert contrast(strong, pale) >= 4.5
    assert contrast(strong, "#ffffff") >= 4.5
    assert contrast(letterhtml._TEXT, pale) >= 7


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
