"""The examples in docs/printers.md are configurations that the agent takes."""

import re
import tomllib
from pathlib import Path

import pytest

from agent.config import parse
from agent.options import Mistakes

TEXT = (Path(__file__).parents[1] / "docs" / "printers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_taken_as_it_stands(example: str) -> None:
    mistakes = Mistakes()
    tables = tomllib.loads(example)
    config = parse(tables, mistakes)
    assert mistakes == []
    assert len(config.watched) == len(tables["device"])


def test_every_kind_of_printer_has_an_example() -> None:
    kinds = {table["kind"] for example in EXAMPLES for table in tomllib.loads(example)["device"].values()}
    assert kinds == {path.stem for path in Path(__file__).parents[1].glob("probes/kinds/printer_*.py")}
