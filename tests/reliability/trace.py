"""What a program did to its files, as strace saw it (strace -xx -s): the input of the power-cut replay."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CALLS = "openat,close,lseek,write,pwrite64,ftruncate,fallocate,fsync,fdatasync,unlink,rename"
_LINE = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_STDOUT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Bytes into a file. Files are numbered in the order in which they were made."""

    file: int
    at: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Resize:
    """A file is cut, or grown with zeros."""

    file: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name now means this file; None: nothing."""

    name: str
    file: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sync:
    """A file is flushed; None: the folder is."""

    file: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The program said a line: what it names is promised from now on."""

    line: str


Op = Write | Resize | Name | Sync | Said


def missing() -> str:
    """Why a program cannot be traced here; "" where it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "this machine does not allow to trace a process"


def record(module: str, words: Sequence[str], folder: Path) -> list[Op]:
    """Run a module and return what it did to the files of one folder, in order."""
    log = folder.parent / f"{folder.name}.strace"
    call = ["strace", "-xx", "-s", "5000000", "-e", f"trace={_CALLS}", "-o", str(log), sys.executable, "-m", module]
    subprocess.run([*call, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=100)
    with log.open(encoding="ascii") as lines:
        found = list(_Reader(folder).read(lines))
    log.unlink()
    return found


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._prefix = f"{folder}/"
        self._folder = str(folder)
        self._names: dict[str, int] = {}
        self._open: dict[int, int | None] = {}
        self._at: dict[int, int] = {}
        self._made = 0

    def read(self, lines: Iterator[str]) -> Iterator[Op]:
        for line in lines:
            match = _LINE.match(line)
            if match is None or int(match[3]) < 0:
                continue
            yield from getattr(self, f"_{match[1]}")(match[2], int(match[3]))

    def _openat(self, words: str, handle: int) -> Iterator[Op]:
        path = _text(words)
        self._open.pop(handle, None)
        if path == self._folder:
            self._open[handle] = None
        if not path.startswith(self._prefix):
            return
        name = path.removeprefix(self._prefix)
        if name not in self._names:
            self._names[name] = self._made
            self._made += 1
            yield Name(name=name, file=self._names[name])
        self._open[handle], self._at[handle] = self._names[name], 0
        if "O_TRUNC" in words:
            yield Resize(file=self._names[name], size=0)

    def _close(self, words: str, _: int) -> Iterator[Op]:
        self._open.pop(int(words), None)
        return iter(())

    def _lseek(self, words: str, at: int) -> Iterator[Op]:
        self._at[int(words.partition(",")[0])] = at
        return iter(())

    def _write(self, words: str, written: int) -> Iterator[Op]:
        handle = int(words.partition(",")[0])
        if handle == _STDOUT:
            yield Said(line=_bytes(words).decode().strip())
        elif (file := self._open.get(handle)) is not None:
            yield Write(file=file, at=self._at[handle], data=_bytes(words)[:written])
            self._at[handle] += written

    def _pwrite64(self, words: str, written: int) -> Iterator[Op]:
        file = self._open.get(int(words.partition(",")[0]))
        if file is not None:
            yield Write(file=file, at=int(words.rpartition(",")[2]), data=_bytes(words)[:written])

    def _ftruncate(self, words: str, _: int) -> Iterator[Op]:
        handle, size = words.split(",")
        file = self._open.get(int(handle))
        if file is not None:
            yield Resize(file=file, size=int(size))

    def _fallocate(self, words: str, _: int) -> Iterator[Op]:
        handle, mode, at, size = words.split(",")
        file = self._open.get(int(handle))
        assert mode.strip() == "0", words
        if file is not None:
            yield Resize(file=file, size=int(at) + int(size))

    def _fsync(self, words: str, _: int) -> Iterator[Op]:
        handle = int(words)
        if handle in self._open:
            yield Sync(file=self._open[handle])

    _fdatasync = _fsync

    def _unlink(self, words: str, _: int) -> Iterator[Op]:
        path = _text(words)
        if path.startswith(self._prefix):
            name = path.removeprefix(self._prefix)
            self._names.pop(name, None)
            yield Name(name=name, file=None)

    def _rename(self, words: str, _: int) -> Iterator[Op]:
        before, after = (_decoded(one) for one in _STRING.findall(words))
        if before.decode().startswith(self._prefix):
            old, new = before.decode().removeprefix(self._prefix), after.decode().removeprefix(self._prefix)
            self._names[new] = self._names.pop(old)
            yield Name(name=new, file=self._names[new])
            yield Name(name=old, file=None)


def _bytes(words: str) -> bytes:
    match = _STRING.search(words)
    assert match is not None, words[:200]
    return _decoded(match[1])


def _text(words: str) -> str:
    return _bytes(words).decode()


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
