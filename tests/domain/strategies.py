"""Every event that can be written, for Hypothesis."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from calendar_service.domain.events import (
    Event,
    Participant,
    Place,
    Relation,
    RelationType,
    Source,
    Status,
)
from calendar_service.domain.plain_text import says_something
from calendar_service.domain.recurrence import Recurrence
from calendar_service.domain.when import AllDay, InMonth, Timed, When
from calendar_service.domain.when_documents import EARLIEST_YEAR, LATEST_YEAR
from calendar_service.domain.zones import zone_names

_FIRST, _LAST = date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR - 1, 12, 31)
_LETTERS = st.characters(
    exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"
)
_LANGUAGES = ("sq", "en", "fr", "zh-Hant", "pt-BR")

one_line = st.text(_LETTERS, min_size=1, max_size=60).filter(says_something)
some_lines = st.lists(one_line, min_size=1, max_size=3).map("\n".join)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
uids = st.one_of(st.uuids(version=4).map(str), st.from_regex(r"[!-~]{1,40}", fullmatch=True))
zones = st.sampled_from(sorted(zone_names()))


def texts(lines: st.SearchStrategy[str] = one_line) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(_LANGUAGES), lines, max_size=3)


@st.composite
def whens(draw: st.DrawFn) -> When:
    first = draw(st.dates(_FIRST, _LAST))
    match draw(st.sampled_from([AllDay, Timed, InMonth])):
        case kind if kind is AllDay:
            return AllDay(first, first + draw(st.timedeltas(timedelta(), timedelta(days=300))))
        case kind if kind is Timed:
            hour = draw(st.times()).replace(microsecond=0, fold=0)
            start = datetime.combine(first, hour)
            lasting = draw(st.none() | st.integers(0, 10**6).map(lambda s: timedelta(seconds=s)))
            return Timed(start, None if lasting is None else start + lasting, draw(zones))
        case _:
            return InMonth(first.year, first.month)


@st.composite
def places(draw: st.DrawFn) -> Place:
    known = draw(st.booleans())
    return Place(
        name=draw(texts().filter(bool)),
        zone=draw(st.none() | zones),
        latitude=draw(st.floats(-90, 90)) if known else None,
        longitude=draw(st.floats(-180, 180)) if known else None,
    )


participants = st.builds(Participant, name=one_line, role=texts(), chair=st.booleans())
sources = st.builds(
    Source, title=one_line, url=slugs.map(lambda slug: f"https://example.org/{slug}?a=b#c")
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    when, uid = draw(whens()), draw(uids)
    language = draw(st.sampled_from(_LANGUAGES))
    rules = ["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=3;COUNT=5", "FREQ=MONTHLY", "FREQ=YEARLY;COUNT=2"]
    series: Any = st.none() if isinstance(when, InMonth) else st.none() | st.sampled_from(rules)
    rule = draw(series)
    others = st.builds(
        Relation, type=st.sampled_from(RelationType), uid=uids.filter(lambda other: other != uid)
    )
    return Event(
        uid=uid,
        slug=draw(slugs),
        when=when,
        title=draw(texts()) | {language: draw(one_line)},
        language=language,
        description=draw(texts(some_lines)),
        status=draw(st.sampled_from(Status)),
        reason=draw(texts()),
        place=draw(st.none() | places()),
        topics=tuple(draw(st.lists(slugs, max_size=3, unique=True))),
        participants=tuple(draw(st.lists(participants, max_size=2))),
        sources=tuple(draw(st.lists(sources, max_size=2))),
        relations=tuple(draw(st.lists(others, max_size=2))),
        recurrence=Recurrence(rule) if rule else None,
    )
