"""`readers`: who follows what."""

from __future__ import annotations

import click

from calendar_service.actions.listing import subscriptions
from calendar_service.cli.context import json_option, print_json, print_table, ready_service


@click.group()
def readers() -> None:
    """Look at the readers."""


@readers.command("list")
@json_option
def list_readers(as_json: bool) -> None:
    """List confirmed readers and what they follow."""
    with ready_service() as service:
        found = subscriptions(service)
    if as_json:
        print_json(
            [
                {
                    "address": one.address,
                    "follows": one.target.name,
                    "kind": str(one.target.kind),
                    "offsets": [str(offset) for offset in one.preferences.offsets],
                    "language": one.preferences.language,
                    "zone": one.preferences.zone,
                    "since": one.started_at.isoformat(),
                }
                for one in found
            ]
        )
        return
    if not found:
        click.echo("Nobody has confirmed a sign-up yet.")
        return
    rows = [
        (
            one.address,
            f"{one.target.kind} {one.target.name}",
            " ".join(str(offset) for offset in one.preferences.offsets),
            one.preferences.language,
            one.preferences.zone,
        )
        for one in found
    ]
    print_table(["ADDRESS", "FOLLOWS", "OFFSETS", "LANGUAGE", "ZONE"], rows)
