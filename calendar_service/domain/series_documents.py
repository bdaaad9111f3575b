"""How an event repeats, as it is written.

rule = "FREQ=WEEKLY;COUNT=10"            RFC 5545 3.3.10
added = [2026-03-05T15:00:00]            dates besides the rule's (RDATE)
excluded = [2026-03-12T15:00:00]         dates of the rule that are left out (EXDATE)
[[overrides]]                            what is different about one date
of = 2026-03-19T15:00:00                 its original start
and_rest = true                          and about all that follow
start, end, zone, title, description, place, status, reason
                                         without `end` it is as long as before
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from itertools import takewhile

from calendar_service.domain.events import Place, Status
from calendar_service.domain.fields import Fields
from calendar_service.domain.recurrence import Override, Recurrence, rule_starts, starts
from calendar_service.domain.rules import check_rule
from calendar_service.domain.when import AllDay, InMonth, KnownWhen, Timed, When
from calendar_service.domain.when_documents import (
    UNKNOWN_DAY,
    read_when_fields,
    to_moment,
    write_when,
)

Document = dict[str, object]
ReadPlace = Callable[[Fields | None], Place | None]
WritePlace = Callable[[Place], Document]


def read_recurrence(fields: Fields | None, when: When, read_place: ReadPlace) -> Recurrence | None:
    """Reads a series; it is only to be used when `fields.problems` is still empty."""
    if fields is None:
        return None
    recurrence = Recurrence(
        rule=fields.line("rule", required="added" not in fields).upper(),
        added=_read_starts(fields, "added", when),
        excluded=_read_starts(fields, "excluded", when),
        overrides=_read_overrides(fields, when, read_place),
    )
    fields.finish()
    if isinstance(when, InMonth):
        fields.wrong("rule", "an event whose day is not yet known cannot repeat; take it out.")
    elif when is not UNKNOWN_DAY:
        _check(fields, recurrence, when)
    return recurrence


def write_recurrence(
    recurrence: Recurrence | None, when: When, write_place: WritePlace
) -> Document | None:
    """The document of a series, of JSON's types alone; equal series give equal documents."""
    if recurrence is None:
        return None
    document: Document = {"rule": recurrence.rule} if recurrence.rule else {}
    for name, dates in (("added", recurrence.added), ("excluded", recurrence.excluded)):
        if dates:
            document[name] = [_written(start, when) for start in dates]
    if recurrence.overrides:
        document["overrides"] = [
            _write_override(override, when, write_place) for override in recurrence.overrides
        ]
    return document


def _check(fields: Fields, recurrence: Recurrence, when: KnownWhen) -> None:
    before = len(fields.problems)
    if recurrence.rule:
        fields.check("rule", lambda: check_rule(recurrence.rule, when))
    if len(fields.problems) > before:
        return
    named = [*recurrence.added, *recurrence.excluded, *(one.of for one in recurrence.overrides)]
    if not named:
        return
    ruled = set(_until(max(named), rule_starts(recurrence.rule, when)))
    for name, dates, of_the_rule in (
        ("added", recurrence.added, False),
        ("excluded", recurrence.excluded, True),
    ):
        for start in dates:
            if (start in ruled) is not of_the_rule:
                fields.wrong(name, f"{_written(start, when)} {_REMEDY[name]}")
    kept = set(_until(max(named), starts(when, recurrence, last=max(named).date())))
    for number, one in enumerate(recurrence.overrides, start=1):
        known = kept & ruled if one.and_rest else kept
        if one.of not in known:
            fields.wrong(f"overrides[{number}].of", f"{_written(one.of, when)} {_REMEDY['of']}")
    if next(starts(when, recurrence, last=date(9999, 1, 1)), None) is None:
        fields.wrong("excluded", "leaves no date; cancel the event instead.")


_REMEDY = {
    "added": "is a date of the rule already; take it out.",
    "excluded": "is no date of the rule; write the start of one that is.",
    "of": "is no date of the series; write the original start of one that is.",
}


def _until(last: datetime, dates: Iterable[datetime]) -> Iterator[datetime]:
    return takewhile(lambda start: start <= last, dates)


def _read_starts(fields: Fields, name: str, when: When) -> tuple[datetime, ...]:
    value = fields.take(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.wrong(name, "must be a list of starts: [2026-03-12].")
        return ()
    found = [_to_start(fields, name, item, when) for item in value]
    dates = sorted(start for start in found if start is not None)
    if len(set(dates)) < len(dates):
        fields.wrong(name, "names one start twice; take one out.")
    return tuple(dates)


def _to_start(fields: Fields, name: str, value: object, when: When) -> datetime | None:
    """An original start on the wall, written as the series' own start is."""
    moment = to_moment(fields, name, value)
    if moment is None:
        return None
    if isinstance(moment, datetime) is not isinstance(when, Timed):
        form = "with its hour" if isinstance(when, Timed) else "without an hour"
        fields.wrong(name, f"{moment} must be written {form}, as the event's start is.")
        return None
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _read_overrides(fields: Fields, when: When, read_place: ReadPlace) -> tuple[Override, ...]:
    found = [_read_override(one, when, read_place) for one in fields.tables("overrides")]
    overrides = sorted((one for one in found if one is not None), key=lambda one: one.of)
    if len({(one.of, one.and_rest) for one in overrides}) < len(overrides):
        fields.wrong("overrides", "say two things of one date; join them.")
    return tuple(overrides)


def _read_override(fields: Fields, when: When, read_place: ReadPlace) -> Override | None:
    of = _to_start(fields, "of", fields.take("of", required=True), when)
    override = Override(
        of=of or datetime(1970, 1, 1),  # noqa: DTZ001 - on the wall, and not used
        and_rest=fields.flag("and_rest"),
        when=_read_new_when(fields, when),
        status=_read_status(fields),
        reason=fields.localized("reason"),
        title=fields.localized("title"),
        description=fields.localized("description", lines=True),
        place=read_place(fields.table("place")),
    )
    fields.finish()
    if override.and_rest and _zone(override.when) != _zone(when) and override.when:
        fields.wrong("zone", f"must stay {_zone(when)} where the rest moves too.")
    return override if of else None


def _zone(when: When | None) -> str:
    return when.zone if isinstance(when, Timed) else ""


def _read_new_when(fields: Fields, when: When) -> KnownWhen | None:
    """When it is instead; as long as before where only the start is said."""
    if "start" not in fields:
        for name in ("end", "zone"):
            if fields.take(name) is not None:
                fields.wrong(name, "says nothing without start; write when it is instead.")
        return None
    moved = read_when_fields(_with_zone(fields, when))
    if moved is not UNKNOWN_DAY and type(moved) is not type(when):
        fields.wrong("start", "must have an hour if the series has one, and none if it has none.")
    if fields.take("end") is None:
        moved = _as_long(moved, when)
    return moved if isinstance(moved, AllDay | Timed) else None


def _as_long(moved: When, when: When) -> When:
    """What is moved, as long on the wall as it was."""
    match moved, when:
        case Timed(), Timed():
            return replace(when.moved_to(moved.start), zone=moved.zone)
        case AllDay(), AllDay():
            return when.moved_to(moved.first)
    return moved


def _with_zone(fields: Fields, when: When) -> Fields:
    """The fields with the series' zone where they name none."""
    return fields.with_default("zone", when.zone) if isinstance(when, Timed) else fields


def _read_status(fields: Fields) -> Status | None:
    if "status" not in fields:
        return None
    published = [status for status in Status if status is not Status.DRAFT]
    return fields.choice("status", published, Status.CONFIRMED)


def _write_override(override: Override, when: When, write_place: WritePlace) -> Document:
    texts: Mapping[str, object] = {
        "reason": dict(override.reason),
        "title": dict(override.title),
        "description": dict(override.description),
        "status": str(override.status) if override.status else None,
        "place": write_place(override.place) if override.place else None,
        "and_rest": override.and_rest,
    }
    return {
        "of": _written(override.of, when),
        **(write_when(override.when) if override.when else {}),
        **{name: value for name, value in texts.items() if value},
    }


def _written(start: datetime, when: When) -> str:
    return start.isoformat() if isinstance(when, Timed) else start.date().isoformat()
