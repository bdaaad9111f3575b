"""Time zones in words: the city in the reader's language, and what its clocks differ from UTC.

Offsets come from the pinned `tzdata` package and never from the machine's own database, so that
a mail says what the service computed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.core import get_global

from calendar_service.errors import UnknownZoneError
from calendar_service.language.catalogues import spoken
from calendar_service.language.styles import locale_of, style_of

_LAND = re.compile(r"[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})(?![a-z0-9-])", re.IGNORECASE | re.ASCII)
_MINUTE = timedelta(minutes=1)


class ZoneChoice(NamedTuple):
    """A zone to choose: its IANA name, and a label such as "Brussels, Belgium"."""

    name: str
    label: str


@lru_cache(maxsize=4096)
def zone_in_words(zone: str, instant: datetime, language: str) -> str:
    """A zone as its clocks stand at an aware instant: "Brussels (UTC+1)".

    A zone of no place, such as `UTC` or `Etc/GMT+5`, is its offset alone. Raises
    UnknownZoneError for a name that the tz database does not have.
    """
    offset = _offset(instant.astimezone(_zone(zone)).utcoffset() or timedelta())
    city = _city(zone, language)
    return f"{city} ({offset})" if city else offset


def zone_choices(language: str) -> tuple[ZoneChoice, ...]:
    """Every zone that a country has its own name for, and UTC, in the order of their labels.

    These are the zones of the tz database's `zone.tab`, without its older names, and the places
    that it does not have, under a zone whose clocks have long been the same.
    """
    return _choices(spoken(language))


def zone_of_land(accepted: str) -> str:
    """The zone of the land that Accept-Language names first (`fr-BE`), if it has a single one."""
    land = _LAND.match(accepted.strip())
    zones = _zones_of(land[1].upper()) if land else ()
    return zones[0] if len(zones) == 1 else ""


@cache
def _zones_of(land: str) -> tuple[str, ...]:
    return tuple(zone for one, zone in _table() if one == land)


@cache
def _choices(language: str) -> tuple[ZoneChoice, ...]:
    choices = [
        *(
            ZoneChoice(zone, _label(_city(zone, language), land, language))
            for land, zone in _table()
        ),
        ZoneChoice("Europe/Tirane", _label(style_of(language).prishtina, "XK", language)),
    ]
    alphabet = style_of(language).alphabet
    choices.append(ZoneChoice("UTC", "UTC"))
    return tuple(sorted(choices, key=lambda choice: _order(choice.label, alphabet)))


def _label(city: str, land: str, language: str) -> str:
    """City and country, or the city alone where the country is called after it."""
    country = locale_of(language).territories.get(land, "")
    named_after_it = re.search(rf"\b{re.escape(_plain(city))}\b", _plain(country))
    return city if named_after_it or not country else f"{city}, {country}"


def _city(zone: str, language: str) -> str:
    """The name of a zone's city (CLDR, else the IANA name's last part); none without a place."""
    current = get_global("zone_aliases").get(zone, zone)
    if current == "UTC" or current.startswith("Etc/"):
        return ""
    known = locale_of(language).time_zones
    names = (current, *_older_names().get(current, ()))
    in_cldr = (str(known[name].get("city", "")) for name in names if name in known)
    plain = current.rpartition("/")[2].replace("_", " ")
    return style_of(language).cities.get(current) or next(filter(None, in_cldr), plain)


@cache
def _older_names() -> Mapping[str, list[str]]:
    """The names that a zone had before: CLDR keeps the city of `Europe/Kyiv` under `Kiev`."""
    older = defaultdict(list)
    for old, current in get_global("zone_aliases").items():
        older[current].append(old)
    return dict(older)


def _offset(difference: timedelta) -> str:
    """The difference from UTC in hours, and minutes if there are any: "UTC+1", "UTC−3:30"."""
    minutes = round(difference / _MINUTE)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"


def _order(text: str, alphabet: str) -> list[tuple[int, str]]:
    """What to sort by; a letter that the alphabet does not have counts without its accent."""
    if "ı" in alphabet:
        text = text.replace("I", "ı").replace("İ", "i")
    letters = (one if one in alphabet else _plain(one) for one in text.lower())
    return [(alphabet.find(one), one) for one in "".join(letters)]


def _plain(text: str) -> str:
    """The text without accents and capitals, to sort and to compare by."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


@cache
def _zone(name: str) -> ZoneInfo:
    if name not in _names():
        raise UnknownZoneError(name)
    with _database().joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def _names() -> frozenset[str]:
    return frozenset(_database().joinpath("zones").read_text(encoding="ascii").split())


def _table() -> Iterator[tuple[str, str]]:
    """Country code and zone name of each row of `zone.tab`."""
    table = _database().joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            land, _, name, *_ = line.split("\t")
            yield land, name


def _database() -> Traversable:
    return resources.files("tzdata")
