"""The shelf: one file offers one class, and only that file is imported."""

import sys
from pathlib import Path

import pytest

from probes import shelf
from probes.probe import Probe

PLUGIN = "from probes.probe import Probe\nclass Mine(Probe):\n    def read(self): ...\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"shelf_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "good.py").write_text(PLUGIN)
    (folder / "costly.py").write_text("raise RuntimeError('nobody asked for this file')\n")
    (folder / "two.py").write_text(PLUGIN + "class Other(Mine): ...\n")
    (folder / "none.py").write_text("from probes.probe import Probe\n")
    (folder / "_private.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_the_names_are_the_files(package: str) -> None:
    assert shelf.names(package) == ["costly", "good", "none", "two"]


def test_the_one_class_of_a_file_is_found_and_no_other_file_is_imported(package: str) -> None:
    assert shelf.find(package, "good", Probe).__name__ == "Mine"
    assert f"{package}.costly" not in sys.modules


def test_a_name_that_is_not_there_is_answered_with_those_that_are(package: str) -> None:
    with pytest.raises(LookupError, match="there are: costly, good, none, two"):
        shelf.find(package, "fax", Probe)


def test_a_path_is_no_name(package: str) -> None:
    with pytest.raises(LookupError):
        shelf.find(package, "../good", Probe)


@pytest.mark.parametrize("name", ["two", "none"])
def test_a_file_must_offer_exactly_one_class(package: str, name: str) -> None:
    with pytest.raises(TypeError, match="must define one Probe"):
        shelf.find(package, name, Probe)


def test_every_kind_of_the_product_stands_on_its_shelf() -> None:
    for name in shelf.names("probes.kinds"):
        assert issubclass(shelf.find("probes.kinds", name, Probe), Probe)
