"""Unclean restarts by boot id."""

from pathlib import Path

import pytest

from probes.wire import boot, clock


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "LAST", [])
    monkeypatch.setattr(clock, "FLOOR", clock.Floor())


def test_the_kernel_names_its_boots() -> None:
    assert len(boot.boot_id()) == 36
    assert boot.boot_id(Path("/nonexistent")) == ""


def test_the_first_run_lost_nothing(tmp_path: Path) -> None:
    assert not boot.begin(tmp_path).lost_power
    assert len(boot.LAST) == 1


def test_a_new_boot_without_a_stop_means_that_power_was_lost(tmp_path: Path) -> None:
    boot.begin(tmp_path, boot="one")
    last = boot.begin(tmp_path, boot="two")
    assert last.lost_power
    assert last.last_seen > 0
    assert [last] == boot.LAST


def test_a_new_boot_after_a_stop_is_in_order(tmp_path: Path) -> None:
    boot.begin(tmp_path, boot="one")
    boot.end(tmp_path)
    assert not boot.begin(tmp_path, boot="two").lost_power


def test_an_agent_that_was_killed_in_the_same_boot_is_no_power_cut(tmp_path: Path) -> None:
    boot.begin(tmp_path)
    boot.tick(tmp_path)
    assert not boot.begin(tmp_path).lost_power


@pytest.mark.parametrize("rubbish", [b"", b"running", b"\xff\xfe", b"\0" * 5000])
def test_a_torn_mark_is_no_evidence(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / "last-run").write_bytes(rubbish)
    assert not boot.begin(tmp_path, boot="two").lost_power


def test_a_kernel_without_boot_ids_is_no_evidence(tmp_path: Path) -> None:
    boot.begin(tmp_path, boot="one")
    assert not boot.begin(tmp_path, boot="").lost_power


def test_the_mark_carries_the_last_time_known_over_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "kernel_clock", lambda: None)
    boot.begin(tmp_path, boot="one")
    known = clock.FLOOR.seconds
    assert known > clock.RELEASE_EPOCH_SECONDS
    monkeypatch.setattr(clock, "FLOOR", clock.Floor())
    monkeypatch.setattr("time.time", lambda: known - 100 * 86_400)
    for _ in range(3):
        assert boot.begin(tmp_path, boot="two").last_seen > 0
        assert abs(clock.FLOOR.seconds - known) < 1
        assert not clock.trusted()
        boot.tick(tmp_path)
        boot.end(tmp_path)


@pytest.mark.parametrize("word", ["", " x", " -5", " nan", " 99999999999999999999999"])
def test_a_mark_without_a_time_tells_how_the_run_ended_all_the_same(tmp_path: Path, word: str) -> None:
    (tmp_path / "last-run").write_text(f"running one{word}\n", encoding="ascii")
    assert boot.begin(tmp_path, boot="two").lost_power
    assert clock.FLOOR.seconds < 4e9
