"""`web`: the site and the feeds."""

from __future__ import annotations

import click

from calendar_service.actions.rendering import renew_feeds
from calendar_service.cli.context import log_to_stderr, ready_service
from calendar_service.cli.supervisor import with_parent_option
from calendar_service.web.server import serve


@click.command()
@with_parent_option
def web() -> None:
    """Serve the site and the feeds alone."""
    log_to_stderr()
    with ready_service() as service:
        renew_feeds(service)
        serve(service, service.settings.bind)
