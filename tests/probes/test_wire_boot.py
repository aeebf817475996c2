"""Unclean restarts by boot id."""

from pathlib import Path

import pytest

from probes.wire import boot


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "LAST", [])


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
