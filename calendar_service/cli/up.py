"""`up`: the whole service, with one command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from calendar_service.actions.pages import all_feeds
from calendar_service.actions.rendering import renew_feeds
from calendar_service.cli.context import open_here, program
from calendar_service.cli.seed import describe, load_here, summary
from calendar_service.cli.supervisor import Supervisor, check_free
from calendar_service.config import Settings
from calendar_service.domain.feeds import Feed


@click.command()
def up() -> None:
    """Start everything: database, content, site and reminders. Ctrl-C stops it.

    Makes what is missing, loads feeds/ and seeds/, serves the site and sends the reminders, and
    prints where to look.
    """
    service = open_here()
    settings = service.settings
    check_free(*settings.address)
    service.database.upgrade()
    renew_feeds(service)
    loaded = load_here(service)
    click.echo(summary(loaded))
    for conflict in loaded.conflicts:
        click.echo(describe(conflict), err=True)
    where = _where(settings, all_feeds(service))
    service.database.close()
    supervisor = Supervisor(["web", "worker"])
    sys.exit(supervisor.run(settings.address, when_ready=lambda: click.echo(where)))


def _where(settings: Settings, feeds: Sequence[Feed]) -> str:
    """Where to look, once all runs."""
    feed = f"{settings.origin}/feeds/{feeds[0].slug}.ics" if feeds else "none; add one to feeds/"
    if settings.smtp_url:
        mails = "sent through the relay that CALENDAR_SMTP_URL names"
    else:
        mails = (
            f"{settings.maildir}  (a Maildir: no relay is configured, so nothing leaves this\n"
            f"             machine; set CALENDAR_SMTP_URL to send)"
        )
    return f"""
The calendar is up.

  Page       {settings.origin}/
  A feed     {feed}
  Mails      {mails}
  Rehearse   {program()} rehearse --from 2026-02-01 --to 2026-07-09
  Trouble?   {program()} doctor

Ctrl-C stops it."""
