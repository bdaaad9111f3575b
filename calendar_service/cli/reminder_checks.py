"""`reminders audit` and `reminders preview`: looking before it is too late."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from calendar_service.actions.auditing import Audit, Gap, audit_reminders, mend_reminders
from calendar_service.cli.context import json_option, print_json, ready_service
from calendar_service.cli.durations import WITHIN
from calendar_service.delivery.preview import preview_digest, preview_notice, preview_reminder
from calendar_service.domain.digests import Digest
from calendar_service.domain.reminders import Offset
from calendar_service.errors import CalendarError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.language.negotiation import spelled


@click.command("audit")
@WITHIN
@click.option("--mend", is_flag=True, help="Plan what is missing, so that it is owed and sent.")
@json_option
@click.pass_context
def audit_command(ctx: click.Context, within: timedelta, mend: bool, as_json: bool) -> None:
    """Check that every reader's reminders are in place.

    For every running subscription and every date that it covers, each reminder that falls due
    within --within, or was due and is not over, must be planned or owed. What is wanted is taken
    from the subscriptions and all instants are reckoned anew. And every change of the last 30 days
    must be told to whom it is news, and every event that has come to a search to who wants that, as
    far as it is not over; and digests must be planned or owed to all who want them. Names what is
    missing, for whom and why.

    The exit status is 1 where something is missing, unless --mend has planned it.
    """
    with ready_service() as service:
        look = mend_reminders if mend else audit_reminders
        audit = look(service, within=within)
    if as_json:
        print_json({**asdict(audit), "mended": mend})
    else:
        _print(audit, mend)
    if audit.gaps and not mend:
        ctx.exit(1)


def _print(audit: Audit, mended: bool) -> None:
    for gap in audit.gaps:
        _print_gap(gap)
    looked_at = (
        f"{audit.reminders:,} reminders of {audit.dates:,} dates were looked at, "
        f"due at {audit.instants:,} instants."
    )
    click.echo(looked_at)
    if audit.waiting:
        click.echo(f"{audit.waiting:,} instants have come and wait for a worker to owe them.")
    if not audit.gaps:
        click.echo(click.style("Nothing is missing.", fg="green"))
        return
    readers = sum(gap.readers for gap in audit.gaps)
    if mended:
        click.echo(f"{readers:,} were missing and are planned now.")
    else:
        click.echo(
            click.style(f"{readers:,} are missing.", fg="red")
            + " `calendar-service reminders audit --mend` plans them."
        )


def _print_gap(gap: Gap) -> None:
    place = f" for {gap.zone} at {gap.hour}" if gap.zone else ""
    about = f"{gap.about.slug}, {gap.about.when}" if gap.about.slug else "digest"
    click.echo(
        f"{about}: {gap.offset or gap.kind}{place}, "
        f"due {gap.instant:%Y-%m-%d %H:%M} UTC: {gap.readers:,} readers: {gap.why}"
    )
    shown = ", ".join(gap.addresses)
    more = gap.readers - len(gap.addresses)
    click.echo(f"    {shown}" + (f" and {more:,} more" if more > 0 else ""))


@click.command("preview")
@click.argument("event", metavar="EVENT|FEED")
@click.option("--lang", metavar="CODE", help="The language; the site's own unless given.")
@click.option("--zone", metavar="NAME", help="The reader's time zone; the site's own unless given.")
@click.option("--offset", default="P1D", show_default=True, help="How long before: P7D, PT24H.")
@click.option("--notice", is_flag=True, help="Instead, what its last change is told as.")
@click.option(
    "--digest",
    type=click.Choice([str(often) for often in Digest]),
    help="Instead, a feed's digest.",
)
@click.option("--told", type=int, metavar="N", help="By a reader who knows its revision N.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the page into this file.")
@click.option("--eml", type=click.Path(path_type=Path), help="Write the whole mail into this file.")
def preview_command(
    event: str,
    lang: str | None,
    zone: str | None,
    offset: str,
    notice: bool,
    digest: str | None,
    told: int | None,
    html: Path | None,
    eml: Path | None,
) -> None:
    """Show a reminder, a notice or a digest as it would be sent.

    EVENT is a UID or a slug; of a series, its next date. Drafts too: see it before anybody does.
    The mail comes from the code that writes the real ones, at the instant at which it would be due;
    its reader is made up, and its links lead nowhere.

    --notice shows what a reader is told who knows the event as it was before, or as --told says.
    `calendar-service events show EVENT` lists its revisions by their numbers. --digest takes the
    slug of a FEED, and shows the next one of who follows that.
    """
    with ready_service() as service:
        language = spelled(lang, LANGUAGES) or lang if lang else service.settings.language
        zone = zone or service.settings.zone
        if digest is not None:
            mail = preview_digest(service, event, Digest(digest), language=language, zone=zone)
        elif notice or told is not None:
            mail = preview_notice(service, event, language=language, zone=zone, told=told)
        else:
            asked = Offset.parse(offset)
            mail = preview_reminder(service, event, language=language, zone=zone, offset=asked)
    click.echo(click.style(f"Subject: {mail.subject}", bold=True))
    click.echo(f"Due: {mail.at:%Y-%m-%d %H:%M} UTC\n\n{mail.body('plain')}")
    if html is not None:
        _write(html, mail.body("html").encode())
    if eml is not None:
        _write(eml, mail.content)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CalendarError(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"Written to {file}.", err=True)
