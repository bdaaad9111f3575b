"""`web`: the site and the feeds."""

from __future__ import annotations

import click
from flask import Flask

from calendar_service.actions.rendering import renew_feeds
from calendar_service.cli.context import log_to_stderr, open_here, ready_service
from calendar_service.cli.supervisor import check_free, with_parent_option
from calendar_service.web.app import create_app
from calendar_service.web.server import serve


@click.command()
@with_parent_option
def web() -> None:
    """Serve the site and the feeds alone."""
    log_to_stderr()
    with ready_service() as service:
        renew_feeds(service)
        settings = service.settings
    check_free(*settings.address)
    serve(_site, *settings.address, workers=settings.workers)


def _site() -> Flask:
    """The site in a worker, which reads the settings anew."""
    log_to_stderr()
    return create_app(open_here())
