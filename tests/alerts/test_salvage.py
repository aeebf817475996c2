"""A damaged store never keeps the agent from starting, and gives back what can be read."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts import disk, schema
from alerts import salvage as salvaging
from alerts.ledger import Ledger
from probes.reading import State
from tests.alerts.make import CAMAT, NOON, fault, open_ledger, scanner

TICKETS = 120


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with many tickets, all of it in one file."""
    folder = tmp_path_factory.mktemp("sound")
    ledger = open_ledger(folder)
    for index in range(TICKETS):
        ledger.begin(scanner(), fault(f"code-{index}", detail="x" * 200), since=NOON, addressees=(CAMAT,))
        ledger.record_state("sidik-jari", State.FAILED, NOON + index)
    ledger.shut()
    return folder / "state" / "store.db"


@pytest.fixture
def store(sound: Path, tmp_path: Path) -> Path:
    path = tmp_path / "state" / "store.db"
    path.parent.mkdir()
    shutil.copy(sound, path)
    return path


def begin(ledger: Ledger) -> str:
    return ledger.begin(scanner(), fault("afterwards"), since=NOON, addressees=(CAMAT,)).number


def zero_page(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek((number - 1) * 4096)
        file.write(b"\xa5" * 4096)


def root_page(path: Path, name: str) -> int:
    with sqlite3.connect(path) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    connection.close()
    return int(page)


def test_a_sound_store_is_not_salvaged(store: Path, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    assert ledger.salvage is None
    assert len(ledger.standing()) == TICKETS
    ledger.shut()
    assert not list(store.parent.glob("*.bad-*"))


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 + 100)


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(50_000))  # noqa: S311 - a fixed garbage


def wrong_schema(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE history")
    connection.close()


def wrong_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 77")
    connection.close()


def foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE cookies (a, b)")
    connection.close()


def lost_tickets(path: Path) -> None:
    zero_page(path, root_page(path, "ticket"))


@pytest.mark.parametrize("damage", [truncate, garbage, wrong_schema, wrong_version, foreign, lost_tickets])
def test_a_damaged_store_is_moved_aside_and_the_agent_goes_on(
    store: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(store)
    damaged = store.read_bytes()
    ledger = open_ledger(tmp_path)
    assert ledger.salvage is not None
    assert ledger.salvage.moved_to == store.with_name("store.db.bad-1")
    assert ledger.salvage.moved_to.read_bytes()[100:] == damaged[100:]
    assert "the store was damaged" in str(ledger.salvage)
    schema.check(ledger._store.connection, store)
    number = begin(ledger)
    assert ledger.ticket(number).code == "afterwards"
    ledger.shut()
    assert open_ledger(tmp_path).salvage is None


@pytest.mark.parametrize("damage", [wrong_schema, wrong_version])
def test_what_is_whole_is_saved_whole(store: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    damage(store)
    ledger = open_ledger(tmp_path)
    assert len(ledger.standing()) == TICKETS
    assert len(ledger.tickets(limit=1_000)) == TICKETS
    assert ledger.notices.counts() == {("mail", "new"): TICKETS}
    assert ledger.last_states() == {"sidik-jari": (State.FAILED, NOON + TICKETS - 1)}
    assert ledger.salvage is not None
    assert ledger.salvage.kept["ticket"] == TICKETS


def test_one_bad_page_costs_only_its_own_rows(store: Path, tmp_path: Path) -> None:
    with sqlite3.connect(store) as connection:
        leaf = (
            connection.execute(
                "SELECT pageno FROM dbstat WHERE name = 'ticket' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 3"
            ).fetchone()
            if _has_dbstat(connection)
            else None
        )
    connection.close()
    if leaf is None:
        pytest.skip("this SQLite has no dbstat table to find a page by")
    zero_page(store, leaf[0])
    ledger = open_ledger(tmp_path)
    saved = len(ledger.tickets(limit=1_000))
    assert TICKETS - 40 < saved < TICKETS
    assert len(ledger.standing()) == saved


def _has_dbstat(connection: sqlite3.Connection) -> bool:
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    return "ENABLE_DBSTAT_VTAB" in options


def test_flipped_bytes_anywhere_never_stop_the_agent(sound: Path, tmp_path: Path) -> None:
    dice = random.Random(7)  # noqa: S311 - the same flips every time
    whole = sound.read_bytes()
    for round_ in range(60):
        path = tmp_path / str(round_) / "state" / "store.db"
        path.parent.mkdir(parents=True)
        content = bytearray(whole)
        for _ in range(dice.choice((1, 8, 200))):
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        path.write_bytes(content)
        ledger = open_ledger(tmp_path / str(round_))
        assert begin(ledger) in {one.number for one in ledger.tickets(limit=5)}
        ledger.standing()
        ledger.shut()


def test_a_column_renamed_by_a_flipped_bit_is_damage(store: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("ALTER TABLE ticket RENAME COLUMN taken_by TO uaken_by")
    connection.commit()
    connection.close()
    ledger = open_ledger(tmp_path)
    assert ledger.salvage is not None
    assert ledger.salvage.kept["ticket"] == TICKETS


def test_numbers_are_never_given_twice_after_a_loss(store: Path, tmp_path: Path) -> None:
    lost_tickets(store)
    ledger = open_ledger(tmp_path)
    assert int(begin(ledger).rpartition("-")[2]) > TICKETS


def test_what_stood_only_in_the_log_is_saved_too(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    number = begin(ledger)
    connection = ledger._store.connection
    connection.execute("UPDATE meta SET value = 'nonsense' WHERE key = 'schema'")
    path = tmp_path / "state" / "store.db"
    copy = tmp_path / "copy" / "state"
    copy.mkdir(parents=True)
    for file in ("store.db", "store.db-wal"):
        shutil.copy(path.with_name(file), copy)
    ledger.shut()
    again = open_ledger(tmp_path / "copy")
    assert again.salvage is not None
    assert again.ticket(number).code == "afterwards"
    assert (copy / "store.db.bad-1-wal").exists()


@pytest.mark.parametrize("moment", ["before the old is moved", "after the old is moved"])
def test_a_repair_that_was_interrupted_is_finished(
    store: Path, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong_schema(store)
    power = "the power went"

    def cut(path: Path) -> Path:
        if moment == "after the old is moved":
            real(path)
        raise KeyboardInterrupt(power)

    real = salvaging._move_aside
    monkeypatch.setattr(salvaging, "_move_aside", cut)
    with pytest.raises(KeyboardInterrupt):
        open_ledger(tmp_path)
    monkeypatch.undo()
    ledger = open_ledger(tmp_path)
    assert ledger.salvage is not None
    assert len(ledger.standing()) == TICKETS
    ledger.shut()
    assert open_ledger(tmp_path).salvage is None


def test_a_damaged_store_that_others_have_open_is_left_to_its_owner(store: Path, tmp_path: Path) -> None:
    owner = open_ledger(tmp_path)
    owner._store.connection.execute("UPDATE meta SET value = 'nonsense' WHERE key = 'schema'")
    with pytest.raises(OSError, match="in use"):
        Ledger.open(store)
    assert not list(store.parent.glob("*.bad-*"))


def test_only_so_many_damaged_files_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"
    path.parent.mkdir()
    for _ in range(salvaging.KEPT_BAD + 3):
        garbage(path)
        open_ledger(tmp_path).shut()
    kept = sorted(file.name for file in path.parent.glob("*.bad-*"))
    assert len(kept) == salvaging.KEPT_BAD
    assert f"store.db.bad-{salvaging.KEPT_BAD + 3}" in kept


def test_a_store_whose_making_was_interrupted_is_made_whole(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"
    disk.make_folder(path.parent)
    disk.create(path)
    assert path.stat().st_size == 0
    open_ledger(tmp_path).shut()
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    ledger = open_ledger(tmp_path)
    assert ledger.salvage is None
    assert begin(ledger) == "JL-2026-0001"


def test_the_folder_is_on_disk_before_the_first_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []

    def note(folder: Path) -> None:
        flushed.append(",".join(sorted(file.name for file in folder.iterdir())))

    monkeypatch.setattr(disk, "sync_folder", note)
    open_ledger(tmp_path).shut()
    assert flushed == [
        "state",
        "store.db,store.db.lock",
        "store.db,store.db.lock",
        "store.db,store.db-shm,store.db-wal,store.db.lock",
    ]
    open_ledger(tmp_path).shut()
    assert len(flushed) == 4


def test_a_store_that_root_repaired_stays_its_owners(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, int]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda _, uid, gid: given.append((uid, gid)))
    wrong_schema(store)
    owner = store.stat()
    open_ledger(tmp_path).shut()
    assert given == [(owner.st_uid, owner.st_gid)]
