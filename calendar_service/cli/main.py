"""The top of the command line."""

from __future__ import annotations

import click

from calendar_service import __version__
from calendar_service.cli.context import ServiceGroup
from calendar_service.cli.database import db
from calendar_service.cli.doctor import doctor
from calendar_service.cli.events import events
from calendar_service.cli.feeds import feeds
from calendar_service.cli.mail import mail
from calendar_service.cli.readers import readers
from calendar_service.cli.rehearse import rehearse
from calendar_service.cli.seed import seed
from calendar_service.cli.serve import up, web, worker

EPILOG = """\b
Start here:
  calendar-service up            the site, the feeds and the reminders, on this machine
  calendar-service rehearse --from 2026-02-01 --to 2026-07-09
  calendar-service doctor        what is set up, what is not, and how to mend it

Settings come from the environment (CALENDAR_ORIGIN ...) or from calendar-service.toml in the
working folder; `calendar-service doctor --help` lists them."""


@click.group(
    cls=ServiceGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="calendar-service")
def main() -> None:
    """Publish dated events, let readers subscribe to them, and remind them by email."""


for command in (up, web, worker, db, seed, events, feeds, readers, mail, rehearse, doctor):
    main.add_command(command)
