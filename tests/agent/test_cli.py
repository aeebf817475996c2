"""The command line as a whole; what each command does is tested with its room."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from agent.cli import cli

NAMES = cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str) -> None:
    done = CliRunner().invoke(cli, [name, "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: cli {name} ")


def test_a_command_that_does_not_exist_is_said_to() -> None:
    done = CliRunner().invoke(cli, ["mend"])
    assert done.exit_code == 2
    assert "No such command 'mend'" in done.output


def test_only_the_called_command_is_loaded() -> None:
    script = (
        "import sys; from agent.cli import cli; cli(['run', '--help'], standalone_mode=False);"
        "print(sorted(m for m in sys.modules if m.startswith('agent.commands.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines()[-1] == "['agent.commands.run']"
