"""The fleet's inventory: which counters of which offices there are, and where Prometheus finds them.

A list in CSV, as spreadsheets write it (comma or semicolon), or in TOML. One line is one counter: code and name of
its office, the counter, and the address of its agent; push is set for counters that report by themselves.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.config import ConfigError, text_of
from probes.text import SafeText, clean

PORT = 9776
COLUMNS = ("code", "office", "counter", "address", "push")
_LIMIT_BYTES = 16 << 20
_NAME_LIMIT = 100
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(?P<port>\d{1,5}))?")
_YES, _NO = frozenset({"yes", "ya", "true", "1"}), frozenset({"", "no", "tidak", "false", "0"})
# Grafana cannot ask for a name with a straight double quote (see docs/fleet.md); a typographic one reads the same.
_GENTLE = str.maketrans({'"': "”"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """One counter PC. code, office, counter: as they become labels; address: "" where it reports by itself."""

    code: SafeText
    office: SafeText
    counter: SafeText
    address: SafeText


def label(text: str) -> SafeText:
    """A name as a label: clean, short, and without what Grafana's queries break at."""
    return clean(" ".join(text.translate(_GENTLE).split()), _NAME_LIMIT)


def load(path: Path) -> list[Counter]:
    """The counters of an inventory. Raises ConfigError with every mistake in it."""
    rows = _rows(path, text_of(path, "an inventory", _LIMIT_BYTES))
    mistakes: list[str] = []
    counters: list[Counter] = []
    for where, row in rows:
        try:
            counters.append(_counter(row))
        except ValueError as error:
            mistakes.append(f"{path}: {where}: {error}")
    mistakes += [f"{path}: {one}" for one in _clashes(counters)]
    if not mistakes and not counters:
        mistakes = [f"{path}: names no counter; write one line for each: {','.join(COLUMNS)}"]
    if mistakes:
        raise ConfigError(mistakes)
    return counters


def _rows(path: Path, text: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Each counter's fields, and where they stand."""
    try:
        return list(_toml(text) if path.suffix.lower() == ".toml" else _csv(text))
    except (ValueError, csv.Error) as error:
        raise ConfigError([f"{path}: {clean(str(error), 300)}"]) from error


def _csv(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if unknown := [name for name in names if name not in COLUMNS]:
        msg = f"unknown column {unknown[0]!r}; known are: {', '.join(COLUMNS)}"
        raise ValueError(msg)
    reader.fieldnames = names
    for row in reader:
        if None in row:
            msg = f"line {reader.line_num}: has more fields than the head; put names with commas in quotes"
            raise ValueError(msg)
        if any(row.values()):
            yield f"line {reader.line_num}", row


def _toml(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    tables = tomllib.loads(text).get("counter")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        msg = "has no [[counter]]; write one for each counter PC"
        raise ValueError(msg)
    for number, table in enumerate(tables, 1):
        where = f"counter {number}"
        if unknown := sorted(table.keys() - set(COLUMNS)):
            msg = f"{where}: unknown key {unknown[0]!r}; known are: {', '.join(COLUMNS)}"
            raise ValueError(msg)
        yield where, table


def _counter(row: Mapping[str, Any]) -> Counter:
    """One counter. Raises ValueError with the remedy."""
    code, office, counter, address, push = (str(row.get(name) or "").strip() for name in COLUMNS)
    if not _CODE.fullmatch(code):
        msg = f"code: {clean(code)!r} is no site code; write letters, digits, dots and dashes, such as 12.71.11"
        raise ValueError(msg)
    for name, value in (("office", office), ("counter", counter)):
        if not label(value):
            msg = f"{name}: is missing; write the name that people call it by"
            raise ValueError(msg)
    return Counter(
        code=clean(code), office=label(office), counter=label(counter), address=_address(address, push.lower())
    )


def _address(address: str, push: str) -> SafeText:
    if push not in _YES | _NO:
        msg = f"push: {clean(push)!r} is neither yes nor no"
        raise ValueError(msg)
    if push in _YES:
        return clean("")
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"] or PORT) not in range(1, 65536):
        msg = f"address: {clean(address)!r} is no host or host:port; or set push to yes, if it reports by itself"
        raise ValueError(msg)
    return clean(f"{found['host']}:{int(found['port'] or PORT)}")


def _clashes(counters: Iterable[Counter]) -> Iterator[str]:
    """What two lines must not share: an address, a counter's name in an office, an office's name with another code."""
    addresses: set[str] = set()
    places: set[tuple[str, str]] = set()
    codes: dict[str, str] = {}
    for one in counters:
        if one.address and one.address in addresses:
            yield f"{one.address} stands there twice; one PC is one counter"
        if (one.code, one.counter) in places:
            yield f"{one.office} has two counters called {one.counter}; number them"
        if codes.setdefault(one.office, one.code) != one.code:
            yield f"{codes[one.office]} and {one.code} are both called {one.office}; add the district to the name"
        addresses.add(one.address)
        places.add((one.code, one.counter))
