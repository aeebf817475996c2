"""Puts a file in place as a whole: a power cut leaves the old one or the new one, never a half."""

import os
import time
from contextlib import suppress
from pathlib import Path

from agent.config import ConfigError

MODE = 0o640
FOLDER_MODE = 0o750
GROUP = "jagaloket"


def check(path: Path) -> None:
    """Raise ConfigError when this file could not be written."""
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError([f"{path}: cannot be written by you; use sudo, or name another file with --write"])


def put(path: Path, text: str) -> None:
    """Write a file for its owner and the agent's group only. Raises ConfigError; then nothing has changed."""
    trial = path.with_name(f".{path.name}.new")
    try:
        if not path.parent.exists():
            path.parent.mkdir(mode=FOLDER_MODE, parents=True)
            _give_to_group(path.parent)
        trial.unlink(missing_ok=True)
        with os.fdopen(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            _give_to_group(trial)
            trial.chmod(MODE)
            os.fsync(file.fileno())
        trial.replace(path)
        _sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            trial.unlink(missing_ok=True)
        raise ConfigError([f"{path}: cannot write it: {error.strerror}; check the folder and its rights"]) from error


def keep(path: Path) -> Path | None:
    """Keep what stands there under a name of its own; None when nothing does. Raises ConfigError."""
    if not path.exists():
        return None
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in range(100):
        kept = path.with_name(f"{path.name}.{stamp}{f'-{number}' if number else ''}.bak")
        try:
            os.link(path, kept)
        except FileExistsError:
            continue
        except OSError as error:
            raise ConfigError([f"{path}: cannot keep it as {kept}: {error.strerror}"]) from error
        return kept
    raise ConfigError([f"{path}: too many kept files of this second beside it; move some away"])


def _give_to_group(path: Path) -> None:
    """Root's files may be read by the service's group; elsewhere they are the user's own."""
    group = _group() if os.geteuid() == 0 else None
    if group is not None:
        os.chown(path, 0, group)


def _group() -> int | None:
    import grp  # noqa: PLC0415 - Unix only, as groups are

    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
