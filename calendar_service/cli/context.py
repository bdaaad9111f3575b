"""What every command needs: the service of the settings here, and errors as plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from calendar_service.actions.service import Service, open_service
from calendar_service.config import settings_here
from calendar_service.errors import CalendarError, InvalidInputError
from calendar_service.store.database import newest_version


class ServiceGroup(click.Group):
    """A group whose commands say what is wrong in words, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; our own errors become messages and exit status 1."""
        try:
            return super().invoke(ctx)
        except InvalidInputError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise click.ClickException(f"this must be mended first:\n{lines}") from error
        except CalendarError as error:
            raise click.ClickException(str(error)) from error


def open_here() -> Service:
    """The service of this process's settings, whatever state its database is in."""
    return open_service(settings_here())


@contextmanager
def ready_service() -> Iterator[Service]:
    """The service, with its database at the newest form; closed at the end."""
    service = open_here()
    try:
        if service.database.version() != newest_version():
            service.database.upgrade()
        yield service
    finally:
        service.database.close()


json_option: Callable[..., Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for scripts."
)


def print_json(value: object) -> None:
    """Prints a value as indented JSON with real letters."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints rows under headings in columns as wide as needed."""
    lines = [list(headings), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    for number, line in enumerate(lines):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        text = "  ".join(cells).rstrip()
        click.echo(click.style(text, bold=True) if number == 0 else text)
