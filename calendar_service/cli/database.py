"""`db`: the database's form."""

from __future__ import annotations

import click

from calendar_service.cli.context import open_here


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the tables to the form that this release needs. Repeating it does no harm."""
    service = open_here()
    before = service.database.version()
    service.database.upgrade()
    after = service.database.version()
    if before == after:
        click.echo(f"The database is at {after}, the newest form.")
    else:
        click.echo(f"The database went from {before or 'empty'} to {after}.")
    service.database.close()
