"""Each zone of the tz database, as another reader understands our VTIMEZONE."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

import pytest
from dateutil.tz import tzical

from calendar_service.domain.zones import zone, zone_names
from calendar_service.ical.timezones import has_vtimezone, vtimezone

FIRST, LAST = 2024, 2030
ONE_DAY, ONE_SECOND = timedelta(days=1), timedelta(seconds=1)


@cache
def instants() -> tuple[datetime, ...]:
    """Noon of each day of the years looked at, in UTC."""
    start = datetime(FIRST, 1, 1, 12, tzinfo=UTC)
    return tuple(start + day * ONE_DAY for day in range((LAST - FIRST + 1) * 365))


def changes(place: tzinfo) -> list[datetime]:
    """The first instant after each change of the clocks, to the second."""
    offsets = [offset(instant, place) for instant in instants()]
    return [
        first_with(offsets[day], instants()[day - 1], instants()[day], place)
        for day in range(1, len(offsets))
        if offsets[day] != offsets[day - 1]
    ]


def first_with(
    wanted: timedelta | None, before: datetime, after: datetime, place: tzinfo
) -> datetime:
    """The first instant at which a zone has an offset that it has after and not before."""
    while after - before > ONE_SECOND:
        middle = before + timedelta(seconds=(after - before) // ONE_SECOND // 2)
        before, after = (before, middle) if offset(middle, place) == wanted else (middle, after)
    return after


def offset(instant: datetime, place: tzinfo) -> timedelta | None:
    return instant.astimezone(place).utcoffset()


def as_read(definition: str) -> tzinfo:
    """What dateutil makes of a VTIMEZONE."""
    read = tzical(io.StringIO(definition)).get()
    assert read is not None
    return read


def wrong_in(definition: str, names: list[str]) -> set[str]:
    """The zones of those that share a definition whose clocks differ from what is read in it."""
    probes = {probe for name in names for change in changes(zone(name)) for probe in around(change)}
    probes |= set(instants()[::30])
    read = as_read(definition)
    seen = {probe: offset(probe, read) for probe in sorted(probes)}
    return {name for name in names for probe in probes if offset(probe, zone(name)) != seen[probe]}


def around(change: datetime) -> list[datetime]:
    """Both sides of a change, away from the hour that is shown twice, where readers differ."""
    return [change - timedelta(hours=3), change + timedelta(hours=3)]


@pytest.mark.thorough
def test_dateutil_reads_each_zone_as_the_tz_database_has_it() -> None:
    definitions = defaultdict(list)
    for name in sorted(zone_names()):
        if has_vtimezone(name, date(FIRST, 1, 2), date(LAST, 12, 30)):
            written = vtimezone(name).to_ical(sorted=False).decode()
            definitions[written.replace(f"TZID:{name}\r\n", "TZID:it\r\n")].append(name)
    assert sum(map(len, definitions.values())) > 550
    wrong = {name for text, names in definitions.items() for name in wrong_in(text, names)}
    assert wrong == set()


def test_few_zones_need_utc() -> None:
    needing = [
        name
        for name in sorted(zone_names())
        if not has_vtimezone(name, date(FIRST, 1, 2), date(LAST, 12, 30))
    ]
    assert {"Africa/Cairo", "Africa/Casablanca", "America/Nuuk", "Asia/Gaza"} <= set(needing)
    assert not {"Europe/Brussels", "Europe/Istanbul", "Europe/Tirane", "UTC"} & set(needing)
    assert len(needing) < 40
