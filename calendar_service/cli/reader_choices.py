"""`readers change`: what a reader has chosen, changed by the operator whom they asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypedDict

import click

from calendar_service.actions.pausing import pause_by_address, resume_by_address
from calendar_service.actions.preferences import Choice, Wish, change_by_address
from calendar_service.actions.reader_cells import (
    RESUMED,
    CellError,
    read_digest,
    read_hour,
    read_language,
    read_offsets,
    read_zone,
    write_pause,
)
from calendar_service.cli.context import json_option, print_json, print_table, ready_service
from calendar_service.domain.fields import parse_day
from calendar_service.domain.readers import LAST_YEAR, Preferences, Target, TargetKind
from calendar_service.language.catalogues import LANGUAGES

_HEADINGS = ("FOLLOWS", "OFFSETS", "LANGUAGE", "ZONE", "HOUR", "NOTICES", "DIGEST", "PAUSED UNTIL")
_NEVER = "none"


class _Cell(click.ParamType[Any]):
    """A value as it stands in a file of readers."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """What it says; one that cannot be read is a usage error."""
        try:
            return self._read(str(value))
        except CellError as error:
            self.fail(str(error), param, ctx)


def _digest_or_none(text: str) -> object:
    return "" if text.lower() == _NEVER else read_digest(text)


def _day_or_resumed(text: str) -> date | str:
    day = parse_day(text)
    if text.lower() == RESUMED:
        return RESUMED
    if day is None or day.year > LAST_YEAR:
        raise CellError(f"{text!r} is no day; write it like 2026-09-01, or {RESUMED}.")
    return day


class _How(TypedDict):
    """What a change is of, and whether it is told."""

    only: Target | None
    silent: bool


def _by_number(choices: Iterable[Choice]) -> dict[int, Choice]:
    return {one.subscription_id: one for one in choices}


@click.command("change")
@click.argument("address")
@click.option("--feed", metavar="SLUG", help="Only for this feed that they follow.")
@click.option("--event", metavar="UID|SLUG", help="Only for this event that they follow itself.")
@click.option("--search", metavar="QUERY", help="Only for this search that they follow.")
@click.option(
    "--offsets",
    type=_Cell("offsets", read_offsets),
    metavar="LIST",
    help="When to remind, with blanks between: 'P7D P1D PT24H'.",
)
@click.option(
    "--lang",
    "language",
    type=_Cell("language", read_language),
    metavar="CODE",
    help=f"The language of their mails: {', '.join(LANGUAGES)}.",
)
@click.option(
    "--zone",
    type=_Cell("zone", read_zone),
    metavar="ZONE",
    help="Their time zone, like Europe/Tirane.",
)
@click.option(
    "--hour",
    type=_Cell("hour", read_hour),
    metavar="HH:MM",
    help="When reminders of all-day events and digests come, by their clock.",
)
@click.option("--notices/--no-notices", default=None, help="Whether to tell of changes.")
@click.option(
    "--digest",
    type=_Cell("digest", _digest_or_none),
    metavar="HOW OFTEN",
    help="All that is coming in one mail: daily, weekly or none.",
)
@click.option(
    "--pause-until",
    "pause",
    type=_Cell("day", _day_or_resumed),
    metavar="DAY",
    help="Send nothing until a day begins for them, like 2026-09-01, or until they have 'resumed'.",
)
@click.option("--resume", is_flag=True, help="Go on with what is paused.")
@click.option("--silent", is_flag=True, help="Write no mail that tells them.")
@json_option
def change_command(
    address: str,
    feed: str | None,
    event: str | None,
    search: str | None,
    *,
    pause: date | str | None,
    resume: bool,
    silent: bool,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Change what ADDRESS is sent, when and in which language.

    What is not named stays as it is. It holds for all that they follow, or for one feed or event of
    it. They get one mail that says how it is now. A mail that is waiting to be sent goes by what
    they have chosen when it is sent.
    """
    wish = Wish(**wishes)
    named = [
        Target(kind, name)
        for kind, name in zip(
            (TargetKind.FEED, TargetKind.EVENT, TargetKind.SEARCH),
            (feed, event, search),
            strict=True,
        )
        if name is not None
    ]
    if len(named) > 1:
        raise click.UsageError("Name a feed, an event or a search, not several.")
    if wish == Wish() and pause is None and not resume:
        raise click.UsageError("Name what to change, like --lang sq or --no-notices.")
    if pause is not None and resume:
        raise click.UsageError("Either pause or resume, not both.")
    how = _How(only=next(iter(named), None), silent=silent)
    changed: dict[int, Choice] = {}
    with ready_service() as service:
        if wish != Wish():
            changed |= _by_number(change_by_address(service, address, wish, **how))
        if pause is not None:
            day = pause if isinstance(pause, date) else None
            changed |= _by_number(pause_by_address(service, address, day, **how))
        if resume:
            changed |= _by_number(resume_by_address(service, address, **how))
    if as_json:
        print_json([_as_json(one) for one in changed.values()])
    elif changed:
        print_table(_HEADINGS, [_cells(one) for one in changed.values()])
        click.echo("No mail tells them." if silent else "A mail tells them how it is now.")
    else:
        click.echo("Nothing changed: it is so already.")


def _cells(one: Choice) -> tuple[str, ...]:
    wanted = one.preferences
    return (
        f"{one.target.kind} {one.target.name}",
        " ".join(map(str, wanted.offsets)),
        wanted.language,
        wanted.zone,
        f"{wanted.hour:%H:%M}",
        "yes" if wanted.notices else "no",
        str(wanted.digest or _NEVER),
        write_pause(one.paused_until),
    )


def _as_json(one: Choice) -> dict[str, object]:
    named = {"follows": one.target.name, "kind": str(one.target.kind)}
    return named | choices_as_json(one.preferences, one.paused_until)


def choices_as_json(wanted: Preferences, paused_until: datetime | None) -> dict[str, object]:
    """How a reader wants to be written to, for scripts; a pause as a file of readers has it."""
    return {
        "offsets": [str(offset) for offset in wanted.offsets],
        "language": wanted.language,
        "zone": wanted.zone,
        "hour": f"{wanted.hour:%H:%M}",
        "notices": wanted.notices,
        "digest": wanted.digest,
        "paused_until": write_pause(paused_until) or None,
    }
