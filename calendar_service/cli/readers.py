"""`readers`: who follows what; changing it, taking readers over and out, and forgetting them."""

from __future__ import annotations

from datetime import datetime

import click

from calendar_service.actions.erasing import erase_reader, look_up
from calendar_service.actions.listing import subscriptions
from calendar_service.actions.standing import (
    Suppression,
    allow_address,
    standing_of,
    suppress_address,
)
from calendar_service.cli.context import (
    json_option,
    print_json,
    print_json_stream,
    print_stream,
    ready_service,
)
from calendar_service.cli.reader_choices import change_command, choices_as_json
from calendar_service.cli.reader_files import export_command, import_command
from calendar_service.store.queries.holdings import Held
from calendar_service.store.queries.readers import Subscription

_HEADINGS = (
    "ADDRESS",
    "FOLLOWS",
    "OFFSETS",
    "LANGUAGE",
    "ZONE",
    "NOTICES",
    "DIGEST",
    "NOT WRITTEN TO",
)


@click.group()
def readers() -> None:
    """List, change, import, export and erase readers.

    A reader is a confirmed address. Whoever signs up on the site appears here once the link in
    the confirmation mail was used; readers of another tool come in with `readers import`.
    """


@readers.command("list")
@click.option("--feed", metavar="SLUG", help="Only those who follow this feed.")
@click.option(
    "--event",
    metavar="UID|SLUG",
    help="Only those who are reminded of this event: they follow it, or a feed that it is in.",
)
@click.option("--suppressed", is_flag=True, help="Only those who are not written to any more.")
@json_option
def list_readers(feed: str | None, event: str | None, suppressed: bool, as_json: bool) -> None:
    """List readers and what they follow, one line for each.

    Who has stopped is not listed. Who is not written to any more is, with why, the last mail
    server's code, and since when; `calendar-service readers allow` takes that back.
    `calendar-service readers export` tells more, as CSV.
    """
    with ready_service() as service:
        found = standing_of(service, subscriptions(service, feed=feed, event=event))
        if suppressed:
            found = ((one, why) for one, why in found if why)
        now = service.clock.now()
        if as_json:
            print_json_stream(_as_json(one, why, now) for one, why in found)
            return
        nothing = "Nobody. Readers are here once they have confirmed, or were imported."
        nothing = "Nobody." if suppressed else nothing
        print_stream(_HEADINGS, (_cells(one, why) for one, why in found), nothing=nothing)


def _cells(one: Subscription, why: Suppression | None) -> tuple[str, ...]:
    wanted = one.preferences
    return (
        one.address,
        f"{one.target.kind} {one.target.name}",
        " ".join(map(str, wanted.offsets)),
        wanted.language,
        wanted.zone,
        "yes" if wanted.notices else "no",
        str(wanted.digest or "none"),
        f"{why.why} {why.status}".rstrip() + f", {why.at:%Y-%m-%d}" if why else "",
    )


def _as_json(one: Subscription, why: Suppression | None, now: datetime) -> dict[str, object]:
    paused = one.paused_until if one.paused_until and one.paused_until > now else None
    return {
        "address": one.address,
        "follows": one.target.name,
        "kind": str(one.target.kind),
        **choices_as_json(one.preferences, paused),
        "since": one.started_at.isoformat(),
        "suppressed": {"why": why.why, "status": why.status, "since": why.at.isoformat()}
        if why
        else None,
    }


@readers.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@json_option
def erase(address: str, yes: bool, as_json: bool) -> None:
    """Erase everything that is held about an address, for good.

    What goes: the reader, what they follow and followed, the words they agreed to, sign-ups that
    wait for confirmation, and every mail owed or sent to them with its history. What waits to be
    sent is not sent; a mail that is just being handed to the relay may still arrive. One line stays
    in the audit trail, which says how much was erased and names nobody.

    What is kept outside of the database is not touched: mails in the Maildir of an installation
    without a relay, the relay's own log, your backups, and files that you import from. Take the
    address out of those, or importing such a file again brings it back.

    An address that is not here is told, with exit status 1.
    """
    with ready_service() as service:
        if not yes:
            _echo_held(address, look_up(service, address), "here:")
            click.confirm("Erase all of it?", abort=True)
        held = erase_reader(service, address)
    if as_json:
        print_json(
            {
                "follows": [f"{target.kind} {target.name}" for target in held.follows],
                "consents": held.consents,
                "signups": held.signups,
                "deliveries": held.deliveries,
            }
        )
    else:
        _echo_held(address, held, "erased:")


def _echo_held(address: str, held: Held, what: str) -> None:
    follows = ", ".join(f"{target.kind} {target.name}" for target in held.follows)
    mails = ", ".join(f"{number} {state}" for state, number in sorted(held.deliveries.items()))
    click.echo(f"{address}, {what}")
    click.echo(f"  follows or followed  {follows or 'nothing'}")
    click.echo(f"  words agreed to      {held.consents}")
    click.echo(f"  sign-ups             {held.signups}")
    click.echo(f"  mails                {mails or 'none'}")


readers.add_command(change_command)
readers.add_command(import_command)
readers.add_command(export_command)


@readers.command("suppress")
@click.argument("address")
def suppress_command(address: str) -> None:
    """Never write to ADDRESS again, whoever signs it up.

    It is kept as a keyed hash alone, and stays when its reader is erased.
    """
    with ready_service() as service:
        new = suppress_address(service, address)
    click.echo(
        "Nothing is sent to it any more." if new else "Nothing was sent to it before either."
    )


@readers.command("allow")
@click.argument("address")
def allow_command(address: str) -> None:
    """Write to ADDRESS again, whatever it was suppressed for."""
    with ready_service() as service:
        was = allow_address(service, address)
    why = f"{was.why} {was.status}".strip()
    click.echo(f"It is written to again. It was not since {was.at:%Y-%m-%d}: {why}.")
