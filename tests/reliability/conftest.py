"""What several of these tests use."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is one: for stores that are many, and that nobody needs to flush."""
    place = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=place if place.is_dir() else None) as folder:
        yield Path(folder)
