"""Disks that wear out: their own verdict (SMART), as systemd left it or as smartctl says."""

import threading
from pathlib import Path

from probes.host.part import Found, gauge
from probes.reading import Actor, Fault, Severity
from probes.text import SafeText, clean
from probes.wire import smart
from probes.wire.smart import Answer, Left

PASSED = gauge("disk_smart_passed", "Whether a disk believes in its own health.", "disk")
METRICS = (PASSED,)

PAUSE_SECONDS = 6 * 3600.0
BEST_BEFORE_SECONDS = 13 * 3600.0
"""Two of the timer's periods, and its random delay; tests/systemd/test_smart_unit.py compares."""
_CODE = "disk-failing"


class Smart:
    """What each disk answered last. A fault of a disk that gives no answer now neither ends nor begins."""

    def __init__(self, folder: Path = smart.FOLDER) -> None:
        self._folder = folder
        self._left: dict[str, Left] = {}
        self._asked: dict[str, Answer] = {}
        self._due = 0.0
        self._thread: threading.Thread | None = None

    def look(self, found: Found, now: float) -> None:
        """Add what is known. now: monotonic seconds."""
        disks = smart.disks()
        answers = self._read(disks, now) if self._folder.is_dir() else self._ask(now)
        for disk in disks:
            answer = answers.get(disk)
            if answer is None or answer.standing:
                found.skipped.add((_CODE, clean(disk)))
            elif answer.passed is not None:
                found.sample(PASSED, float(answer.passed), disk)
                if not answer.passed:
                    found.faults.append(_fault(disk, answer.model))
        found.told["smart"] = any(answer.passed is not None for answer in answers.values())

    def _read(self, disks: list[str], now: float) -> dict[str, Answer]:
        self._left = {disk: self._left.get(disk) or Left(BEST_BEFORE_SECONDS) for disk in disks}
        read = {disk: left.read(self._folder / f"{disk}.json", now) for disk, left in self._left.items()}
        return {disk: answer for disk, answer in read.items() if answer is not None}

    def _ask(self, now: float) -> dict[str, Answer]:
        """Four times a day, beside the looks: a dying disk answers slowly or never."""
        if now >= self._due and (self._thread is None or not self._thread.is_alive()):
            self._due = now + PAUSE_SECONDS
            self._thread = threading.Thread(target=self._fill, daemon=True, name="host-smart")
            self._thread.start()
        return dict(self._asked)

    def _fill(self) -> None:
        fresh = {}
        for disk in smart.disks():
            answer = smart.ask(disk)
            if answer is not None and answer.standing:
                answer = self._asked.get(disk, answer)
            if answer is not None:
                fresh[disk] = answer
        self._asked = fresh


def _fault(disk: str, model: SafeText) -> Fault:
    detail = clean(f"{model or disk} expects to fail (SMART)")
    return Fault(code=_CODE, severity=Severity.BLOCKING, actor=Actor.TECHNICIAN, part=clean(disk), detail=detail)
