"""The configuration: each mistake is named by path, line and remedy."""

from pathlib import Path

import pytest

from agent.config import ConfigError, Function, load
from agent.lines import line_of
from alerts.tickets.rt import RequestTracker
from probes.secret import Secret

FIXTURES = Path(__file__).parents[1] / "fixtures" / "config"

WANTED = {
    "invalid-not-toml": ["not valid TOML", "line 1"],
    "invalid-duplicate-device": ["not valid TOML", "line 4"],
    "invalid-unknown-table": [":1: ofice: unknown table", "office"],
    "invalid-unknown-key-in-office": [":2: office.nama: unknown key", "name"],
    "invalid-unknown-key-in-device": [":3: device.pc.colour: unknown key", "interval_seconds"],
    "invalid-unknown-kind": [":2: device.fax.kind: there is no kind 'telefax'", "host"],
    "invalid-missing-kind": [":1: device.pc.kind: is missing", "host"],
    "invalid-device-id-with-space": ["device.printer resi: an id is made of"],
    "invalid-device-is-no-table": [":2: device.pc: must be a table"],
    "invalid-wrong-type-label": [":3: device.pc.label: must be a text in quotes, not a number (7)"],
    "invalid-wrong-type-interval": [":3: device.pc.interval_seconds: ", "number"],
    "invalid-interval-zero": [":3: device.pc.interval_seconds: must be above 0"],
    "invalid-confirm-zero-looks": [":3: device.pc.confirm.looks: must be 1 or more"],
    "invalid-confirm-unknown-key": [":3: device.pc.confirm.look: unknown key", "looks"],
    "invalid-impossible-usb-match": [":3: device.sidik-jari.match.vendor: ", "zzzz"],
    "invalid-empty-usb-match": [":3: device.sidik-jari.match: "],
    "invalid-function-needs-unknown-device": [":6: function.cetak.needs[1]: there is no [device.printer-resi]", "pc"],
    "invalid-function-without-needs": [":1: function.cetak.needs: is missing"],
    "invalid-timezone": [":2: office.timezone: ", "Asia/Medan"],
    "invalid-hours-backwards": [":2: office.hours: "],
    "invalid-language": [":2: office.language: ", "jv"],
    "invalid-mail-without-sender": [":1: mail.sender: is missing"],
    "invalid-mail-role": [":7: mail.to[0].role: ", "technician"],
    "invalid-mail-security": [":3: mail.security: ", "starttls"],
    "invalid-mail-password-file-missing": [":4: mail.password_file: cannot read /nonexistent/smtp.password", "0640"],
    "invalid-web-open-to-all": [":2: web.listen: ", "TLS|cert_file"],
    "invalid-web-no-port": [":2: web.listen: ", "9776"],
    "invalid-desk-unknown": [":1: desk.fax: there is no desk 'fax'"],
    "invalid-desk-unknown-key": [":4: desk.rt.queu: unknown key", ":3: desk.rt.token_file: not a usable secret"],
    "invalid-two-mistakes": [":2: office.timezone: ", ":6: device.pc.colour: unknown key"],
    "invalid-depends-on-unknown-device": [":3: device.pc.depends_on[0]: there is no [device.hub]", "pc"],
    "invalid-depends-on-in-a-circle": [":3: device.pc.depends_on: goes in a circle (pc -> internet -> pc)"],
    "invalid-task-without-time": [":3: maintenance.debu.every: is missing", "3 months"],
    "invalid-task-every": [":2: maintenance.debu.every: '3 purnama' is no span", "2 weeks"],
    "invalid-task-rrule": [":2: maintenance.debu.rrule: FREQ must be one of"],
    "invalid-task-device": [":5: maintenance.debu.devices[0]: there is no [device.laser]", "pc"],
    "invalid-task-unknown-key": [":2: maintenance.card-printer-clean.evry: unknown key", "every"],
    "invalid-maintenance-shipped": [":2: maintenance.shipped: must be true or false"],
    "invalid-stock-takes": [":4: stock.blangko.takes: 'cookies' cannot be seen", "cards"],
    "invalid-stock-device": ["stock.blangko.takes.laser: there is no [device.laser]"],
    "invalid-stock-supply": ["stock.toner.supply: belongs to device"],
    "invalid-stock-unknown-key": [":2: stock.blangko.lo: unknown key", "low"],
    "invalid-not-utf8": ["is not UTF-8"],
}


def errors(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return caught.value.lines


def test_every_fixture_of_a_mistake_has_its_expectation() -> None:
    assert sorted(path.stem for path in FIXTURES.glob("invalid-*.toml")) == sorted(WANTED)


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_mistake_is_named_with_its_place_and_remedy(name: str) -> None:
    lines = errors(FIXTURES / f"{name}.toml")
    text = "\n".join(lines)
    for words in WANTED[name]:
        assert any(choice in text for choice in words.split("|")), text
    assert all(line.startswith(str(FIXTURES)) for line in lines)
    assert len(lines) == (2 if name in ("invalid-two-mistakes", "invalid-desk-unknown-key") else 1)


def test_a_desk_is_made_from_its_table(tmp_path: Path) -> None:
    token, file = tmp_path / "rt.token", tmp_path / "jagaloket.toml"
    token.write_text("canary-1\n")
    token.chmod(0o600)
    file.write_text(f'[desk.rt]\nurl = "https://rt.example.go.id"\ntoken_file = "{token}"\nqueue = "Loket"\n')
    desks = load(file).desks
    assert desks == {
        "rt": RequestTracker(url="https://rt.example.go.id", token_file=Secret(token), queue="Loket"),
    }
    assert "canary" not in repr(desks)


def test_a_valid_configuration_becomes_values() -> None:
    config = load(FIXTURES / "valid-full.toml")
    scanner = next(item for item in config.watched if item.device.id == "sidik-jari")
    assert (scanner.device.role, scanner.device.label, scanner.interval_seconds) == (
        "fingerprint",
        "Alat sidik jari",
        30.0,
    )
    assert scanner.confirm.good == 3
    assert scanner.device.asset["register"] == "0001"
    assert config.functions == (
        Function(id="perekaman", label=config.functions[0].label, needs=("sidik-jari", "internet")),
    )
    assert config.mail is not None
    assert config.office.name == "Kantor Camat Medan Timur"


def test_an_empty_configuration_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")
    assert load(path).watched == ()


def test_a_file_that_an_editor_of_windows_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    path.write_bytes(b'\xef\xbb\xbf[office]\r\nname = "Kantor Camat"\r\n')
    assert load(path).office.name == "Kantor Camat"


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    assert "cannot read it" in errors(tmp_path / "none.toml")[0]


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    assert "larger than 1 MiB" in errors(path)[0]


def mail(tmp_path: Path, secret: Path) -> Path:
    path = tmp_path / "mail.toml"
    path.write_text(
        f'[mail]\nserver = "smtp.example.go.id"\nusername = "u"\npassword_file = "{secret}"\n'
        'sender = "a@example.go.id"\n[[mail.to]]\naddress = "b@example.go.id"\nrole = "office"\n'
    )
    return path


def test_a_world_readable_secret_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("canary-7f3a\n")
    secret.chmod(0o644)
    text = errors(mail(tmp_path, secret))[0]
    assert f"chmod o-rwx {secret}" in text
    assert "canary" not in text


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("\n")
    secret.chmod(0o640)
    assert "empty" in errors(mail(tmp_path, secret))[0]


def test_a_secret_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "password"
    folder.mkdir()
    assert "cannot read" in errors(mail(tmp_path, folder))[0]


def test_a_good_secret_is_kept_as_a_path_and_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("canary-7f3a\n")
    secret.chmod(0o640)
    config = load(mail(tmp_path, secret))
    assert config.mail is not None
    assert config.mail.password_file == Secret(secret)
    assert "canary" not in repr(config)


def test_a_line_is_found_in_tables_lists_of_tables_and_dotted_keys() -> None:
    text = '[a]\nb.c = 1\n[[to]]\nx = 1\n[[to]]\nx = 2\n["q r"]\ny = 1\n'
    assert line_of(text, ("a", "b", "c")) == 2
    assert line_of(text, ("to", 0, "x")) == 4
    assert line_of(text, ("to", 1, "x")) == 6
    assert line_of(text, ("q r", "y")) == 8
    assert line_of(text, ("nowhere",)) is None
