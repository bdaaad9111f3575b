"""`reminders`: what is owed, what waits and why; holding back, letting go, looking over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta

import click

from calendar_service.actions.reminder_history import History, history_of
from calendar_service.actions.reminder_listing import (
    PLANNED,
    Mail,
    Owed,
    due_and_waiting,
    mails_by_event,
    mails_one_by_one,
)
from calendar_service.cli.context import (
    json_option,
    print_json,
    print_json_stream,
    print_stream,
    print_table,
    ready_service,
)
from calendar_service.cli.durations import WITHIN
from calendar_service.cli.reminder_checks import audit_command, preview_command
from calendar_service.cli.reminder_verbs import hold_command, release_command, retry_command
from calendar_service.language.offsets import offset_in_words
from calendar_service.store.rows import State


@click.group()
def reminders() -> None:
    """See what is owed and why; hold, release, retry, audit.

    A reminder is planned for an instant. When that has come, every reader who wants it is owed a
    mail (a delivery, which has a number), and the mail goes from queued to sent. `doctor` says
    whether all of this runs.
    """


@reminders.command("list")
@click.option(
    "--due", is_flag=True, help="What falls due next, and what waits; else all that was ever owed."
)
@click.option(
    "--state",
    type=click.Choice([PLANNED, *map(str, State)]),
    help="Only this state; `planned` goes with --due.",
)
@WITHIN
@click.option("--each", is_flag=True, help="Mail by mail, each with its number, not counted.")
@click.option("--event", metavar="UID|SLUG", help="Only mails about this event; implies --each.")
@click.option("--reader", metavar="ADDRESS", help="Only mails to this address; implies --each.")
@json_option
def list_reminders(
    due: bool,
    state: str | None,
    within: timedelta,
    each: bool,
    event: str | None,
    reader: str | None,
    as_json: bool,
) -> None:
    """List reminders by event and offset, with counts.

    `--due` shows what falls due within --within, and everything that waits: queued, sending
    and held mails. Times are UTC. `--each` shows the numbers that show, hold, release and retry
    take.
    """
    by_mail = each or event is not None or reader is not None
    if state == PLANNED and (by_mail or not due):
        raise click.UsageError("--state planned goes with --due alone: nobody is owed it yet.")
    if due and by_mail:
        raise click.UsageError("--due counts mails; leave it out to see them one by one.")
    with ready_service() as service:
        if by_mail:
            _print_mails(
                mails_one_by_one(service, state=state, event=event, reader=reader), as_json
            )
            return
        owed = (
            due_and_waiting(service, within=within, state=state)
            if due
            else mails_by_event(service, state=state)
        )
    _print_owed(owed, as_json)


def _print_owed(owed: list[Owed], as_json: bool) -> None:
    if as_json:
        print_json([{**asdict(one), "offset": one.offset or None} for one in owed])
        return
    if not owed:
        click.echo("Nothing.")
        return
    headings = ["STATE", "MAILS", "DUE (UTC)", "OFFSET", "EVENT", "WHEN"]
    print_table(
        headings,
        [
            (
                one.state,
                f"{one.mails:,}",
                _span(one.first, one.last),
                one.offset or one.kind,
                one.about.slug,
                one.about.when,
            )
            for one in owed
        ],
    )


def _print_mails(mails: Iterator[Mail], as_json: bool) -> None:
    if as_json:
        print_json_stream(asdict(one) for one in mails)
        return
    headings = ("NUMBER", "STATE", "DUE (UTC)", "OFFSET", "EVENT", "ADDRESS")
    cells = (
        (
            str(one.number),
            one.state,
            f"{one.due_at:%Y-%m-%d %H:%M}",
            one.offset or one.kind,
            one.slug,
            one.address,
        )
        for one in mails
    )
    print_stream(headings, cells, nothing="Nothing.")


def _span(first: datetime, last: datetime) -> str:
    begins = f"{first:%Y-%m-%d %H:%M}"
    if last - first < timedelta(minutes=1):
        return begins
    return f"{begins} to {last:%H:%M}" if first.date() == last.date() else f"{begins} ..."


@reminders.command("show")
@click.argument("number", metavar="DELIVERY", type=int)
@json_option
def show(number: int, as_json: bool) -> None:
    """Show one mail's whole history, and what happens next.

    DELIVERY is its number, as `reminders list --each` shows it.
    """
    with ready_service() as service:
        history = history_of(service, number)
    if as_json:
        print_json(asdict(history))
    else:
        _print_history(history)


def _print_history(history: History) -> None:
    click.echo(
        click.style(f"delivery {history.number}: {history.kind}, {history.state}", bold=True)
    )
    click.echo(f"to        {history.address}")
    if history.about.slug:
        title = history.about.title or history.about.slug
        click.echo(f"about     {title} ({history.about.slug}), {history.about.when}")
        zone = history.zone or "unknown"
        wanted = f"{history.offset}, {offset_in_words(history.offset, 'en')}; "
        click.echo(f"wanted    {wanted if history.offset else ''}zone {zone}")
    if history.about.slug or history.because:
        click.echo(f"because   {_because(history)}")
    click.echo(f"worth it  until {history.deadline:%Y-%m-%d %H:%M} UTC")
    for step in history.steps:
        click.echo(f"  {step.at:%Y-%m-%d %H:%M:%S}  {step.words}")
    click.echo(history.next)


def _because(history: History) -> str:
    if not history.because:
        return "of nothing any more: the reader has stopped what it was sent for"
    return f"the reader follows {', '.join(history.because)}"


for _command in (hold_command, release_command, retry_command, audit_command, preview_command):
    reminders.add_command(_command)
