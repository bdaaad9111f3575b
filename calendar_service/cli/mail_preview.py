"""`mail preview`: what each kind of mail looks like, before anybody gets one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from calendar_service.config import settings_here
from calendar_service.delivery.chromium import Chromium, ChromiumError, find_chromium, open_chromium
from calendar_service.delivery.composing import masthead_of
from calendar_service.delivery.gallery import (
    Look,
    exhibits,
    write_files,
    write_page,
    write_picture,
)
from calendar_service.errors import CalendarError, UnknownValueError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.samples import Samples

_ALL = "all"


@click.command("preview")
@click.argument("kind")
@click.option(
    "--lang", "languages", metavar="CODE", multiple=True, help="The language; may be repeated."
)
@click.option("--dark", is_flag=True, help="Pictures as they are by night.")
@click.option(
    "--width",
    "widths",
    metavar="PIXELS",
    type=click.IntRange(200, 4000),
    multiple=True,
    default=(320, 1024),
    show_default=True,
    help="How wide the pictures are; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write into; var/preview without it.",
)
@click.option(
    "--browser", metavar="PATH", help="The Chromium that draws; found by itself without it."
)
def mail_preview_command(
    kind: str,
    languages: tuple[str, ...],
    dark: bool,
    widths: tuple[int, ...],
    out: Path | None,
    browser: str | None,
) -> None:
    """Write a sample mail of a KIND, and pictures of it.

    The mail comes from the code that writes the real ones and has your site's name, sender and
    imprint. Beside the whole mail (.eml) lie its text and its HTML, and where there is a Chromium,
    what it looks like on a phone and on a desk.

    `all` writes all kinds in all languages, by day and by night, and a page of them, index.html.
    A KIND that there is none of gets the list of those there are. Of your own events,
    `calendar-service reminders preview` shows mails.
    """
    settings = settings_here()
    chosen = _kinds(kind)
    spoken = _languages(languages or (LANGUAGES if kind == _ALL else (settings.language,)))
    nights = (False, True) if kind == _ALL else (dark,)
    looks = [Look(width, night) for width in widths for night in nights]
    shown = exhibits(masthead_of(settings), chosen, spoken)
    folder = out or settings.var / "preview"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            chromium = _chromium(stack, browser)
            looks = looks if chromium else []
            for one in shown:
                files = write_files(folder, one)
                if chromium:
                    files += [write_picture(folder, one, look, chromium) for look in looks]
                click.echo(f"{one.name}: {one.mail.subject}")
                click.echo(f"    {', '.join(file.name for file in files)}")
        if kind == _ALL:
            click.echo(f"All of them are on the page {write_page(folder, shown, looks)}.")
    except OSError as error:
        raise CalendarError(f"{error.filename or folder}: {error.strerror}.") from error
    click.echo(f"Written to {folder}.")


def _kinds(kind: str) -> list[str]:
    known = list(Samples().all())
    if kind == _ALL:
        return known
    if kind not in known:
        raise UnknownValueError(f"No mails of the kind {kind!r}; write one of {', '.join(known)}.")
    return [kind]


def _languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    for one in languages:
        if one not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise UnknownValueError(f"No mails in {one!r}; write one of {known}.")
    return languages


def _chromium(stack: ExitStack, browser: str | None) -> Chromium | None:
    """The browser that draws; without one there are no pictures, and it is said why."""
    try:
        return stack.enter_context(open_chromium(browser or find_chromium()))
    except ChromiumError as error:
        if browser:
            raise
        click.echo(f"No pictures: {error}", err=True)
        return None
