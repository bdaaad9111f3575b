"""`up`, `web` and `worker`: the service at work."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import click

from calendar_service.actions.agenda import all_feeds
from calendar_service.cli.context import open_here, ready_service
from calendar_service.cli.seed import describe, load_here, summary
from calendar_service.cli.supervisor import Supervisor, check_free, end_with_parent
from calendar_service.config import Settings
from calendar_service.delivery.relay import open_sender
from calendar_service.domain.feeds import Feed
from calendar_service.scheduler.worker import run_worker
from calendar_service.web.server import serve

_with_parent = click.option(
    "--with-parent", is_flag=True, hidden=True, help="End when standard input closes."
)


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
    loaded = load_here(service)
    click.echo(summary(loaded))
    for conflict in loaded.conflicts:
        click.echo(describe(conflict), err=True)
    where = _where(settings, all_feeds(service))
    service.database.close()
    supervisor = Supervisor(["web", "worker"])
    sys.exit(supervisor.run(settings.address, when_ready=lambda: click.echo(where)))


@click.command()
@_with_parent
def web(with_parent: bool) -> None:
    """Serve the site and the feeds alone."""
    _log_to_stderr()
    if with_parent:
        end_with_parent()
    with ready_service() as service:
        serve(service, service.settings.bind)


@click.command()
@_with_parent
def worker(with_parent: bool) -> None:
    """Plan and send the reminders alone; several may run on one database."""
    _log_to_stderr()
    if with_parent:
        end_with_parent()
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    with ready_service() as service:
        run_worker(service, lambda: open_sender(service.settings), stop)


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
  Rehearse   calendar-service rehearse --from 2026-02-01 --to 2026-07-09
  Trouble?   calendar-service doctor

Ctrl-C stops it."""


def _log_to_stderr() -> None:
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form)
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
