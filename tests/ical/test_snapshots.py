"""Feeds as a person can read them: every kind of event, in each language.

Where a difference is meant, run the tests with UPDATE_SNAPSHOTS=1, read what has changed in the
.ics files, and raise FORMAT in calendar_service/ical/calendars.py if it comes from the code.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from calendar_service.domain.events import (
    Participant,
    Place,
    Relation,
    RelationType,
    Revision,
    Source,
    Status,
)
from calendar_service.ical.calendars import FORMAT
from tests.builders import all_day, event, revision, timed, weekly
from tests.ical.samples import feed_of

SNAPSHOTS = Path(__file__).parent / "snapshots"

BRUSSELS = Place(
    {
        "sq": "Selia e NATO-s, Bruksel",
        "en": "NATO Headquarters, Brussels",
        "fr": "Siège de l’OTAN, Bruxelles",
    },
    "Europe/Brussels",
    50.879,
    4.424,
)
RUTTE = Participant(
    "Mark Rutte",
    {
        "sq": "sekretari i përgjithshëm i NATO-s",
        "en": "Secretary General of NATO",
        "fr": "secrétaire général de l’OTAN",
    },
    chair=True,
)


def one_day() -> Revision:
    """Whole day, with a place, people, sources and ties."""
    return revision(
        event(
            {
                "sq": "Takimi i ministrave të Mbrojtjes",
                "en": "Meeting of Ministers of Defence",
                "fr": "Réunion des ministres de la Défense",
            },
            all_day("2026-02-12"),
            uid="ministers@example.org",
            slug="ministers",
            description={
                "sq": "Mbështetja për Ukrainën; krahu lindor, KFOR-i.\n\nTakimi përgatit samitin.",
                "en": "Support for Ukraine; the eastern flank, KFOR.\n\nIt prepares the summit.",
                "fr": "Le soutien à l’Ukraine ; le flanc oriental.\n\nIl prépare le sommet.",
            },
            place=BRUSSELS,
            participants=(Participant("Kaja Kallas"), RUTTE),
            sources=(Source("Example News", "https://example.org/ministers?a=1;b=2,3"),),
            relations=(Relation(RelationType.PREPARES, "summit@example.org"),),
        )
    )


def two_days() -> Revision:
    """Two whole days; the French title is wanting."""
    return revision(
        event(
            {"sq": "Samiti në Ankara", "en": "Ankara Summit"},
            all_day("2026-07-07", "2026-07-08"),
            uid="summit@example.org",
            slug="summit",
            relations=(Relation(RelationType.FOLLOWS, "ministers@example.org"),),
        )
    )


def an_hour() -> Revision:
    """Timed, part of another, not yet sure, and changed once."""
    return revision(
        event(
            {
                "sq": "Këshilli NATO-Ukrainë",
                "en": "NATO-Ukraine Council",
                "fr": "Conseil OTAN-Ukraine",
            },
            timed("2026-02-12 14:00", "15:30"),
            uid="council@example.org",
            slug="council",
            status=Status.TENTATIVE,
            place=BRUSSELS,
            relations=(Relation(RelationType.PART_OF, "ministers@example.org"),),
        ),
        sequence=1,
        at="2026-01-20 08:15",
    )


def cancelled(status: Status, uid: str, start: str) -> Revision:
    """Timed, and not taking place."""
    return revision(
        event(
            {"sq": "Konferencë për shtyp", "en": "Press conference", "fr": "Conférence de presse"},
            timed(start, zone="Europe/Istanbul"),
            uid=f"{uid}@example.org",
            slug=uid,
            status=status,
            reason={
                "sq": "Salla është e zënë.",
                "en": "The hall is taken.",
                "fr": "La salle est prise.",
            },
        ),
        sequence=2,
        at="2026-02-01 12:00",
    )


def repeated() -> Revision:
    """A series through the begin of summer time."""
    return revision(
        weekly(
            "2026-03-23 09:00",
            "10:00",
            count=4,
            title={"sq": "Mbledhja e së hënës", "en": "Monday meeting", "fr": "Réunion du lundi"},
            uid="monday@example.org",
            slug="monday",
        )
    )


def expanded() -> Revision:
    """A series in a zone whose rule no VTIMEZONE can tell."""
    return revision(
        weekly(
            "2026-04-20 10:00",
            zone="Africa/Cairo",
            count=2,
            title={"sq": "Kurs në Kajro", "en": "Course in Cairo", "fr": "Cours au Caire"},
            uid="course@example.org",
            slug="course",
        )
    )


def content(language: str) -> bytes:
    return feed_of(
        repeated(),
        cancelled(Status.CANCELLED, "press", "2026-07-08 15:00"),
        cancelled(Status.POSTPONED, "briefing", "2026-07-07 18:30"),
        an_hour(),
        two_days(),
        one_day(),
        expanded(),
        language=language,
        fell_back=language == "sq",
    )


@pytest.mark.parametrize("language", ["sq", "en", "fr"])
def test_the_feed_is_the_one_that_was_read_and_found_good(language: str) -> None:
    path = SNAPSHOTS / f"feed.{language}.ics"
    rendered = content(language)
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_bytes(rendered)
    assert rendered == path.read_bytes(), told(path, rendered)


def told(path: Path, rendered: bytes) -> str:
    """The difference, and what to do about it."""
    then, now = (text.decode().splitlines() for text in (path.read_bytes(), rendered))
    difference = "\n".join(difflib.unified_diff(then, now, str(path.name), "now", lineterm=""))
    advice = "If this is meant, run with UPDATE_SNAPSHOTS=1, read the .ics, and raise FORMAT if the"
    return f"{difference}\n{advice} code has changed (it is {FORMAT!r})."
