"""The top of the command line; the module of a command is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from calendar_service import __version__
from calendar_service.domain.plain_text import printable
from calendar_service.errors import CalendarError, InvalidInputError

COMMANDS = {
    "up": "up",
    "web": "web",
    "worker": "worker",
    "seed": "seed",
    "events": "events",
    "feeds": "feeds",
    "readers": "readers",
    "reminders": "reminders",
    "mail": "mail",
    "rehearse": "rehearse",
    "doctor": "doctor",
    "lint": "lint",
    "db": "database",
}
"""Each command, or group of them, with its module here; `--help` keeps this order."""

EPILOG = """\b
Start here:
  calendar-service up            the site, the feeds and the reminders, on this machine
  calendar-service rehearse --from 2026-02-01 --to 2026-07-09
  calendar-service doctor        what is set up, what is not, and how to mend it

\b
Settings come from the environment (CALENDAR_ORIGIN ...) or from calendar-service.toml in the
working folder; `calendar-service doctor --help` lists them."""


class ServiceGroup(click.Group):
    """Finds commands in their modules, and says what is wrong in words, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now, so that each start loads what it needs alone."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"calendar_service.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; our own errors become messages and exit status 1."""
        try:
            return super().invoke(ctx)
        except InvalidInputError as error:
            lines = "\n".join(f"  {printable(str(problem))}" for problem in error.problems)
            raise click.ClickException(f"this must be mended first:\n{lines}") from error
        except CalendarError as error:
            raise click.ClickException(str(error)) from error


@click.group(
    cls=ServiceGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="calendar-service")
def main() -> None:
    """Publish dated events, let readers subscribe to them, and remind them by email."""
