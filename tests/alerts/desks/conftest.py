"""Each test of the contract runs with every desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.desks.rig import FAKES, HELPDESKS, Counter, secret
from tests.fakes.desks.server import TOKEN, FakeDesk


@pytest.fixture(params=FAKES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fake(name: str) -> Iterator[FakeDesk]:
    with FAKES[name][0]() as made:
        yield made


@pytest.fixture
def counter(name: str, fake: FakeDesk, tmp_path: Path) -> Iterator[Counter]:
    desk = FAKES[name][1](fake.url, secret(tmp_path, TOKEN))
    made = Counter(tmp_path, desk, name=name)
    yield made
    desk.close()
    made.book.shut()


__all__ = ["HELPDESKS", "counter", "fake", "name"]
