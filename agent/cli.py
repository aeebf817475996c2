"""The command line. Each command imports what it needs itself: the service pays for none of the others."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from agent import __version__
from agent.config import Config, ConfigError
from probes.probe import Candidate

ETC = Path("/etc/jagaloket/jagaloket.toml")
VAR = Path("/var/lib/jagaloket")
EXIT_FAULT, EXIT_CONFIG, EXIT_BLIND = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What stands on the group: the configuration's file (None: discover) and the state folder."""

    config: Path | None
    state: Path


def default_state() -> Path:
    """$STATE_DIRECTORY as the service manager sets it, the installed service's folder, else the XDG state folder."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":", maxsplit=1)[0])
    if os.access(VAR, os.W_OK | os.X_OK):
        return VAR
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "jagaloket"


def main() -> None:
    """The command jagaloket."""
    try:
        cli(prog_name="jagaloket")
    except ConfigError as error:
        for line in error.lines:
            click.echo(line, err=True)
        sys.exit(EXIT_CONFIG)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAULT)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-c", "--config", type=click.Path(path_type=Path, dir_okay=False), help=f"Configuration (default {ETC}).")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Folder for tickets and history.")
@click.option("-v", "--verbose", is_flag=True, help="Say more in the log.")
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context, config: Path | None, state: Path | None, *, verbose: bool) -> None:
    """Watch a service counter's equipment and network, and raise a ticket when something fails."""
    from agent.journal import start_log  # noqa: PLC0415 - see the module's first line

    start_log(verbose=verbose)
    if config is None and ETC.exists():
        config = ETC
    context.obj = Where(config=config, state=state or default_state())


def option_config(command: Callable[..., Any]) -> Callable[..., Any]:
    """-c FILE behind a command as well as before it."""
    return click.option("-c", "--config", type=click.Path(path_type=Path, dir_okay=False), help="Configuration.")(
        command
    )


option_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def load_config(path: Path | None) -> Config:
    """The configuration of a file, or what discovery finds on this PC."""
    from agent.config import load, parse  # noqa: PLC0415
    from agent.options import Mistakes  # noqa: PLC0415

    if path is not None:
        return load(path)
    from agent.discovery import discover, tables  # noqa: PLC0415

    mistakes = Mistakes()
    return parse(tables(discover()), mistakes)


def show(data: object) -> None:
    """Print JSON, for programs."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


@cli.command()
@option_config
@click.pass_obj
def run(where: Where, config: Path | None) -> None:
    """Watch in the foreground (what the service runs)."""
    from agent.service import serve  # noqa: PLC0415

    serve(lambda: load_config(config or where.config), where.state)


@cli.command()
@click.option("--network", metavar="CIDR", help="Find the printers of a network too, such as 192.168.1.0/24.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Write a commented configuration.")
@option_json
def discover(network: str | None, write: Path | None, *, as_json: bool) -> None:
    """List the equipment found on this PC."""
    from agent import discovery  # noqa: PLC0415

    found = discovery.discover(scan_network(network) if network is not None else ())
    if write is not None:
        discovery.write(write, found)
        click.echo(f"{write}: written, {len(found)} devices. Next: jagaloket check-config {write}", err=as_json)
    if as_json:
        show([discovery.plain(candidate) for candidate in found])
        return
    for candidate in found:
        click.echo(f"{candidate.id:24} {candidate.kind:16} {candidate.label}")


def scan_network(network: str) -> list[Candidate]:
    """The printers of a network, with a progress bar for those who wait at a terminal."""
    from agent import discovery  # noqa: PLC0415

    with click.progressbar(length=1, label=f"asking {network}", file=sys.stderr) as bar:

        def progress(asked: int, everything: int) -> None:
            bar.length = everything
            bar.update(asked - bar.pos)

        return discovery.network(network, progress)


@cli.command("check-config")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@option_json
@click.pass_obj
def check_config(where: Where, file: Path | None, *, as_json: bool) -> None:
    """Say every mistake in a configuration, with its place and the remedy; exit 2 if there is one."""
    path = file or where.config or ETC
    try:
        config = load_config(path)
    except ConfigError as error:
        if not as_json:
            raise
        show({"file": str(path), "valid": False, "errors": error.lines})
        sys.exit(EXIT_CONFIG)
    if as_json:
        show({"file": str(path), "valid": True, "errors": []})
    else:
        click.echo(f"{path}: valid, {len(config.watched)} devices, {len(config.functions)} functions.")


@cli.command()
@click.argument("devices", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Look at every device.")
@click.option("--kind", help="Look at a device that is not configured.")
@click.option("--set", "options", multiple=True, metavar="KEY=VALUE", help="An option of that device.")
@option_config
@option_json
@click.pass_obj
def probe(  # noqa: PLR0913 - click gives one argument for each option
    where: Where,
    devices: tuple[str, ...],
    kind: str | None,
    options: tuple[str, ...],
    config: Path | None,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Look once now; exit 0 healthy, 1 a fault, 3 could not look."""
    from agent import looking  # noqa: PLC0415

    if kind is not None:
        items = [looking.unconfigured(kind, options)]
    else:
        items = looking.chosen(load_config(config or where.config), devices, everything=everything)
    results = [looking.report(item) for item in items]
    if as_json:
        show(results if len(results) != 1 or everything else results[0])
    else:
        click.echo("\n".join(looking.lines(results)))
    sys.exit(looking.exit_code(results))


@cli.command()
@click.option("--watch", "again", is_flag=True, help="Show again every two seconds.")
@option_config
@option_json
@click.pass_obj
def status(where: Where, config: Path | None, *, again: bool, as_json: bool) -> None:
    """Devices, service functions, open tickets, outbox."""
    from agent import standing  # noqa: PLC0415

    loaded = load_config(config or where.config)
    while True:
        data = standing.gather(loaded, where.state)
        if again:
            click.clear()
        if as_json:
            show(data)
        else:
            click.echo("\n".join(standing.lines(data, loaded.office)))
        if not again:
            return
        import time  # noqa: PLC0415

        time.sleep(2)


@cli.command()
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help="Ask nothing: a TOML file answers.")
@click.option("--counter", default="", help="The counter's name, in place of the one in the answers.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help=f"Where to (default {ETC}).")
@click.option("-y", "--yes", is_flag=True, help="Write without asking once more.")
@click.pass_obj
def setup(where: Where, answers: Path | None, counter: str, write: Path | None, *, yes: bool) -> None:
    """Guided first installation: discover, ask office, counter and mail, write the configuration, start."""
    from agent import setup as guide  # noqa: PLC0415

    guide.run(write or where.config or ETC, answers_file=answers, counter=counter, assume_yes=yes)


@cli.command()
@option_config
@option_json
@click.pass_obj
def doctor(where: Where, config: Path | None, *, as_json: bool) -> None:
    """Examine what the agent needs on this PC, each with its remedy; exit 1 if there is something to mend."""
    from agent import doctor as surgery  # noqa: PLC0415

    surgery.as_the_agent(where.state)
    path = config or where.config
    found = surgery.examine(surgery.subject(path, lambda: load_config(path), where.state))
    if as_json:
        show(surgery.plain(found))
    else:
        click.echo("\n".join(surgery.lines(found)))
    sys.exit(surgery.exit_code(found))


@cli.command()
@click.option("--timeout", "timeout_seconds", default=120.0, show_default=True, help="Seconds to wait for the letters.")
@option_config
@option_json
@click.pass_obj
def drill(where: Where, config: Path | None, timeout_seconds: float, *, as_json: bool) -> None:
    """Alarm drill: a marked fault goes the whole way; says what arrived; exit 1 when something did not."""
    from agent import drill as exercise  # noqa: PLC0415

    loaded = load_config(config or where.config)
    outcome = exercise.run(loaded, where.state, timeout_seconds=timeout_seconds)
    if as_json:
        show(exercise.plain(outcome))
    else:
        click.echo("\n".join(exercise.lines(outcome, loaded.office.language)))
    sys.exit(0 if outcome.is_well else EXIT_FAULT)


@cli.group()
def letters() -> None:
    """The letters to the office and to technicians."""


@letters.command("preview")
@click.option("--format", "form", type=click.Choice(["text", "html"]), default="text", show_default=True)
@click.option("--language", help="Of the letter; the office's where it is not given.")
@click.option("--role", type=click.Choice(["office", "technician"]), default="office", show_default=True)
@click.option("--about", default="opened", show_default=True, help="opened, escalated, recovered, digest or drill.")
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write all of them into this folder.")
@option_config
@click.pass_obj
def letters_preview(  # noqa: PLR0913 - click gives one argument for each option
    where: Where, *, config: Path | None, form: str, language: str | None, role: str, about: str, write: Path | None
) -> None:
    """Show a letter as it would arrive, with an invented fault."""
    import time  # noqa: PLC0415
    from functools import partial  # noqa: PLC0415

    from agent import sampleletters  # noqa: PLC0415

    path = config or where.config
    loaded = load_config(path) if path is not None else Config()
    make = partial(
        sampleletters.sample, config=loaded, language=language or loaded.office.language, role=role, now=time.time()
    )
    if write is not None:
        click.echo("\n".join(map(str, sampleletters.save(write, make))))
        return
    if about not in sampleletters.SAMPLES:
        raise ConfigError([f"--about: there is no {about!r}; write one of {', '.join(sampleletters.SAMPLES)}"])
    letter = make(about)
    click.echo(letter.html if form == "html" else f"{letter.subject}\n\n{letter.body}")


@cli.group()
def tickets() -> None:
    """The work orders."""


def _ticket_command(name: str, doc: str, *, text: bool, wont_fix: bool = False) -> None:
    """Make one of the commands that change a ticket; they differ in name only, and close can be for good."""

    @click.argument("number")
    @click.argument("words", nargs=-1, required=text)
    @click.option(
        "--by", "who", default=lambda: os.environ.get("SUDO_USER") or os.environ.get("USER") or "?", help="Your name."
    )
    @click.pass_obj
    def command(where: Where, number: str, words: Sequence[str], who: str, *, refused: bool = False) -> None:
        from agent import workorders  # noqa: PLC0415

        what = "wont-fix" if refused else name
        click.echo(workorders.change(where.state, what, number, who, " ".join(words)))

    if wont_fix:
        for_good = "It will not be fixed: stays closed even when the fault comes back."
        command = click.option("--wont-fix", "refused", is_flag=True, help=for_good)(command)
    tickets.command(name, help=doc)(command)


@tickets.command("list")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@option_json
@click.pass_obj
def tickets_list(where: Where, *, everything: bool, as_json: bool) -> None:
    """The tickets that are not closed, the newest first."""
    from agent import workorders  # noqa: PLC0415

    found = workorders.listed(where.state, everything=everything)
    if as_json:
        show([workorders.plain(ticket) for ticket in found])
    else:
        click.echo("\n".join(workorders.lines(found, workorders.office(where.config))))


@tickets.command("show")
@click.argument("number")
@option_json
@click.pass_obj
def tickets_show(where: Where, number: str, *, as_json: bool) -> None:
    """One ticket with its history."""
    from agent import workorders  # noqa: PLC0415

    ticket = workorders.one(where.state, number)
    if as_json:
        show(workorders.plain(ticket))
    else:
        click.echo("\n".join(workorders.sheet(ticket, workorders.office(where.config))))


_ticket_command("take", "Say that you work on it.", text=False)
_ticket_command("note", "Add a note.", text=True)
_ticket_command("close", "Close it: the work is done.", text=False, wont_fix=True)
_ticket_command("reopen", "Open a closed ticket again.", text=False)
