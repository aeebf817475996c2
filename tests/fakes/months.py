"""An office's past: devices that failed, links that were out, toner that was used up; the same every time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from agent.config import Config, Function
from agent.watched import Watched
from alerts import chronicle, roster
from alerts.incident import Context
from alerts.ledger import Ledger
from alerts.levels import Supply
from alerts.office import Office
from alerts.reportsettings import ReportSettings, Signer
from alerts.roster import Member, Roster, Service
from probes.kinds.host import Host
from probes.reading import Actor, Device, Fault, Severity, State
from probes.text import clean

OFFICE = Office(
    name=clean("Kantor Camat Medan Timur"),
    code=clean("12.71.11"),
    counter=clean("Loket 1"),
    hours={"mon-thu": "07:30-16:00", "fri": "07:30-16:30"},
    days=("-2026-10-09",),
)
SETTINGS = ReportSettings(
    letterhead=tuple(
        map(
            clean,
            (
                "PEMERINTAH KOTA MEDAN",
                "Kecamatan Medan Timur",
                "Jalan HM Said Nomor 1, Medan, Sumatera Utara",
                "Telepon (061) 000 0000, surel kecamatan@example.go.id",
            ),
        )
    ),
    place=clean("Medan"),
    signer=(
        Signer(
            title=clean("Petugas Pengelola Barang,"), name=clean("Nama Petugas"), number=clean("19850101 201001 1 001")
        ),
        Signer(title=clean("Camat Medan Timur,"), name=clean("Nama Camat"), number=clean("19700101 199501 1 001")),
    ),
)
_KINDS = (
    ("sidik-jari", "Alat sidik jari", "fingerprint", "not-connected", Actor.COUNTER),
    ("iris", "Alat iris mata", "iris", "no-driver", Actor.TECHNICIAN),
    ("printer-resi", "Printer resi", "receipt-printer", "media-jam", Actor.COUNTER),
    ("printer-ktp", "Printer KTP-el", "card-printer", "marker-supply-empty", Actor.COUNTER),
    ("laser", "Printer kantor", "office-printer", "fuser-over-temp", Actor.VENDOR),
    ("internet", "Jalur internet", "link", "internet-down", Actor.PROVIDER),
)
TONER: Supply = (clean("laser"), clean("Toner hitam"), clean("black"), clean("toner"))


class Months:
    """A store with some months of an office. count: devices; zone: the office's."""

    def __init__(self, folder: Path, *, count: int = 6, seed: int = 7) -> None:
        self.path, self.chance = folder / "store.db", random.Random(seed)  # noqa: S311 - a test's dice
        self.now = 0.0
        self.book = Ledger.open(self.path, clock=lambda: self.now, zone=OFFICE.zone)
        self.book._store.connection.execute("PRAGMA synchronous = OFF")  # a test's past may be lost in a power cut
        self.devices = [_device(index) for index in range(count)]
        self.services = (
            Service(id="rekam", label=clean("Perekaman KTP-el"), needs=("sidik-jari", "iris", "internet")),
            Service(id="cetak", label=clean("Pencetakan KTP-el"), needs=("printer-ktp", "internet")),
            Service(id="resi", label=clean("Surat keterangan dan resi"), needs=("printer-resi",)),
        )
        self.level = 0.62

    @property
    def config(self) -> Config:
        """What the office is configured as now."""
        probe = Host()
        watched = tuple(
            Watched(device=one, probe=probe, interval_seconds=30, deadline_seconds=10, confirm=probe.confirm, source={})
            for one in self.devices
        )
        functions = tuple(Function(id=one.id, label=one.label, needs=one.needs) for one in self.services)
        return Config(office=OFFICE, watched=watched, functions=functions, report=SETTINGS)

    def play(self, first: datetime, days: int, *, changes: float = 0.35) -> None:
        """So many days from one on. changes: failures a device and day."""
        text = roster.write(
            Roster(
                members=tuple(Member(device=one, serial=clean(f"SN-{one.id}")) for one in self.devices),
                services=self.services,
            )
        )
        for number in range(days):
            today = first + timedelta(days=number)
            if today.weekday() < 5 or number % 9 == 0:
                self._day(today, text, changes)

    def _day(self, today: datetime, text: str, changes: float) -> None:
        start = today.replace(hour=7, minute=self.chance.randrange(40)).timestamp()
        end = today.replace(hour=16, minute=self.chance.randrange(25, 59)).timestamp()
        states = {one.id: State.OK for one in self.devices}
        self.book.chronicle.begin(text, states, at=start, trusted=True)
        events = sorted(self._events(start, end, changes), key=lambda one: one[0])
        with self.book._store.transaction() as connection:  # two years in seconds
            for at, device, state in events:
                chronicle.write(connection, device.id, state, at)
        self.book.chronicle.extend(end)
        for at, device, state in events:
            self._incident(at, device, state)
        self._paper(end, today.toordinal())

    def _events(self, start: float, end: float, changes: float) -> Iterator[tuple[float, Device, State]]:
        for index, device in enumerate(self.devices):
            weak = 2.5 if index % 6 in (2, 5) else 0.5
            if self.chance.random() < changes * weak:
                began = start + self.chance.random() * (end - start) * 0.8
                yield began, device, State.DEGRADED if self.chance.random() < 0.3 else State.FAILED
                yield min(end - 1, began + self.chance.choice((300, 900, 2_400, 7_000))), device, State.OK

    def _incident(self, at: float, device: Device, state: State) -> None:
        self.now = at
        _, _, _, code, actor = _kind(self.devices.index(device))
        if state is State.OK:
            with self.book._store.transaction() as connection:  # as if the watch had counted
                seconds = "UPDATE incident SET seen_seconds = ? - started WHERE device = ? AND ended IS NULL"
                connection.execute(seconds, (at, device.id))
            self.book.end(device.id, code, "", at=at, addressees=())
            return
        severity = Severity.BLOCKING if state is State.FAILED else Severity.DEGRADED
        detail = clean("gateway 192.0.2.1 answers, 0 of 3 targets do" if code == "internet-down" else "usb 1-2")
        fault = Fault(code=code, severity=severity, actor=actor, detail=detail)
        number = self.book.begin(device, fault, since=at, addressees=(), context=Context()).number
        if self.chance.random() < 0.7:
            self.now = at + self.chance.randrange(60, 2_400)
            self.book.take(number, "Operator")

    def _paper(self, at: float, day: int) -> None:
        self.level -= 0.011
        if self.level < 0.05:
            self.level = 1.0
        self.book.levels.record(TONER, round(self.level, 2), at)
        self.book.chronicle.count([("laser", "jagaloket_printer_pages_total", at // 400)], day)


def _kind(index: int) -> tuple[str, str, str, str, Actor]:
    return _KINDS[index % len(_KINDS)]


def _device(index: int) -> Device:
    name, label, role, _, _ = _kind(index)
    more = index // len(_KINDS)
    asset = {"code": clean(f"1.3.2.10.01.0{index % 10}"), "register": clean(f"{index + 1:04}")}
    return Device(
        id=f"{name}-{more}" if more else name,
        kind="link" if role == "link" else "usb",
        label=clean(f"{label} {more + 1}" if more else label),
        role=role,
        responsible="PT Penyedia Contoh" if role == "link" else "",
        asset={} if role == "link" else asset,
    )
