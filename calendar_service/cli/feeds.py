"""`feeds`: what readers can subscribe to."""

from __future__ import annotations

import click

from calendar_service.actions.listing import feed_sizes
from calendar_service.cli.context import json_option, print_json, print_table, ready_service


@click.group()
def feeds() -> None:
    """Look at the feeds."""


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
