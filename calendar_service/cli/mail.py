"""`mail`: trying the way out."""

from __future__ import annotations

import click

from calendar_service.cli.context import ready_service
from calendar_service.delivery.relay import send_test


@click.group()
def mail() -> None:
    """See whether mail gets out."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a short mail to ADDRESS now. It tells what the relay answered."""
    with ready_service() as service:
        reply = send_test(service, address)
        if service.settings.smtp_url:
            click.echo(f"The relay took it: {reply}")
        else:
            click.echo(f"No relay is configured, so it lies in {service.settings.maildir}: {reply}")
