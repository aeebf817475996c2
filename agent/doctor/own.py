"""Checks of what is the agent's own: configuration, state folder, store, address, mail, service."""

import os
import platform
import socket
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from agent import __version__
from agent.doctor.finding import Finding, Subject, mend, note, skipped, well
from agent.statefolder import STORE
from alerts import feasts
from alerts.incident import DeliveryError
from alerts.migrations import VERSION

_LEAST_PYTHON = (3, 11)
_KNOCK_SECONDS = 3.0
_SYSTEMD = Path("/run/systemd/system")


def versions(_subject: Subject) -> Finding:
    """JagaLoket, Python, SQLite."""
    text = f"jagaloket {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info < _LEAST_PYTHON:
        return mend(text, "install Python 3.11 or newer")
    return well(text)


def configuration(subject: Subject) -> Finding:
    """Whether the configuration is valid."""
    if subject.config is None:
        return mend("; ".join(subject.errors), "mend these lines; jagaloket check-config names them all")
    if subject.path is None:
        return note("there is none: the agent watches what it finds, and tells nobody", "run: sudo jagaloket setup")
    if subject.is_bridge:
        return well(f"{subject.path}: valid, of a bridge from Alertmanager")
    counts = f"{len(subject.config.watched)} devices, {len(subject.config.functions)} functions"
    return well(f"{subject.path}: valid, {counts}")


def privacy(subject: Subject) -> Finding:
    """Whether others can read the configuration."""
    if subject.path is None or not subject.path.exists():
        return skipped("no configuration file")
    if subject.path.stat().st_mode & 0o007:
        return note(f"{subject.path} can be read by every user", f"run: sudo chmod o-rwx {subject.path}")
    return well("only its owner and group can read the configuration")


def state_folder(subject: Subject) -> Finding:
    """Whether the agent can keep its tickets."""
    folder = subject.state
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return mend(f"{folder} cannot be written", f"run: sudo chown -R jagaloket: {subject.state}, or say --state DIR")
    return well(f"{subject.state} can be written")


def store(subject: Subject) -> Finding:
    """Whether the ticket store is sound and of this version."""
    path = subject.state / STORE
    if not path.exists():
        return note(f"{path} is not there yet", "it is made when the agent starts for the first time")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return mend(f"{path}: {error}", "restart the agent, which repairs it; the damaged file is kept beside it")
    if version > VERSION:
        return mend(f"{path} was written by a newer jagaloket (schema {version})", "install that version again")
    if answer != "ok":
        return mend(f"{path} is damaged: {answer}", "restart the agent, which repairs it")
    return well(f"{path} is sound, schema {version} of {VERSION}")


def address(subject: Subject) -> Finding:
    """Whether the pages have their port."""
    if subject.config is None:
        return skipped("no valid configuration")
    host, port = (subject.config.bridge or subject.config.web).address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if subject.running:
            with socket.create_connection((host, port), _KNOCK_SECONDS):
                return well(f"the running {_who(subject)} answers at {host}:{port}")
        with socket.create_server((host, port), family=family):
            return well(f"{host}:{port} is free")
    except OSError as error:
        seen = f"see who uses it with: ss -ltnp 'sport = :{port}'"
        remedy = f"{seen}; end that, or write another port in {_table(subject)} listen"
        return mend(f"{host}:{port}: {error.strerror or error}", remedy)


def mail(subject: Subject) -> Finding:
    """Whether the mail server takes our letters: it is asked up to the login, no letter is sent."""
    if subject.config is None:
        return skipped("no valid configuration")
    if subject.config.mail is None:
        return note(
            "no mail is configured: tickets stay on this PC", "write a [mail] table, or run: sudo jagaloket setup"
        )
    from alerts import smtp  # noqa: PLC0415 - 6 MiB that only this check needs

    settings = subject.config.mail
    try:
        smtp.knock(settings)
    except DeliveryError as error:
        return mend(str(error), "check [mail] and the way to the server")
    login = f", login as {settings.username}" if settings.username else ""
    return well(f"{settings.server}:{settings.effective_port} answers ({settings.security}{login})")


def calendar(subject: Subject) -> Finding:
    """Whether the days off are known for this year and the next."""
    if subject.config is None:
        return skipped("no valid configuration")
    country, year = subject.config.office.holidays, subject.config.office.local(time.time()).year
    if not country:
        return skipped("[office] holidays names no country")
    for offset, verdict in ((0, mend), (1, note)):
        if missing := feasts.of(country, year + offset).missing:
            text, _, remedy = missing.partition("; ")
            return verdict(text, remedy)
    return well(f"holidays and collective leave of {year} and {year + 1} ({country}) are known")


def service(subject: Subject) -> Finding:
    """Whether somebody watches at all."""
    who = _who(subject)
    if subject.running:
        return well(f"the {who} is running")
    if _SYSTEMD.is_dir():
        start = f"sudo systemctl enable --now jagaloket{'-bridge' if subject.is_bridge else ''}"
    else:
        start = f"jagaloket -c {subject.path} bridge" if subject.is_bridge else "jagaloket run"
    return mend(f"the {who} is not running", f"start it: {start}")


def _who(subject: Subject) -> str:
    return "bridge" if subject.is_bridge else "agent"


def _table(subject: Subject) -> str:
    return "[bridge]" if subject.is_bridge else "[web]"
