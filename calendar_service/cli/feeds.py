"""`feeds`: what readers can subscribe to."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from calendar_service.actions.exporting import export_feeds
from calendar_service.actions.listing import feed_sizes
from calendar_service.cli.context import json_option, print_json, print_table, ready_service


@click.group()
def feeds() -> None:
    """List the feeds, and write them as files."""


@feeds.command("list")
@json_option
def list_feeds(as_json: bool) -> None:
    """List the feeds with their addresses."""
    with ready_service() as service:
        sizes = feed_sizes(service)
        language, origin = service.settings.language, service.settings.origin
    if as_json:
        print_json(
            [
                {
                    "slug": feed.slug,
                    "title": dict(feed.title),
                    "languages": list(feed.languages),
                    "events": events,
                    "url": f"{origin}/feeds/{feed.slug}.ics",
                }
                for feed, events in sizes
            ]
        )
        return
    rows = [
        (feed.slug, events, feed.title_in(language), f"{origin}/feeds/{feed.slug}.ics")
        for feed, events in sizes
    ]
    print_table(["SLUG", "EVENTS", "TITLE", "SUBSCRIBE TO"], rows)


@feeds.command("export")
@click.argument("folder", metavar="DIR", type=click.Path())
@json_option
def export(folder: str, as_json: bool) -> None:
    """Write all feeds to DIR as files.

    They are for a web server, a bucket or a CDN. /feeds/nato.ics becomes DIR/feeds/nato.ics and
    /feeds/nato.ics?lang=en DIR/feeds/nato.en.ics, with .gz and .zst beside them and the date of
    their last change. Only what differs is written. To have it done at each change, set
    CALENDAR_PUBLISH.
    """
    if not folder:
        raise click.BadParameter("it is empty; name a folder.", param_hint="DIR")
    shown = sys.stderr.isatty() and not as_json
    with (
        ready_service() as service,
        click.progressbar(length=1, label="Exporting", file=sys.stderr, hidden=not shown) as bar,
    ):

        def progress(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        exported = export_feeds(service, Path(folder).absolute(), progress=progress)
    if as_json:
        print_json(asdict(exported))
        return
    click.echo(
        f"{folder}: {exported.written} files written, {exported.unchanged} unchanged, "
        f"{exported.removed} removed."
    )
