"""The skeletons in CONTRIBUTING.md work as they stand there."""

import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from agent.options import Mistakes, build
from alerts.desk import Desk, Errand
from alerts.incident import DeliveryError
from alerts.words import words
from probes import shelf
from probes.probe import Probe
from probes.reading import ProbeError, Severity
from probes.text import clean

SKELETONS = re.findall(
    r"^```python\n(.*?)^```", (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL
)


@pytest.fixture
def kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Probe]]:
    folder = tmp_path / "recipe_kinds"
    folder.mkdir()
    (folder / "shutter.py").write_text(SKELETONS[0])
    monkeypatch.syspath_prepend(tmp_path)
    yield shelf.find("recipe_kinds", "shutter", Probe)
    for name in [name for name in sys.modules if name.startswith("recipe_kinds")]:
        del sys.modules[name]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - a class made at run time
    module = ModuleType("recipe_desk")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(SKELETONS[1], vars(module))  # noqa: S102 - our own page
    return vars(module)["Share"](file=tmp_path / "share" / "orders.txt")


def test_the_probe_of_the_recipe_is_configured_by_its_fields(kind: type[Probe], tmp_path: Path) -> None:
    contact = tmp_path / "contact"
    contact.write_text("closed")
    probe = build(kind, {"file": str(contact)}, ("device", "shutter"), Mistakes())
    assert probe is not None
    assert [fault.code for fault in probe.read().faults] == ["cover-open"]
    contact.write_text("open\n")
    assert probe.read().faults == ()


def test_the_probe_of_the_recipe_knows_the_difference_between_broken_and_not_seen(
    kind: type[Probe], tmp_path: Path
) -> None:
    probe = build(kind, {"file": str(tmp_path / "gone")}, ("device", "shutter"), Mistakes())
    assert probe is not None
    with pytest.raises(ProbeError, match="is the contact's driver running"):
        probe.read()


def test_a_mistake_in_the_options_of_the_recipe_names_its_place(kind: type[Probe]) -> None:
    mistakes = Mistakes()
    assert build(kind, {"file": "here"}, ("device", "shutter"), mistakes) is None
    assert mistakes[0].path == ("device", "shutter", "file")


def test_the_desk_of_the_recipe_says_what_came_of_it(desk: Desk, tmp_path: Path) -> None:
    errand = Errand(
        key="JL-2026-0001-ABCDEFGHIJKL",
        step="opened-1",
        title=clean("[Loket 1] disk-full"),
        text="",
        severity=Severity.BLOCKING,
        say=words("id"),
        place="Loket 1",
        opens=True,
    )
    orders = tmp_path / "share" / "orders.txt"
    for act in (desk.self_test, partial(desk.deliver, errand)):
        with pytest.raises(DeliveryError, match="mount the share") as absent:
            act()
        assert not absent.value.permanent
    orders.mkdir(parents=True)
    desk.self_test()
    with pytest.raises(DeliveryError, match="is a folder") as refused:
        desk.deliver(errand)
    assert refused.value.permanent
    orders.rmdir()
    desk.deliver(errand)
    assert orders.read_text() == "[JL-2026-0001-ABCDEFGHIJKL/opened-1] [Loket 1] disk-full\n"
