"""`readers import` and `readers export`: readers as CSV, from another tool and to one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import click

from calendar_service.actions.enrolling import Choices, Outcome
from calendar_service.actions.importing import SHOWN, Imported, import_readers
from calendar_service.actions.reader_export import count_exported, export_readers
from calendar_service.actions.reader_files import COLUMNS
from calendar_service.catalog.spreadsheets import write_records
from calendar_service.cli.context import json_option, print_json, ready_service
from calendar_service.errors import CalendarError
from calendar_service.language.catalogues import LANGUAGES

Progress = Callable[[int, int], None]

EACH = 1000
"""Rows after which an export tells how far it is."""

_WORDS = {
    Outcome.LOADED: "loaded",
    Outcome.UPDATED: "updated with the choices in the file",
    Outcome.RESUBSCRIBED: "subscribed again",
    Outcome.UNCHANGED: "were like that already",
    Outcome.KEPT: "follow already with other choices, which stay; --update replaces them",
    Outcome.STOPPED: "have unsubscribed here and are left alone; --resubscribe takes them back",
    Outcome.REPEATED: "say the same as an earlier row",
    Outcome.REFUSED: "refused",
}
_NAMED = (Outcome.KEPT, Outcome.STOPPED, Outcome.REPEATED)
"""Outcomes whose lines are named; those of refused rows are named each with its reason."""


_IMPORTING = f"""Import readers from a CSV file of another tool.

They were confirmed there, and get no confirmation mail: the file says that they agreed, and to
which words. `-` reads from standard input. The first line names the columns, in any order:

\b
  email             the address
  feed              what is followed: the slug of a feed ...
  event             ... or the UID or slug of one event
  search            ... or a search: topic=summit&text=ankara
  offsets           when to remind, with blanks between: P7D P1D P0D PT24H
  language          the language of the mails: {", ".join(LANGUAGES)}
  zone              the reader's time zone, like Europe/Tirane
  consent           the words that the reader agreed to, kept as they are
\b
and if you have them:
  hour              when to remind of all-day events, and when digests come, like 08:00
                    (which stands otherwise)
  notices           whether to tell of changes: yes (which stands otherwise) or no
  digest            all that is coming in one mail: daily, weekly, or nothing
  arrivals          whether to tell of each event that comes to a search: yes, or no
                    (which stands otherwise)
  paused_until      when a pause ends: 2026-09-01, when that day begins for the reader, an
                    instant like below, or "resumed" for when they resume it; who is paused
                    here stays so where it is empty
  consent_language  the language of those words; that of the mails otherwise
  asked_at          when the reader was asked, like 2026-02-12T09:30:00+01:00
  agreed_at         when the reader agreed; the moment of the import otherwise
                    (consent_at is the same; a time without a zone is UTC)

Other columns are passed over and named. The file is UTF-8, with commas, semicolons or tabs,
as spreadsheets write "CSV UTF-8"; a cell that holds one of them stands in quotes. A reader of
two feeds has two rows.

A row with a mistake is refused and named with its line, column and remedy, and all others are
loaded. Mend those rows and import the same file again: what is here already stays as it is.
So it does when an import was interrupted.

Who follows a feed already keeps the choices made here, unless you say --update. Who has
unsubscribed here, from that feed or from everything, is never subscribed again, unless you say
--resubscribe. Readers who have left everything are remembered for 30 days, and erased ones not
at all: take them out of files that are older.

The exit status is 1 where a row was refused.
"""


@click.command("import", help=_IMPORTING)
@click.argument(
    "file", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option(
    "--update",
    is_flag=True,
    help="Give readers who follow a feed already the choices in the file; theirs stay unless told.",
)
@click.option(
    "--resubscribe",
    is_flag=True,
    help="Also take back who has unsubscribed here. Only with a newer agreement of theirs!",
)
@json_option
@click.pass_context
def import_command(
    ctx: click.Context,
    file: str,
    dry_run: bool,
    update: bool,
    resubscribe: bool,
    as_json: bool,
) -> None:
    """Imports readers; what it does is told by its help."""
    name = "standard input" if file == "-" else Path(file).name
    choices = Choices(update=update, resubscribe=resubscribe, dry_run=dry_run)
    with (
        ready_service() as service,
        click.open_file(file, "rb") as content,
        _bar(f"Importing {name}", hidden=as_json) as progress,
    ):
        result = import_readers(service, content, name, choices=choices, progress=progress)
    if as_json:
        print_json(_as_json(result, dry_run))
    else:
        _print(result, name, dry_run)
    if result.refusals:
        ctx.exit(1)


@click.command("export")
@click.argument("file", metavar="[FILE.csv]", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write JSON, one object a line, not CSV.")
def export_command(file: Path | None, as_json: bool) -> None:
    """Export all readers as CSV, which can be imported again.

    To standard output, or into a file that only its owner may read and that appears when it is
    complete. One row for each thing that a reader follows, with the newest words agreed to; who
    has stopped is left out. Importing the file into an empty installation with the same feeds and
    events makes it follow the same.

    A cell that a spreadsheet would take for a formula, because it begins with = + - or @, is
    written with an apostrophe before it, and read without.
    """
    with ready_service() as service:
        total = count_exported(service)
        with _bar("Exporting", hidden=file is None) as progress:
            rows = _counted(export_readers(service), total, progress)
            lines = _json_lines(rows) if as_json else _csv_lines(rows)
            if file is None or str(file) == "-":
                with click.open_file("-", "wb") as out:
                    _write(lines, out)
                return
            _write_file(lines, file)
    click.echo(f"{total:,} rows are in {file}. They are personal data: keep them safe.")


def _csv_lines(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    return write_records(chain([COLUMNS], (row.values() for row in rows)))


def _json_lines(rows: Iterable[dict[str, str]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _write(lines: Iterable[str], out: IO[bytes]) -> None:
    for line in lines:
        out.write(line.encode())


def _write_file(lines: Iterable[str], file: Path) -> None:
    """Writes a file that its owner alone may read, whole or not at all."""
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as aside:
            try:
                _write(lines, aside)
                aside.flush()
                os.fsync(aside.fileno())
                Path(aside.name).replace(file)
            except BaseException:
                Path(aside.name).unlink()
                raise
    except OSError as error:
        raise CalendarError(
            f"{file} cannot be written: {error.strerror}. Name one in a folder of yours."
        ) from error


def _counted(
    rows: Iterable[dict[str, str]], total: int, progress: Progress
) -> Iterator[dict[str, str]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % EACH == 0:
            progress(number, total)


@contextmanager
def _bar(label: str, *, hidden: bool) -> Iterator[Progress]:
    """A progress bar on standard error, where that is a terminal, told how far of how much."""
    hidden = hidden or not sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=hidden) as bar:

        def progress(position: int, size: int) -> None:
            bar.length = size
            bar.update(position - bar.pos)

        yield progress


def _print(result: Imported, name: str, dry_run: bool) -> None:
    for refusal in result.refusals:
        click.echo(f"{name}, {refusal}", err=True)
    if result.unused:
        click.echo(f"Columns that were passed over: {', '.join(result.unused)}.", err=True)
    click.echo(f"{name}: {result.rows.total():,} rows")
    for outcome, words in _WORDS.items():
        if number := result.rows[outcome]:
            named = f" ({_lines(result, outcome)})" if outcome in _NAMED else ""
            click.echo(f"{number:>9,} {words}{named}")
    if dry_run:
        click.echo("Nothing was written: this was a dry run.")
    elif not result.changed:
        click.echo("Nothing changed.")


def _lines(result: Imported, outcome: Outcome) -> str:
    lines, more = result.lines[outcome], result.rows[outcome] - SHOWN
    words = "line" if len(lines) == 1 else "lines"
    return f"{words} {', '.join(map(str, lines))}" + (f" and {more:,} more" if more > 0 else "")


def _as_json(result: Imported, dry_run: bool) -> dict[str, object]:
    return {
        "rows": result.rows.total(),
        **{str(outcome): result.rows[outcome] for outcome in Outcome},
        "dry_run": dry_run,
        "unused_columns": list(result.unused),
        "problems": [asdict(refusal) for refusal in result.refusals],
    }
