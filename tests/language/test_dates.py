"""Dates as a newspaper of each language prints them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from calendar_service.language.catalogues import LANGUAGES
from calendar_service.language.dates import (
    ShortDay,
    capitalised,
    day_and_time_in_words,
    day_in_words,
    days_in_words,
    distance_in_words,
    month_in_words,
    short_day,
    time_in_words,
)
from calendar_service.language.styles import locale_of


def days(first: str, last: str, language: str) -> str:
    return days_in_words(date.fromisoformat(first), date.fromisoformat(last), language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "e enjte, 12 shkurt 2026"),
        ("en", "Thursday, 12 February 2026"),
        ("fr", "jeudi 12 février 2026"),
        ("de", "Donnerstag, 12. Februar 2026"),
        ("tr", "12 Şubat 2026 Perşembe"),
        ("mk", "четврток, 12 февруари 2026 година"),
        ("uk", "четвер, 12 лютого 2026 року"),
    ],
)
def test_a_day_is_written_with_its_weekday(language: str, words: str) -> None:
    assert day_in_words(date(2026, 2, 12), language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "e diel, 1 mars 2026"),
        ("en", "Sunday, 1 March 2026"),
        ("fr", "dimanche 1er mars 2026"),
        ("de", "Sonntag, 1. März 2026"),
        ("tr", "1 Mart 2026 Pazar"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french_alone(language: str, words: str) -> None:
    assert day_in_words(date(2026, 3, 1), language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "7–8 korrik 2026"),
        ("en", "7–8 July 2026"),
        ("fr", "7–8 juillet 2026"),
        ("de", "7.–8. Juli 2026"),
        ("tr", "7–8 Temmuz 2026"),
        ("mk", "7–8 јули 2026 година"),
        ("uk", "7–8 липня 2026 року"),
    ],
)
def test_days_of_one_month_name_it_once(language: str, words: str) -> None:
    assert days("2026-07-07", "2026-07-08", language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "30 qershor – 1 korrik 2026"),
        ("en", "30 June – 1 July 2026"),
        ("fr", "30 juin – 1er juillet 2026"),
        ("de", "30. Juni – 1. Juli 2026"),
        ("tr", "30 Haziran – 1 Temmuz 2026"),
        ("mk", "30 јуни – 1 јули 2026 година"),
        ("uk", "30 червня – 1 липня 2026 року"),
    ],
)
def test_days_of_two_months_name_the_year_once(language: str, words: str) -> None:
    assert days("2026-06-30", "2026-07-01", language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "31 dhjetor 2026 – 2 janar 2027"),
        ("en", "31 December 2026 – 2 January 2027"),
        ("fr", "31 décembre 2026 – 2 janvier 2027"),
        ("de", "31. Dezember 2026 – 2. Januar 2027"),
        ("tr", "31 Aralık 2026 – 2 Ocak 2027"),
        ("uk", "31 грудня 2026 року – 2 січня 2027 року"),
    ],
)
def test_days_of_two_years_are_written_in_full(language: str, words: str) -> None:
    assert days("2026-12-31", "2027-01-02", language) == words


def test_the_same_month_of_two_years_is_not_one_month() -> None:
    assert days("2026-07-07", "2027-07-08", "en") == "7 July 2026 – 8 July 2027"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("differs", "last"), [("d", "2026-07-08"), ("M", "2026-08-08"), ("y", "2027-07-08")]
)
def test_days_are_joined_by_the_sign_that_cldr_has_for_it(
    language: str, differs: str, last: str
) -> None:
    """How much room is around it CLDR says otherwise now and then; see `styles.py`."""
    before, _ = locale_of(language).interval_formats["yMMMd"][differs]
    (sign,) = re.findall(r"[-‐-―~]", before)
    assert re.findall(r"[-‐-―~]", days("2026-07-07", last, language)) == [sign]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_single_day_is_no_range(language: str) -> None:
    day = date(2026, 2, 12)
    assert days_in_words(day, day, language) == day_in_words(day, language)


def test_french_ranges_from_the_first_keep_its_ordinal() -> None:
    assert days("2026-07-01", "2026-07-02", "fr") == "1er–2 juillet 2026"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "korrik 2026"),
        ("en", "July 2026"),
        ("fr", "juillet 2026"),
        ("de", "Juli 2026"),
        ("tr", "Temmuz 2026"),
        ("mk", "јули 2026 година"),
        ("uk", "липень 2026 року"),
    ],
)
def test_a_month_without_a_day_is_named_with_its_year(language: str, words: str) -> None:
    assert month_in_words(2026, 7, language) == words


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("sq", ShortDay("12", "shk", "enj")),
        ("en", ShortDay("12", "Feb", "Thu")),
        ("fr", ShortDay("12", "févr.", "jeu.")),
        ("de", ShortDay("12", "Feb", "Do")),
        ("tr", ShortDay("12", "Şub", "Per")),
    ],
)
def test_a_date_block_has_short_parts(language: str, parts: ShortDay) -> None:
    assert short_day(date(2026, 2, 12), language) == parts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_day_or_month_brings_a_full_stop_into_the_middle_of_a_sentence(language: str) -> None:
    first, last = date(2026, 12, 30), date(2027, 1, 2)
    written = [day_in_words(first, language), month_in_words(2026, 7, language)]
    written += [days_in_words(first, last, language), days("2026-07-07", "2026-07-08", language)]
    assert [words for words in written if words.endswith(".")] == []


def test_a_date_block_has_the_plain_number_of_the_first_day() -> None:
    assert short_day(date(2026, 3, 1), "fr").day == "1"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("moment", "words"),
    [(time(15), "15:00"), (time(8, 5), "08:05"), (time(0), "00:00"), (time(23, 59, 59), "23:59")],
)
def test_hours_are_counted_to_twenty_four(language: str, moment: time, words: str) -> None:
    assert time_in_words(moment, language) == words


def test_a_time_is_shown_as_its_own_clock_has_it() -> None:
    brussels = datetime(2026, 2, 12, 15, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    assert time_in_words(brussels, "en") == "15:00"
    assert time_in_words(brussels.astimezone(UTC), "en") == "14:00"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "e enjte, 12 shkurt 2026, në orën 15:00"),
        ("en", "Thursday, 12 February 2026 at 15:00"),
        ("fr", "jeudi 12 février 2026 à 15:00"),
        ("de", "Donnerstag, 12. Februar 2026, 15:00 Uhr"),
        ("tr", "12 Şubat 2026 Perşembe, saat 15:00"),
    ],
)
def test_a_day_and_time_make_a_phrase(language: str, words: str) -> None:
    moment = datetime(2026, 2, 12, 15, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    assert day_and_time_in_words(moment, language) == words


@pytest.mark.parametrize(
    ("language", "near"),
    [
        ("sq", ["dje", "sot", "nesër"]),
        ("en", ["yesterday", "today", "tomorrow"]),
        ("fr", ["hier", "aujourd’hui", "demain"]),
        ("de", ["gestern", "heute", "morgen"]),
        ("tr", ["dün", "bugün", "yarın"]),
    ],
)
def test_the_nearest_days_have_names(language: str, near: list[str]) -> None:
    assert [distance_in_words(count, language) for count in (-1, 0, 1)] == near


@pytest.mark.parametrize(
    ("language", "coming", "past"),
    [
        ("sq", "pas 5 ditësh", "5 ditë më parë"),
        ("en", "in 5 days", "5 days ago"),
        ("fr", "dans 5 jours", "il y a 5 jours"),
        ("de", "in 5 Tagen", "vor 5 Tagen"),
        ("tr", "5 gün sonra", "5 gün önce"),
    ],
)
def test_other_days_are_counted(language: str, coming: str, past: str) -> None:
    assert distance_in_words(5, language) == coming
    assert distance_in_words(-5, language) == past


def test_a_year_is_still_counted_in_days() -> None:
    assert distance_in_words(400, "en") == "in 400 days"
    assert distance_in_words(-800, "fr") == "il y a 800 jours"


def test_a_language_that_the_interface_lacks_gets_english() -> None:
    assert day_in_words(date(2026, 2, 12), "ja") == "Thursday, 12 February 2026"
    assert distance_in_words(5, "ja") == "in 5 days"


def test_a_capital_begins_a_sentence_and_changes_nothing_else() -> None:
    assert capitalised(day_in_words(date(2026, 2, 12), "sq")) == "E enjte, 12 shkurt 2026"
    assert capitalised("thursday, 12 February") == "Thursday, 12 February"
    assert capitalised("") == ""
