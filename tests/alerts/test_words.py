"""Every language says the same things, in the words of offices."""

import re
import string
import tomllib
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import agent
import probes
from agent.duties import shipped
from alerts.accept import best_language
from alerts.incident import Status, TicketType
from alerts.words import FaultWords, languages, words
from probes.printer import CAUSES
from probes.reading import Actor, Device, Severity, State
from probes.text import SafeText

# The list of fault codes in the contract with those who use this program.
CODES = re.findall(
    r"\S+",
    """
    media-empty media-low media-jam media-needed cover-open door-open interlock-open toner-empty toner-low
    marker-supply-empty marker-supply-low marker-waste-full marker-waste-almost-full input-tray-missing
    output-area-full output-area-almost-full opc-near-eol opc-life-over fuser-over-temp paused stopped offline
    maintenance-due service-needed other queue-stuck queue-stopped not-connected no-driver firmware-not-loaded
    unstable-connection slow-connection no-permission duplicate power-out cable-unplugged interface-errors no-address
    gateway-down internet-down dns-failed captive-portal internet-filtered service-down service-slow tls-invalid
    tls-expiring high-loss high-latency vpn-down disk-full disk-low disk-failing memory-low overheating clock-wrong
    on-battery battery-low battery-replace output-overload on-bypass output-off reboot-unclean reboot-required
    process-not-running service-failed port-not-listening file-stale not-responding not-observable store-damaged
    undelivered
    """,
)
ROLES = re.findall(
    r"\S+",
    "fingerprint iris signature-pad card-reader camera document-scanner receipt-printer card-printer office-printer "
    "label-printer ups link host software",
)


def table(language: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("alerts.locales").joinpath(f"{language}.toml").read_text("utf-8"))


def flat(values: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= flat(value, f"{path}/{key}") if isinstance(value, dict) else {f"{path}/{key}": value}
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_indonesian_is_the_first_language() -> None:
    assert languages()[0] == "id"
    assert "en" in languages()


@pytest.mark.parametrize("language", languages())
def test_each_language_has_the_same_keys_and_placeholders(language: str) -> None:
    reference, other = flat(table("id")), flat(table(language))
    assert other.keys() == reference.keys()
    for key, text in reference.items():
        assert type(other[key]) is type(text), key
        if isinstance(text, list):
            assert len(other[key]) == len(text), key
        elif not key.startswith("/date/"):
            assert placeholders(other[key]) == placeholders(text), key


@pytest.mark.parametrize("language", languages())
def test_no_text_is_empty_or_untidy(language: str) -> None:
    for key, text in flat(table(language)).items():
        for line in text if isinstance(text, list) else [text]:
            assert line.strip() == line != "", key
            assert "  " not in line, key
            assert line.isprintable(), key


@pytest.mark.parametrize("language", languages())
def test_every_code_has_words_of_its_own_for_every_role(language: str) -> None:
    say = words(language)
    for code in {*CODES, *CAUSES}:
        assert code in table(language)["fault"], code
        for role in (*ROLES, "", "unheard-of"):
            fault = say.fault(code, role)
            for text in (fault.title, fault.headline, fault.impact, fault.step):
                assert "{" not in text
            assert fault.impact.endswith(".")
            assert fault.step.endswith(".")
            assert not fault.title.endswith(".")


def test_every_code_that_the_code_names_has_words() -> None:
    known = table("id")["fault"]
    named = re.compile(r"""\b(?:fault\(\s*|code=)"([a-z]+(?:-[a-z]+)*)\"""")
    for room in (probes, agent):
        for file in Path(room.__path__[0]).rglob("*.py"):
            for code in named.findall(file.read_text("utf-8")):
                assert code in known, f"{file.name}: {code}"


@pytest.mark.parametrize("language", languages())
def test_every_role_has_a_name_and_a_consequence(language: str) -> None:
    assert {*ROLES, "agent", "other"} <= table(language)["role"].keys()
    for role in ROLES:
        assert words(language).fault("not-responding", role).title.startswith(words(language).role(role))


@pytest.mark.parametrize("language", languages())
def test_every_word_of_the_contract_is_translated(language: str) -> None:
    content = table(language)
    assert content["state"].keys() == {*State}
    assert content["severity"].keys() == {*Severity}
    assert content["actor"].keys() == {*Actor}
    assert content["status"].keys() == {*Status}
    assert content["type"].keys() == {*TicketType}
    assert content["task"].keys() == shipped().keys()
    assert content["note"].keys() == {
        *("taken", "recovered", "closed", "reopened", "returned", "wont-fix", "escalated"),
        *("symptom", "belongs", "merged", "unstable", "steady", "added", "filled"),
    }


def test_indonesian_uses_the_offices_words() -> None:
    text = " ".join(str(value) for value in flat(table("id")).values()).lower()
    for word in (
        "pencetak",
        "pengandar",
        "galat",
        "luring",
        "kehilangan",
        "antrian",
        "blanko",
        "retina",
        "buka penutup pencetak",
    ):
        assert not re.search(rf"\b{word}\b", text), word
    assert "pemohon" not in text


def test_a_role_changes_the_words_where_it_matters() -> None:
    say = words("id")
    assert say.fault("not-connected", "fingerprint").title == "Alat sidik jari tidak terhubung"
    assert say.fault("marker-supply-empty", "card-printer").title == "Ribbon habis"
    assert say.fault("marker-supply-empty", "office-printer").title == "Tinta habis"


def test_the_headline_names_the_device_once() -> None:
    say = words("id")
    assert say.fault("media-empty", "receipt-printer").headline == "Printer resi: Kertas habis"
    assert say.fault("not-connected", "iris").headline == "Alat iris mata tidak terhubung"


def test_a_device_is_called_by_its_label_and_without_one_by_its_role() -> None:
    say = words("id")
    labelled = Device(id="p1", kind="usb", label=SafeText("Printer resi belakang"), role="receipt-printer")
    bare = Device(id="p1", kind="usb", label=SafeText("p1"), role="receipt-printer")
    computer = Device(id="pc", kind="host", label=SafeText("pc"), role="pc")
    strange = Device(id="x1", kind="odd", label=SafeText("x1"))
    assert [say.device(one) for one in (labelled, bare, computer, strange)] == [
        "Printer resi belakang",
        "Printer resi",
        "Komputer loket",
        "x1",
    ]
    assert say.of(labelled, "not-connected").title == "Printer resi belakang tidak terhubung"


@pytest.mark.parametrize("code", ["", "no-such-code", "title", "{0.__class__}"])
@pytest.mark.parametrize("role", ["", "title", "impact", "unheard-of"])
def test_an_unknown_code_has_an_honest_text(code: str, role: str) -> None:
    fault = words("id").fault(code, role)
    assert isinstance(fault, FaultWords)
    assert code in fault.title


def test_braces_in_a_label_stay_braces() -> None:
    assert words("id").fault("not-connected", "usb", device="{stops} {0}").title == "{stops} {0} tidak terhubung"


def test_an_unknown_language_is_the_reference() -> None:
    assert words("xx").state(State.OK) == words("id").state(State.OK)
    assert words("../id").state(State.OK) == words("id").state(State.OK)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("id", "Selasa, 24 November 2026 pukul 08.05 WIB"), ("en", "Tuesday, 24 November 2026, 08:05 WIB")],
)
def test_a_moment_is_written_as_offices_write_it(language: str, shown: str) -> None:
    moment = datetime(2026, 11, 24, 8, 5)  # noqa: DTZ001 - a clock face, not a moment in time
    assert words(language).date_time(moment, "WIB") == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "kurang dari 1 menit"),
        (20, "kurang dari 1 menit"),
        (60, "1 menit"),
        (3_599, "1 jam"),
        (8_100, "2 jam 15 menit"),
        (90_000, "1 hari 1 jam"),
        (86_400 + 120, "1 hari 2 menit"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, shown: str) -> None:
    assert words("id").duration(seconds) == shown


def test_the_agents_own_notes_are_translated_and_peoples_are_not() -> None:
    say = words("id")
    assert say.note("taken") == "Tiket diambil"
    assert say.note("closed: kabel diganti") == "Tiket ditutup: kabel diganti"
    assert say.note("kabel: sudah diganti") == "kabel: sudah diganti"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("en-US,en;q=0.9,id;q=0.8", "en"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("in", "id"),
        ("de, fr;q=0.5", "id"),
        ("de, en;q=0.5", "en"),
        ("en;q=0", "id"),
        ("en;q=x, id;q=0.1", "id"),
        ("\ud800;;;,,,q=", "id"),
    ],
)
def test_the_browsers_language_is_followed(header: str, language: str) -> None:
    assert best_language(header) == language
