"""`events`: an editor's verbs."""

from __future__ import annotations

from typing import Any

import click

from calendar_service.actions.left_out import find_left_out, left_out_events
from calendar_service.actions.listing import Past, all_revisions, event_history
from calendar_service.actions.publishing import (
    Published,
    add_event,
    cancel_event,
    move_event,
    postpone_event,
)
from calendar_service.actions.service import Service
from calendar_service.cli.context import json_option, print_json, print_table, ready_service
from calendar_service.domain.documents import write_event
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.when import AllDay, InMonth, Timed, When, over_at
from calendar_service.domain.when_documents import MONTH, parse_when, typed_when
from calendar_service.domain.words import when_in_words
from calendar_service.errors import InvalidInputError

_WHEN_HELP = "A day (2026-07-07), a day and hour (2026-07-07 15:00), or a month (2026-07)."


SILENT = click.option(
    "--silent", is_flag=True, help="A correction that readers need not hear of: send no notice."
)


@click.group()
def events() -> None:
    """List, publish, move, postpone and cancel events.

    An event is named by its UID or its slug.
    """


@events.command("list")
@json_option
def list_events(as_json: bool) -> None:
    """List all events by day. Last come those that no feed can show."""
    with ready_service() as service:
        revisions = all_revisions(service)
        left_out = left_out_events(service)
        language = service.settings.language
    if as_json:
        shown = [
            _as_json(one) for one in revisions if one.event.uid not in {o.uid for o in left_out}
        ]
        print_json([*shown, *({**one.document, "left_out": one.reason} for one in left_out)])
        return
    rows = [
        (
            when_in_words(revision.event.when, "en"),
            revision.event.status,
            revision.event.uid,
            revision.event.slug,
            revision.event.title_in(language),
        )
        for revision in revisions
    ]
    print_table(["WHEN", "STATUS", "UID", "SLUG", "TITLE"], rows)
    if left_out:
        click.echo(f"\nIn no feed, until they are mended: {len(left_out)}")
    for one in left_out:
        click.echo(f"  {one.uid}: {one.reason}")


@events.command("show")
@click.argument("name", metavar="UID|SLUG")
@json_option
def show_event(name: str, as_json: bool) -> None:
    """Show one event and how it became what it is."""
    with ready_service() as service:
        left_out = find_left_out(service, name)
        try:
            revision, history = event_history(service, name)
        except InvalidInputError:
            if left_out is None:
                raise
            print_json({**left_out.document, "left_out": left_out.reason})
            return
    if left_out:
        click.echo(f"In no feed, until it is mended: {left_out.reason}", err=True)
    if as_json:
        print_json({**_as_json(revision), "history": [_past_as_json(past) for past in history]})
        return
    event = revision.event
    for language in event.title:
        click.echo(click.style(f"{event.title_in(language)}  [{language}]", bold=True))
    click.echo(f"when      {when_in_words(event.when, 'en')}")
    if event.place:
        click.echo(f"place     {event.in_language(event.place.name, 'en')[0]}")
    click.echo(f"status    {event.status}{_reason(event)}")
    click.echo(f"uid       {event.uid}\nslug      {event.slug}\ntopics    {' '.join(event.topics)}")
    for past in history:
        changed = f"  {', '.join(past.changed)}" if past.changed else ""
        click.echo(
            f"sequence  {past.sequence}  {past.published_at:%Y-%m-%d %H:%M} UTC"
            f"  by {past.actor}{changed}"
        )


@events.command("add")
@click.option("--title", required=True, help="The title, in the language given.")
@click.option("--start", required=True, help=_WHEN_HELP)
@click.option("--end", help="The last day, included; or the day and hour it ends.")
@click.option("--zone", help="The time zone of an hour, like Europe/Brussels.")
@click.option("--place", help="Where it is, in one line.")
@click.option("--topic", "topics", multiple=True, help="A topic that feeds select by; repeatable.")
@click.option("--new-topic", "new_topics", multiple=True, help="One that nothing has so far.")
@click.option("--language", help="The language of title and place; the site's own unless given.")
@click.option("--description", help="A text about it.")
@click.option("--uid", help="Its identity for life; made up unless given.")
@click.option("--slug", help="Its name in addresses; made of the title unless given.")
@json_option
def add(**options: Any) -> None:
    """Publish a new event. A date alone means all day."""
    with ready_service() as service:
        language = options["language"] or service.settings.language
        document = _document(language, options)
        published = add_event(service, document, known_topics=options["topics"])
        over = _is_over(service, published)
    _report(published, "published", options["as_json"])
    _tell_if(over, published)


@events.command("move")
@click.argument("name", metavar="UID|SLUG")
@click.option("--start", required=True, help=_WHEN_HELP)
@click.option("--end", help="The last day, included, or the hour; as long as before unless given.")
@click.option("--zone", help="The time zone of an hour; the event's own unless given.")
@SILENT
@json_option
def move(
    name: str, start: str, end: str | None, zone: str | None, silent: bool, as_json: bool
) -> None:
    """Give an event a new time. Its readers are told, and their reminders move with it.

    What is moved to a month has no day in feeds any more; what is put off to one, by `events
    postpone`, stays on its old day, marked.
    """
    with ready_service() as service:
        revision, _ = event_history(service, name)
        when = _moved(revision.event.when, start, end, zone)
        published = move_event(service, name, when, silent=silent)
        over = _is_over(service, published)
    _report(published, "moved", as_json)
    _tell_if(over, published)
    _tell_of_lost_day(revision.event, published.revision.event)


@events.command("postpone")
@click.argument("name", metavar="UID|SLUG")
@click.option("--reason", default="", help="Why, for readers, in the event's own language.")
@click.option("--until", metavar="MONTH", help="The month it is expected in, like 2026-09.")
@SILENT
@json_option
def postpone(name: str, reason: str, until: str | None, silent: bool, as_json: bool) -> None:
    """Put an event off to a day not yet known. `events move` gives it a new one.

    It is marked in every feed, its readers are told, and nobody is reminded of it until then.
    """
    month = _month(until) if until else None
    with ready_service() as service:
        published = postpone_event(service, name, reason, until=month, silent=silent)
        over = month is not None and _is_over(service, published)
    _report(published, "postponed", as_json)
    _tell_if(over, published)


@events.command("cancel")
@click.argument("name", metavar="UID|SLUG")
@click.option("--reason", default="", help="Why, for readers, in the event's own language.")
@SILENT
@json_option
def cancel(name: str, reason: str, silent: bool, as_json: bool) -> None:
    """Cancel an event. It is marked in every feed, and nobody is reminded of it any more.

    Its readers are told, with the reason.
    """
    with ready_service() as service:
        published = cancel_event(service, name, reason, silent=silent)
    _report(published, "cancelled", as_json)


def _month(text: str) -> InMonth:
    when = parse_when(text, None, None, "events postpone") if MONTH.fullmatch(text) else None
    if not isinstance(when, InMonth):
        raise click.UsageError("--until takes a month, like 2026-09; a day goes to `events move`.")
    return when


def _document(language: str, options: dict[str, Any]) -> dict[str, object]:
    """The event as it was typed: its mistakes are found all together."""
    document: dict[str, object] = {
        **typed_when(options["start"], options["end"], options["zone"]),
        "language": language,
        "title": {language: options["title"]},
        "topics": [*options["topics"], *options["new_topics"]],
    }
    if options["place"]:
        document["place"] = {"name": {language: options["place"]}}
        if options["zone"]:
            document["place"] = {"name": {language: options["place"]}, "zone": options["zone"]}
    if options["description"]:
        document["description"] = {language: options["description"]}
    named = {name: options[name] for name in ("uid", "slug") if options[name]}
    return document | named


def _moved(before: When, start: str, end: str | None, zone: str | None) -> When:
    """The new time: as long as before where no end is given, in the same zone where none is."""
    timed = len(start) > len("2026-07-07")
    own = before.zone if isinstance(before, Timed) else None
    when = parse_when(start, end, zone or (own if timed else None), "events move")
    if end is not None:
        return when
    if isinstance(when, AllDay) and isinstance(before, AllDay):
        return before.moved_to(when.first)
    if isinstance(when, Timed) and isinstance(before, Timed) and before.end:
        return Timed(when.start, when.start + (before.end - before.start), when.zone)
    return when


def _report(published: Published, verb: str, as_json: bool) -> None:
    if as_json:
        print_json({**_as_json(published.revision), "changed": published.changed})
        return
    event = published.revision.event
    if not published.changed:
        click.echo(f"Nothing changed: {event.uid} is like that already.")
        return
    click.echo(f"{verb.capitalize()}: {event.title_in(event.language)}")
    click.echo(f"  {when_in_words(event.when, 'en')}")
    click.echo(f"  uid {event.uid}, sequence {published.revision.sequence}, /events/{event.slug}")


def _is_over(service: Service, published: Published) -> bool:
    event = published.revision.event
    return (
        published.changed
        and event.recurrence is None
        and over_at(event.when, service.settings.zone) <= service.clock.now()
    )


def _tell_if(over: bool, published: Published) -> None:
    """Tells the editor of what is over as soon as it is published: a year is mistyped soon."""
    slug = published.revision.event.slug
    if over:
        click.echo(
            "It is over already. If a digit is wrong, "
            f"`calendar-service events move {slug} --start DAY` gives it another time.",
            err=True,
        )


def _tell_of_lost_day(before: Event, after: Event) -> None:
    """Tells the editor where an event is not any more that readers may have on their calendars."""
    if isinstance(before.when, InMonth) or not isinstance(after.when, InMonth):
        return
    if not after.status.takes_place:
        return
    month = f"{after.when.year}-{after.when.month:02}"
    click.echo(
        "Its day is not known, so no feed has it on a day any more; those with "
        'undated = "first-of-month" show it on the 1st. '
        f"`calendar-service events postpone {after.slug} --until {month}` keeps it on its old day, "
        "marked as postponed.",
        err=True,
    )


def _as_json(revision: Revision) -> dict[str, object]:
    return {
        **write_event(revision.event),
        "sequence": revision.sequence,
        "published_at": revision.published_at.isoformat(),
    }


def _past_as_json(past: Past) -> dict[str, object]:
    return {
        "sequence": past.sequence,
        "published_at": past.published_at.isoformat(),
        "by": past.actor,
        "changed": list(past.changed),
    }


def _reason(event: Event) -> str:
    reason = event.in_language(event.reason, event.language)[0]
    return f" ({reason})" if reason else ""
