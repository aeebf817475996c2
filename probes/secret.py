"""A secret that a configuration names by its file, never by its value."""

from dataclasses import dataclass
from pathlib import Path

_LIMIT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Secret:
    """A file that holds one secret (a community, a password, a token). Its repr shows the path only.

    In a configuration an option of this type is a path and its name ends in _file; the configuration
    refuses a file that others may read.
    """

    path: Path

    def reveal(self) -> str:
        """The secret: the file's first line. Raises OSError, or ValueError when it is empty or not UTF-8."""
        with self.path.open("rb") as file:
            line = file.read(_LIMIT_BYTES).split(b"\n", 1)[0].rstrip(b"\r")
        if not line:
            msg = f"{self.path} is empty: write the secret on its first line"
            raise ValueError(msg)
        return line.decode("utf-8")
