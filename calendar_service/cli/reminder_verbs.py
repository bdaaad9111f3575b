"""`reminders hold`, `release` and `retry`: what an operator does with mails."""

from __future__ import annotations

from datetime import timedelta

import click

from calendar_service.actions.holding import (
    hold_about,
    hold_all,
    hold_one,
    release_about,
    release_all,
    release_one,
    release_sending,
    retry_one,
    retry_refused,
)
from calendar_service.actions.reminder_listing import due_and_waiting
from calendar_service.actions.service import Service
from calendar_service.cli.context import ready_service
from calendar_service.domain.events import Revision
from calendar_service.store.rows import State

_WHICH = "DELIVERY|EVENT"
_NOT_AHEAD = timedelta()


@click.command("hold")
@click.argument("which", metavar=_WHICH, required=False)
@click.option("--all", "everything", is_flag=True, help="Stop all sending.")
@click.option("--why", default="", metavar="WORDS", help="The reason, for whoever looks next.")
def hold_command(which: str | None, everything: bool, why: str) -> None:
    """Hold a mail, all about an event, or everything.

    DELIVERY is the number of one mail that waits, as `reminders list --each` shows it; EVENT is a
    UID or a slug, and then nothing about that event leaves, what falls due later included. `--all`
    stops all sending: nothing is sent, owed or given up, and `doctor` says so.

    Nothing is lost by it: release takes it back, and what is still worth sending then leaves. A
    mail that a sender is handing over at this moment cannot be held any more.
    """
    if (which is None) is not everything:
        raise click.UsageError("Name a delivery or an event, or say --all.")
    why = why.strip() or "no reason was given"
    with ready_service() as service:
        if which is None:
            before = hold_all(service, why)
            click.echo(
                f"Sending was stopped already: {before}" if before else "Sending is stopped."
            )
        elif which.isdecimal():
            hold_one(service, int(which), why)
            click.echo(f"Delivery {which} is held.")
        else:
            click.echo(f"All mail about {_titled(hold_about(service, which, why))} is held.")
    click.echo(f"`calendar-service reminders release{f' {which}' if which else ''}` lets it go.")


@click.command("release")
@click.argument("which", metavar=f"[{_WHICH}]", required=False)
@click.option("--all", "everything", is_flag=True, help="Sending, and every held mail too.")
def release_command(which: str | None, everything: bool) -> None:
    """Let go what is held, or sending that was stopped.

    Without an argument, sending goes on after it was stopped: by `reminders hold --all`, because
    the clock jumped, or because a backup was restored. See `doctor` first: releasing says that the
    clock and the database are right as they are now. After a restored backup, what was sent since
    it was made is sent again, with the same Message-ID.

    DELIVERY lets one held mail go, EVENT all that are about it, and `--all` everything. What is no
    longer worth sending ends as expired and is counted.
    """
    if which is not None and everything:
        raise click.UsageError("Name a delivery or an event, or say --all; not both.")
    with ready_service() as service:
        if which is not None and which.isdecimal():
            release_one(service, int(which))
            click.echo(f"Delivery {which} is released.")
        elif which is not None:
            revision, mails = release_about(service, which)
            click.echo(f"Mail about {_titled(revision)} is released; {mails:,} had been held.")
        elif everything:
            why, mails = release_all(service)
            _say_thawed(why)
            click.echo(f"{mails:,} held mails are released.")
        else:
            _say_thawed(release_sending(service))
            _say_held(service)


@click.command("retry")
@click.argument("number", metavar="DELIVERY", type=int, required=False)
@click.option("--failed", is_flag=True, help="All that the relay has refused for good.")
@click.option(
    "--unconfirmed", is_flag=True, help="All that it never answered for; it may have them."
)
def retry_command(number: int | None, failed: bool, unconfirmed: bool) -> None:
    """Give a mail, or all refused ones, another try.

    DELIVERY is the number of a mail that was refused, was never answered for, or waits for its next
    try. Before it leaves it is looked at as ever: whether its event and its reader still want it.
    Nothing is tried again that is too late.

    A relay's reply of 5xx was meant for good; try again once you have mended what it complains of.
    """
    if (number is None) is (not failed and not unconfirmed):
        raise click.UsageError("Name a delivery, or say --failed, --unconfirmed or both.")
    with ready_service() as service:
        if number is not None:
            retry_one(service, number)
            click.echo(f"Delivery {number} is tried again with the next turn of a worker.")
            return
        states = [State.FAILED] * failed + [State.UNCONFIRMED] * unconfirmed
        count = retry_refused(service, states)
    click.echo(f"{count:,} mails are tried again; those that are too late are not.")


def _say_thawed(why: str) -> None:
    click.echo(f"Sending goes on. It was stopped: {why}" if why else "Sending was not stopped.")


def _say_held(service: Service) -> None:
    """That single mails are held still, where they are."""
    held = due_and_waiting(service, within=_NOT_AHEAD, state=str(State.HELD))
    if mails := sum(one.mails for one in held):
        click.echo(
            f"{mails:,} single mails are still held. `calendar-service reminders list --each "
            f"--state held` shows them; `calendar-service reminders release --all` lets them go."
        )


def _titled(revision: Revision) -> str:
    event = revision.event
    return f"{event.title_in(event.language)} ({event.slug})"
