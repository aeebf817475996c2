"""An old store becomes a new one, wholly or not at all."""

import errno
import sqlite3
import stat
from pathlib import Path

import pytest

from alerts import backup, migrations, schema
from probes.reading import State
from tests.alerts import oldstore
from tests.alerts.make import CAMAT, NOON, fault, open_ledger, scanner

NEXT = ("ALTER TABLE ticket ADD COLUMN priority INTEGER NOT NULL DEFAULT 3", "CREATE TABLE window (a INTEGER) STRICT")
BROKEN = ("CREATE TABLE window (a INTEGER) STRICT", "ALTER TABLE nowhere ADD COLUMN x")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    ledger = open_ledger(tmp_path)
    ledger.begin(scanner(), fault(), since=NOON, addressees=(CAMAT,))
    ledger.record_state("sidik-jari", State.FAILED, NOON)
    ledger.shut()
    return tmp_path


def release(monkeypatch: pytest.MonkeyPatch, statements: tuple[str, ...]) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*migrations.MIGRATIONS, statements))
    monkeypatch.setattr(schema, "VERSION", migrations.VERSION + 1)


def version(folder: Path) -> int:
    connection = sqlite3.connect(folder / "state" / "store.db")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return int(found)


def test_a_new_release_brings_the_store_along(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(monkeypatch, NEXT)
    ledger = open_ledger(old)
    assert ledger.salvage is None
    assert version(old) == migrations.VERSION + 1
    assert len(ledger.standing()) == 1
    assert ledger._store.connection.execute("SELECT priority FROM ticket").fetchone()[0] == 3
    ledger.shut()
    assert open_ledger(old).salvage is None


def test_the_release_before_refuses_the_new_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(monkeypatch, NEXT)
    open_ledger(old).shut()
    monkeypatch.undo()
    with pytest.raises(ValueError, match="newer version"):
        open_ledger(old)


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(monkeypatch, BROKEN)
    with pytest.raises(OSError, match="cannot be used"):
        open_ledger(old)
    monkeypatch.undo()
    assert version(old) == migrations.VERSION
    ledger = open_ledger(old)
    assert ledger.salvage is None
    assert len(ledger.standing()) == 1


def test_every_release_so_far_is_brought_along_and_can_be_gone_back_to(tmp_path: Path) -> None:
    for earlier in range(1, migrations.VERSION):
        folder = tmp_path / str(earlier) / "state"
        folder.mkdir(parents=True)
        oldstore.make(folder / "store.db", earlier)
        ledger = open_ledger(folder.parent)
        assert ledger.salvage is None
        assert len(ledger.standing()) == oldstore.ROWS
        ledger.shut()
        copy = folder / f"store.db.schema-{earlier}"
        assert oldstore.counted(folder / "store.db") == oldstore.counted(copy) == oldstore.WHOLE
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        assert [file.name for file in folder.iterdir() if "schema" in file.name] == [copy.name]


def test_a_new_store_needs_no_copy(old: Path) -> None:
    open_ledger(old).shut()
    assert backup.made(old / "state" / "store.db") == []


def test_the_newest_copies_are_kept(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, first = old / "state" / "store.db", migrations.VERSION
    for later in range(backup.KEPT + 2):
        newer = tuple((f"CREATE TABLE t{n} (a)",) for n in range(later + 1))
        monkeypatch.setattr(schema, "MIGRATIONS", (*migrations.MIGRATIONS, *newer))
        monkeypatch.setattr(schema, "VERSION", first + later + 1)
        open_ledger(old).shut()
    last = first + backup.KEPT + 1
    assert sorted(backup.made(store)) == list(range(last - backup.KEPT + 1, last + 1))


def test_without_room_for_a_copy_nothing_is_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(_: Path) -> None:
        raise full

    monkeypatch.setattr("alerts.disk.sync_file", fail)
    release(monkeypatch, NEXT)
    with pytest.raises(OSError, match="No space left"):
        open_ledger(old)
    assert version(old) == migrations.VERSION
    assert not list((old / "state").glob("*.schema*"))


def test_a_store_that_a_failed_migration_damaged_is_put_back(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ("DELETE FROM incident", "COMMIT", "BEGIN", "ALTER TABLE nowhere ADD COLUMN x")
    release(monkeypatch, broken)
    monkeypatch.setattr(schema, "_unsound", lambda _: "a page is gone")
    with pytest.raises(OSError, match="cannot be used"):
        open_ledger(old)
    monkeypatch.undo()
    ledger = open_ledger(old)
    assert ledger.salvage is None
    assert len(ledger.standing()) == 1


def test_a_refused_newer_store_is_left_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(monkeypatch, NEXT)
    open_ledger(old).shut()
    monkeypatch.undo()
    before = (old / "state" / "store.db").read_bytes()
    with pytest.raises(ValueError, match=rf"newer version.*put .*store\.db\.schema-{migrations.VERSION} back"):
        open_ledger(old)
    assert (old / "state" / "store.db").read_bytes() == before


def test_an_old_store_that_is_damaged_is_saved_into_the_new_one(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(old / "state" / "store.db")
    connection.execute("PRAGMA user_version = 55")
    connection.commit()
    connection.close()
    release(monkeypatch, NEXT)
    ledger = open_ledger(old)
    assert ledger.salvage is not None
    assert len(ledger.standing()) == 1
    assert ledger.last_states() == {"sidik-jari": (State.FAILED, NOON)}


def test_an_sqlite_without_strict_tables_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(OSError, match=r"3\.37 or newer"):
        open_ledger(tmp_path)


def test_a_repair_on_a_full_disk_leaves_the_damaged_store_alone(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(old / "state" / "store.db")
    connection.execute("PRAGMA user_version = 55")
    connection.commit()
    connection.close()
    real = schema.connect

    def tight(path: Path) -> sqlite3.Connection:
        made = real(path)
        if path.name.endswith(".new"):
            pages = made.execute("PRAGMA page_count").fetchone()[0]
            made.execute("CREATE TABLE filler (a)")
            made.execute(f"PRAGMA max_page_count = {pages + 1}")
            made.execute(
                "CREATE TEMP TRIGGER full AFTER INSERT ON ticket "
                "BEGIN INSERT INTO filler VALUES (zeroblob(100000)); END"
            )
        return made

    monkeypatch.setattr(schema, "connect", tight)
    with pytest.raises(OSError, match="could not be repaired"):
        open_ledger(old)
    assert not list((old / "state").glob("*.bad-*"))
    monkeypatch.undo()
    ledger = open_ledger(old)
    assert ledger.salvage is not None
    assert len(ledger.standing()) == 1
