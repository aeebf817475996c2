"""jagaloket setup: asks, shows, writes and starts. Nothing is changed before the last yes, and nothing by halves."""

import os
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from agent import discovery, interview, writing
from agent.answers import Answers, from_file
from agent.config import Config, ConfigError
from alerts.incident import Action, Addressee, DeliveryError, Notice
from alerts.letter import CHANNEL
from alerts.words import Words, words
from probes.text import clean

UNIT = "jagaloket.service"
_SYSTEMD = Path("/run/systemd/system")
_START_SECONDS = 100


def run(path: Path, *, answers_file: Path | None, counter: str, assume_yes: bool) -> None:
    """The whole installation. Raises ConfigError; then nothing was changed."""
    writing.check(path)
    before = _office_before(path)
    if answers_file is None:
        language = interview.choose_language(str(before.get("language", "id")))
        say = words(language)
        click.echo(say.phrase("setup.welcome"))
        click.echo(say.phrase("setup.searching"))
        found = discovery.discover()
        answers = interview.interview(language, found, try_mail=_try_mail, before=before)
    else:
        answers = from_file(answers_file, discovery.discover(), counter=counter)
    _finish(path, answers, assume_yes=assume_yes or answers_file is not None)


def _finish(path: Path, answers: Answers, *, assume_yes: bool) -> None:
    say = words(str(answers.office.get("language", "id")))
    secret = path.with_name("smtp.password")
    config = _checked(answers)
    click.echo(say.phrase("setup.plan", path=path))
    click.echo("\n".join(f"    {line}" for line in answers.text(secret).splitlines()))
    if path.exists():
        click.echo(say.phrase("setup.replaces", path=path))
    if not assume_yes and not click.confirm(say.phrase("setup.go"), default=True):
        click.echo(say.phrase("setup.stopped"))
        return
    kept = [writing.keep(path)]
    if answers.password:
        kept.append(writing.keep(secret))
        writing.put(secret, f"{answers.password}\n")
    writing.put(path, answers.text(secret))
    click.echo(say.phrase("setup.written", path=path))
    for old in filter(None, kept):
        click.echo(say.phrase("setup.kept", path=old))
    if answers.letter:
        _with_password(answers, lambda usable: _letters(say, usable))
    if answers.start:
        _start(say, path, config)


def _checked(answers: Answers) -> Config:
    """The configuration as the agent will read it, before anything is written. Raises ConfigError."""
    found: list[Config] = []
    _with_password(answers, found.append)
    return found[0]


def _with_password(answers: Answers, use: Callable[[Config], None]) -> None:
    """Call use() with a configuration whose password lies in a file that only this process can read."""
    with tempfile.TemporaryDirectory(prefix="jagaloket-") as folder:
        secret = Path(folder) / "password"
        secret.touch(mode=0o600)
        secret.write_text(answers.password, "utf-8")
        use(answers.config(secret))


def _try_mail(answers: Answers) -> str:
    """Why the server would take no letter; "" when it would."""
    from alerts import smtp  # noqa: PLC0415 - only who has mail pays for it

    why = ""

    def knock(config: Config) -> None:
        if config.mail is not None:
            smtp.knock(config.mail)

    try:
        _with_password(replace(answers, devices=()), knock)
    except DeliveryError as error:
        why = str(error)
    except ConfigError as error:
        why = "; ".join(error.lines)
    return why


def _letters(say: Words, config: Config) -> None:
    """One marked letter to each addressee, outside of the outbox: no ticket stands behind it."""
    from alerts import smtp  # noqa: PLC0415 - as above
    from alerts.lettertext import LetterText  # noqa: PLC0415

    if config.mail is None:
        return
    counter = config.office.counter
    place = ", ".join(filter(None, (config.office.name, counter)))
    text = LetterText(
        subject=clean(say.phrase("setup.letter-subject", counter=counter), 250),
        body=f"{say.phrase('setup.letter-body', place=place)}\n",
    )
    for person in config.mail.to:
        notice = _test_notice(person.address, config.office.language, config.mail.sender)
        try:
            message = smtp.compose(notice, sender=config.mail.sender, name=counter, text=text)
            smtp.deliver(config.mail, person.address, message)
        except DeliveryError as error:
            click.echo(say.phrase("setup.letter-failed", address=person.address, why=error))
        else:
            click.echo(say.phrase("setup.letter-sent", address=person.address))


def _test_notice(address: str, language: str, sender: str) -> Notice:
    to = Addressee(channel=CHANNEL, address=address, role="office", language=language)
    unique = f"setup-{time.time_ns()}-{os.getpid()}@{sender.rpartition('@')[2]}"
    return Notice(
        id=0,
        ticket="TEST",
        action=Action.OPENED,
        addressee=to,
        state="new",
        attempts=0,
        message_id=unique,
        created=time.time(),
    )


def _start(say: Words, path: Path, config: Config) -> None:
    systemctl = shutil.which("systemctl")
    if systemctl is None or not _SYSTEMD.is_dir() or os.geteuid() != 0 or not _has_unit(systemctl):
        click.echo(say.phrase("setup.by-hand", path=path))
        return
    for words_ in (("enable", UNIT), ("restart", UNIT)):
        done = _call(systemctl, *words_)
        if done.returncode != 0:
            click.echo(say.phrase("setup.not-started", why=clean(done.stderr, 300)))
            return
    host, port = config.web.address
    click.echo(say.phrase("setup.started", address=f"http://{f'[{host}]' if ':' in host else host}:{port}/"))
    click.echo(say.phrase("setup.next"))


def _has_unit(systemctl: str) -> bool:
    return _call(systemctl, "cat", UNIT).returncode == 0


def _call(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_START_SECONDS, check=False)  # noqa: S603 - fixed words
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {_START_SECONDS} s")


def _office_before(path: Path) -> Mapping[str, Any]:
    """The [office] of the configuration that stands there, {} when there is none that can be read."""
    try:
        office = tomllib.loads(path.read_text("utf-8")).get("office", {})
    except (OSError, ValueError):
        return {}
    return office if isinstance(office, dict) else {}
