"""The state folder: what stands in it, and that only one agent works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.config import ConfigError
from alerts import filelock, reserve

STORE = "store.db"


def prepare_state(folder: Path) -> None:
    """Make the state folder usable. Raises ConfigError with the remedy when it is not."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        reserve.give_back(folder / STORE)
        (folder / "agent.lock").touch(mode=0o600)
    except OSError as error:
        message = f"cannot write into the state folder: {error.strerror}; name another with --state, or mend its rights"
        raise ConfigError([f"{folder}: {message}"]) from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the state folder's lock: two agents on one store would raise every ticket twice."""
    with (folder / "agent.lock").open("r+") as lock:
        try:
            filelock.alone(lock.fileno())
        except OSError as error:
            message = "another agent works here; stop it first, or name another folder with --state"
            raise ConfigError([f"{folder}: {message}"]) from error
        yield


def is_running(folder: Path) -> bool:
    """Whether an agent holds this state folder."""
    try:
        with alone(folder):
            return False
    except ConfigError:
        return True
    except OSError:
        return False
