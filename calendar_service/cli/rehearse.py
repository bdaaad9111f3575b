"""`rehearse`: what readers would get, before anything is published or sent."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

import click

from calendar_service.cli.context import json_option, print_json, ready_service
from calendar_service.delivery.rehearse import Mailing, Rehearsal
from calendar_service.delivery.rehearse import rehearse as play
from calendar_service.domain.fields import parse_day
from calendar_service.domain.zones import to_utc, to_wall
from calendar_service.language.dates import day_in_words


class _Day(click.ParamType[date]):
    """A day as it is typed."""

    name = "day"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The day, or a mistake that says how to write one."""
        day = value if isinstance(value, date) else parse_day(value)
        if day is None:
            self.fail(f"{value!r} is no day; write it like 2026-02-01.", param, ctx)
        return day


_MARK = ".rehearsal"


@click.command()
@click.option(
    "--from",
    "first",
    type=_Day(),
    required=True,
    metavar="DAY",
    help="The first day, like 2026-02-01.",
)
@click.option(
    "--to", "last", type=_Day(), required=True, metavar="DAY", help="The last day, included."
)
@click.option(
    "--maildir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the mails go: a new folder, or an earlier rehearsal's; rehearsal/ in the var "
    "folder unless given.",
)
@json_option
def rehearse(first: date, last: date, maildir: Path | None, as_json: bool) -> None:
    """Show which mails each reader would get between two days.

    The real planning and delivery run on a simulated clock over a copy of the database, into a
    Maildir; nothing is changed and nothing is sent. Where nobody has signed up, a sample reader
    does.
    """
    with ready_service() as service:
        zone = service.settings.zone
        own = service.settings.var / "rehearsal"
        folder = _fresh(maildir or own, marked=maildir is not None)
        start, end = _midnight(first, zone), _midnight(last + timedelta(1), zone)
        whole = max(int((end - start).total_seconds()), 1)
        shown = sys.stderr.isatty() and not as_json
        with click.progressbar(
            length=whole, label="Rehearsing", file=sys.stderr, hidden=not shown
        ) as bar:
            position = 0

            def progress(instant: datetime) -> None:
                nonlocal position
                done = int((instant - start).total_seconds())
                bar.update(done - position)
                position = done

            result = play(service, start=start, end=end, maildir=folder, progress=progress)
    if as_json:
        print_json([_as_json(mailing) for mailing in result.mailings])
    else:
        _print_timeline(result, folder)


def _print_timeline(result: Rehearsal, folder: Path) -> None:
    if result.sampled:
        click.echo("Nobody has signed up yet, so a sample reader follows the first feed.\n")
    for day, mailings in groupby(result.mailings, key=lambda mailing: _local(mailing).date()):
        click.echo(click.style(day_in_words(day, "en"), bold=True))
        for mailing in mailings:
            hour = f"{_local(mailing):%H:%M}"
            click.echo(f"  {hour}  {mailing.address}  {mailing.subject}")
    total = len(result.mailings)
    if not total and not result.unsent:
        click.echo("Nothing would be sent on these days: no reminder falls due.")
        return
    mails = "1 mail" if total == 1 else f"{total} mails"
    readers = "1 reader" if result.readers == 1 else f"{result.readers} readers"
    click.echo(f"\n{mails} to {readers}, each in that reader's own time. They lie in {folder}.")
    if result.unsent:
        click.echo(f"{result.unsent} more were owed and not sent: merged, past or unsubscribed.")


def _local(mailing: Mailing) -> datetime:
    return to_wall(mailing.at, mailing.zone)


def _as_json(mailing: Mailing) -> dict[str, object]:
    return {
        "at": mailing.at.astimezone(UTC).isoformat(),
        "local": _local(mailing).isoformat(),
        "zone": mailing.zone,
        "address": mailing.address,
        "subject": mailing.subject,
        "message_id": mailing.message_id,
    }


def _midnight(day: date, zone: str) -> datetime:
    return to_utc(datetime.combine(day, time()), zone)


def _fresh(folder: Path, *, marked: bool) -> Path:
    """The Maildir, empty. Only one that a rehearsal made is emptied, which its mark tells.

    Anybody's own Maildir looks just the same, and must not lose its mails to a slip of the hand.
    """
    if folder.exists() and any(folder.iterdir()):
        names = {child.name for child in folder.iterdir()}
        if names - {"cur", "new", "tmp", _MARK} or (marked and _MARK not in names):
            raise click.ClickException(
                f"{folder} holds what no rehearsal has put there; name an empty folder."
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder
