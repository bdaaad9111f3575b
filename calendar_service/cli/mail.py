"""`mail`: trying the way out, looking at mails, and the keys that they are signed with."""

from __future__ import annotations

from pathlib import Path

import click

from calendar_service.cli.context import ready_service
from calendar_service.cli.mail_preview import mail_preview_command
from calendar_service.config import settings_here
from calendar_service.delivery.relay import send_test
from calendar_service.mail.dkim_keys import load_keys, make_keys, zone_line


@click.group()
def mail() -> None:
    """See mails, try whether they get out, make keys to sign them."""


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


@mail.command("dkim-key")
@click.option("--selector", default="calendar", show_default=True, help="What they are called.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where they are kept; var/dkim without it.",
)
def dkim_key(selector: str, folder: Path | None) -> None:
    """Make keys to sign mails with. It prints what the DNS and the settings are to say.

    There are two, RSA with 2048 bits, which everybody understands, and ed25519. To replace keys,
    make some with another selector, and leave the old ones in the DNS for a week.
    """
    settings = settings_here()
    domain = settings.dkim_domain
    files = make_keys(folder or settings.var / "dkim", selector)
    click.echo(f"Put these two records into the DNS of {domain}:\n")
    for key in load_keys(files):
        click.echo(f"{zone_line(key, domain)}\n")
    click.echo(
        "Once `calendar-service doctor` finds them there, have mails signed with the keys:\n"
    )
    click.echo(f"export CALENDAR_DKIM_KEY='{','.join(str(file) for file in files)}'")


mail.add_command(mail_preview_command)
