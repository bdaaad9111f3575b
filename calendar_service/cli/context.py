"""What every command needs: the service of the settings here, tables, JSON and a log."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from shutil import which
from typing import Any

import click

from calendar_service.actions.service import Service, open_service
from calendar_service.config import settings_here
from calendar_service.store.database import newest_version

PROGRAM = "calendar-service"

MEASURED = 500
"""Rows by which the columns of a long table are measured; those that come later may be wider."""


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


def program() -> str:
    """How to call this program from here: by its name, or by its path while it is not on PATH."""
    file = Path(sys.executable).parent / PROGRAM
    found = which(PROGRAM)
    if not file.exists() or (found and Path(found).samefile(file)):
        return PROGRAM
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


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


def print_stream(headings: Sequence[str], rows: Iterable[Sequence[str]], *, nothing: str) -> None:
    """Prints rows as they come, however many; the first ones say how wide the columns are."""
    rows = iter(rows)
    first = list(islice(rows, MEASURED))
    if not first:
        click.echo(nothing)
        return
    widths = [max(map(len, column)) for column in zip(headings, *first, strict=True)]
    click.echo(click.style(_line(headings, widths), bold=True))
    for row in chain(first, rows):
        click.echo(_line(row, widths))


def print_json_stream(values: Iterable[object]) -> None:
    """Prints one JSON array, an element a line, as they come."""
    start = "["
    for value in values:
        click.echo(f"{start}\n  {json.dumps(value, ensure_ascii=False, default=str)}", nl=False)
        start = ","
    click.echo("\n]" if start == "," else "[]")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def log_to_stderr() -> None:
    """Sends the log of a process that stays to standard error, at INFO."""
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form)
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
