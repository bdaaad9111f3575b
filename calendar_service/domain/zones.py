"""Time zones of the IANA tz database, and the way between wall time and UTC.

The database is the pinned `tzdata` package and never the machine's own, so that two machines
with the same release of the service compute the same instants and serve the same bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata

from calendar_service.errors import UnknownZoneError

DATABASE_VERSION: str = tzdata.IANA_VERSION


@cache
def zone_names() -> frozenset[str]:
    """Every name of the tz database, links such as `Europe/Tirane`'s included."""
    listing = resources.files(tzdata).joinpath("zones").read_text(encoding="ascii")
    return frozenset(listing.split())


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name; raises UnknownZoneError for any other."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    with _file(name).open("rb") as tzif:
        return ZoneInfo.from_file(tzif, key=name)


@cache
def footer(name: str) -> str:
    """The zone's POSIX TZ string, which rules after its last listed transition (RFC 9636 3.3)."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    return _file(name).read_bytes().rstrip(b"\n").rpartition(b"\n")[2].decode("ascii")


def to_utc(wall: datetime, name: str) -> datetime:
    """The UTC instant of a naive wall time in a zone.

    A time that a clock change skips is read with the offset before the change, and one that
    happens twice is its first (RFC 5545 3.3.5).
    """
    return wall.replace(tzinfo=zone(name), fold=0).astimezone(UTC)


def to_wall(instant: datetime, name: str) -> datetime:
    """The naive wall time that clocks in a zone show at an aware instant."""
    return instant.astimezone(zone(name)).replace(tzinfo=None, fold=0)


def _file(name: str) -> resources.abc.Traversable:
    return resources.files(tzdata).joinpath("zoneinfo", *name.split("/"))
