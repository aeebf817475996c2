"""The disk at a power cut: what was flushed is there; of the rest, any part may be, down to single sectors.

A write that was not flushed is kept whole, lost, or torn at sectors of 512 bytes, each apart from the others. A name
(made, moved, deleted) is sure once the folder is flushed; names that were not are kept up to some moment, in order,
as a journalling file system does (ext4, XFS); flushing a file keeps the names before, too, unless strict.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.reliability.trace import Name, Op, Resize, Said, Sync, Write

SECTOR = 512
Fate = Literal["none", "all", "some", "torn"]
FATES: tuple[Fate, ...] = ("none", "all", "some", "torn")


@dataclass(slots=True)
class _Disk:
    """sure: the content of each file that is on disk; loose: what was not flushed, in order."""

    strict: bool
    sure: dict[int, bytearray] = field(default_factory=dict)
    loose: dict[int, list[Write | Resize]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    loose_names: list[Name] = field(default_factory=list)

    def do(self, op: Op) -> None:
        if isinstance(op, Write | Resize):
            self.loose.setdefault(op.file, []).append(op)
        elif isinstance(op, Name):
            self.loose_names.append(op)
        elif isinstance(op, Sync):
            self._sync(op.file)

    def _sync(self, file: int | None) -> None:
        if file is not None:
            content = self.sure.setdefault(file, bytearray())
            for change in self.loose.pop(file, []):
                _apply(content, change)
        if file is None or not self.strict:
            for name in self.loose_names:
                _name(self.names, name)
            self.loose_names = []

    def cut(self, fate: Fate, dice: random.Random) -> dict[str, bytes]:
        """The files that are found after the power cut."""
        names = dict(self.names)
        kept = {"none": 0, "all": len(self.loose_names)}.get(fate, dice.randint(0, len(self.loose_names)))
        for name in self.loose_names[:kept]:
            _name(names, name)
        return {name: self._content(file, fate, dice) for name, file in names.items()}

    def _content(self, file: int, fate: Fate, dice: random.Random) -> bytes:
        content = bytearray(self.sure.get(file, b""))
        for change in self.loose.get(file, []):
            if fate == "all" or (fate == "some" and dice.random() < 0.5):
                _apply(content, change)
            elif fate == "torn":
                for part in _sectors(change):
                    if dice.random() < 0.5:
                        _apply(content, part)
        return bytes(content)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is found after one power cut. promised: the lines that the program had said."""

    after: int
    fate: Fate
    files: dict[str, bytes]
    promised: tuple[str, ...]

    def put(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        folder.mkdir()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def states(ops: Sequence[Op], count: int, *, seed: int, strict: bool = False) -> Iterator[State]:
    """So many power cuts at random moments of a recorded run, in its order."""
    dice = random.Random(seed)  # noqa: S311 - the same cuts every time
    cuts = sorted((dice.randint(1, len(ops)), dice.choice(FATES)) for _ in range(count))
    disk, said, done = _Disk(strict=strict), list[str](), 0
    for after, fate in cuts:
        for op in ops[done:after]:
            disk.do(op)
            if isinstance(op, Said):
                said.append(op.line)
        done = after
        yield State(after=after, fate=fate, files=disk.cut(fate, dice), promised=tuple(said))


def _apply(content: bytearray, change: Write | Resize) -> None:
    if isinstance(change, Resize):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    if len(content) < change.at:
        content.extend(bytes(change.at - len(content)))
    content[change.at : change.at + len(change.data)] = change.data


def _sectors(change: Write | Resize) -> Iterator[Write | Resize]:
    if isinstance(change, Resize):
        yield change
        return
    at, end = change.at, change.at + len(change.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield Write(file=change.file, at=at, data=change.data[at - change.at : until - change.at])
        at = until


def _name(names: dict[str, int], change: Name) -> None:
    if change.file is None:
        names.pop(change.name, None)
    else:
        names[change.name] = change.file
