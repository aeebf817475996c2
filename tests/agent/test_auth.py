"""Names and passwords: who is let in, and how little a stranger learns or costs."""

from base64 import b64encode
from collections.abc import Callable

import bcrypt
import pytest

from agent.auth import Users, Verdict

HASH = bcrypt.hashpw(b"rahasia", bcrypt.gensalt(4)).decode()
OTHER = bcrypt.hashpw(b"lain", bcrypt.gensalt(4)).decode()


def basic(name: str, password: str | bytes) -> str:
    raw = password if isinstance(password, bytes) else password.encode()
    return "Basic " + b64encode(name.encode() + b":" + raw).decode()


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which hashes were weighed with bcrypt."""
    hashes: list[str] = []
    real: Callable[[bytes, bytes], bool] = bcrypt.checkpw

    def checkpw(password: bytes, stored: bytes) -> bool:
        hashes.append(stored.decode())
        return real(password, stored)

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    return hashes


def users(clock: Callable[[], float] = lambda: 0.0) -> Users:
    return Users(hashes={"ani": HASH, "budi": OTHER}, clock=clock)


def test_the_right_password_is_welcome() -> None:
    assert users().check(basic("ani", "rahasia"), "192.0.2.1") is Verdict.WELCOME
    assert users().check(basic("budi", "lain").replace("Basic", "bAsIc"), "192.0.2.1") is Verdict.WELCOME


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b"\xff\xfe:x").decode(),
        "Bearer abc",
        basic("ani", "lain"),
        basic("ani", ""),
        basic("ani", "rahasia\0"),
        basic("ani", "rahasia" + "x" * 100),
        basic("ani", b"\xff" * 80),
        basic("", "rahasia"),
        basic("nobody", "rahasia"),
        basic("budi", "rahasia"),
    ],
)
def test_everything_else_is_wrong(header: str) -> None:
    assert users().check(header, "192.0.2.1") is Verdict.WRONG


def test_an_unknown_name_costs_as_much_as_a_wrong_password(weighed: list[str]) -> None:
    door = users()
    door.check(basic("ani", "wrong"), "192.0.2.1")
    door.check(basic("nobody", "wrong"), "192.0.2.1")
    assert len(weighed) == 2


def test_what_was_right_once_is_not_weighed_again(weighed: list[str]) -> None:
    door = users()
    for _ in range(5):
        assert door.check(basic("ani", "rahasia"), "192.0.2.1") is Verdict.WELCOME
    assert weighed == [HASH]
    assert door.check(basic("ani", "rahasi"), "192.0.2.1") is Verdict.WRONG
    assert door.check(basic("budi", "rahasia"), "192.0.2.1") is Verdict.WRONG


def test_knowing_a_hash_opens_nothing() -> None:
    door = users()
    door.check(basic("ani", "rahasia"), "192.0.2.1")
    assert door.check(basic("ani", HASH), "192.0.2.1") is Verdict.WRONG


def test_after_ten_wrong_tries_an_address_waits_a_minute(weighed: list[str]) -> None:
    clock = [0.0]
    door = users(lambda: clock[0])
    for _ in range(10):
        assert door.check(basic("ani", "wrong"), "192.0.2.1") is Verdict.WRONG
    assert door.check(basic("ani", "rahasia"), "192.0.2.1") is Verdict.TOO_MANY
    assert len(weighed) == 10
    assert door.check(basic("ani", "rahasia"), "192.0.2.2") is Verdict.WELCOME
    clock[0] = 60.0
    assert door.check(basic("budi", "lain"), "192.0.2.1") is Verdict.WELCOME


def test_who_is_known_is_let_in_even_from_an_address_that_waits() -> None:
    door = users()
    door.check(basic("ani", "rahasia"), "192.0.2.1")
    for _ in range(11):
        door.check(basic("ani", "wrong"), "192.0.2.1")
    assert door.check(basic("ani", "rahasia"), "192.0.2.1") is Verdict.WELCOME


def test_a_second_weighing_at_the_same_time_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    door = users()
    meanwhile: list[Verdict] = []

    def checkpw(password: bytes, stored: bytes) -> bool:
        del password, stored
        meanwhile.append(door.check(basic("budi", "lain"), "192.0.2.2"))
        return True

    monkeypatch.setattr(bcrypt, "checkpw", checkpw)
    assert door.check(basic("ani", "rahasia"), "192.0.2.1") is Verdict.WELCOME
    assert meanwhile == [Verdict.TOO_MANY]


def test_memory_stays_bounded_however_many_try() -> None:
    door = Users(hashes={"ani": HASH}, tries=0)
    for number in range(1000):
        door.check(basic("ani", "x"), f"2001:db8::{number:x}")
    assert len(door._tries) <= 256
