"""Serbian in its two scripts: one text, and sentences that hold with whatever fills them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from babel.messages.catalog import Message

from calendar_service.domain.history import State, history_in_words
from calendar_service.domain.when import AllDay, InMonth, When
from calendar_service.language.catalogues import TRANSLATIONS, endonym, read_catalogue, translator
from calendar_service.language.dates import ShortDay, day_in_words, days_in_words, short_day
from calendar_service.language.lists import list_in_words
from calendar_service.language.offsets import offset_in_words
from calendar_service.language.zones import zone_choices, zone_in_words
from tests.builders import event, timed

SCRIPTS = ("sr", "sr-Latn")
SMALL = dict(
    zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True),
    љ="lj",
    њ="nj",
    џ="dž",
)
LATIN = str.maketrans(SMALL | {one.upper(): two.capitalize() for one, two in SMALL.items()})
BRUSSELS = "2026-03-30 15:00", "16:30"
WHENS: tuple[When, ...] = (
    AllDay(date(2026, 7, 7), date(2026, 7, 8)),
    InMonth(2026, 7),
    timed(*BRUSSELS),
)


def in_latin(text: str) -> str:
    """The text in Latin letters; a capital of two letters has its second one small."""
    return text.translate(LATIN)


def forms_of(message: Message) -> list[str]:
    """Its translation, in each plural form."""
    forms = [message.string] if isinstance(message.string, str) else message.string
    return list(forms or ())


def test_both_scripts_have_one_text() -> None:
    cyrillic, latin = (read_catalogue(TRANSLATIONS / f"{code}.po") for code in SCRIPTS)
    for message in cyrillic:
        if message.id:
            found = latin.get(message.id, message.context)
            assert found is not None
            assert list(map(in_latin, forms_of(message))) == forms_of(found)


def test_both_scripts_have_the_same_days_and_cities() -> None:
    for month in range(1, 13):
        day = date(2026, month, month)
        assert in_latin(day_in_words(day, "sr")) == day_in_words(day, "sr-Latn")
    cities, others = (
        {choice.name: choice.label for choice in zone_choices(code)} for code in SCRIPTS
    )
    assert {name: in_latin(label) for name, label in cities.items()} == others


def test_the_scripts_are_told_apart_by_their_names() -> None:
    assert [endonym(code) for code in SCRIPTS] == ["српски", "srpski (latinica)"]


def test_the_number_of_a_day_and_of_a_year_are_ordinals() -> None:
    day, end = date(2026, 6, 30), date(2026, 7, 1)
    assert spaced(day_in_words(day, "sr")) == "уторак, 30. јун 2026. године"
    assert spaced(day_in_words(day, "sr-Latn")) == "utorak, 30. jun 2026. godine"
    assert spaced(days_in_words(day, end, "sr")) == "30. јун – 1. јул 2026. године"
    assert spaced(days_in_words(end, date(2026, 7, 2), "sr")) == "1–2. јул 2026. године"
    assert short_day(day, "sr") == ShortDay("30", "јун", "уто")


def spaced(text: str) -> str:
    """The text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        ("P7D", "недељу дана раније"),
        ("P1D", "дан раније"),
        ("P0D", "на дан догађаја ујутру"),
        ("P3D", "3 дана раније"),
        ("P14D", "2 недеље раније"),
        ("P35D", "5 недеља раније"),
        ("PT21H", "21 сат раније"),
        ("PT24H", "24 сата раније"),
        ("PT48H", "48 сати раније"),
        ("PT30M", "30 минута раније"),
    ],
)
def test_a_number_takes_one_of_three_forms(offset: str, words: str) -> None:
    assert offset_in_words(offset, "sr") == words


def test_what_english_says_of_one_is_said_of_twenty_one_too() -> None:
    one, many = (
        "You also follow one other calendar or event.",
        "You also follow %(count)s other calendars or events.",
    )
    said = [translator("sr").ngettext(one, many, count) % {"count": count} for count in (1, 21, 22)]
    assert said == [
        "Пратите још 1 календар или догађај.",
        "Пратите још 21 календар или догађај.",
        "Пратите још 22 календара или догађаја.",
    ]


def test_a_list_and_a_zone_are_in_the_script_of_the_text() -> None:
    assert list_in_words(["а", "б", "в"], "sr") == "а, б и в"
    winter = datetime(2026, 2, 12, 12, tzinfo=UTC)
    assert zone_in_words("Europe/Tirane", winter, "sr") == "Тирана (UTC+1)"
    assert zone_in_words("Europe/Brussels", winter, "sr-Latn") == "Brisel (UTC+1)"


@pytest.mark.parametrize(
    ("language", "cities"),
    [
        ("sr", ["Дамаск", "Жуно", "Јереван", "Каиро", "Љубљана", "Минск", "Џакарта", "Шангај"]),
        ("sr-Latn", ["Cirih", "Čikago", "Dablin", "Džakarta", "Sofija", "Šangaj", "Tirana"]),
    ],
)
def test_zones_are_in_the_order_of_the_alphabet(language: str, cities: list[str]) -> None:
    found = [choice.label.partition(",")[0] for choice in zone_choices(language)]
    assert [city for city in found if city in cities] == cities


@pytest.mark.parametrize("before", WHENS)
@pytest.mark.parametrize("after", WHENS)
def test_a_change_is_told_in_sentences_with_one_full_stop(before: When, after: When) -> None:
    states = [State(event(when=when), datetime(2026, 1, 5, tzinfo=UTC)) for when in (before, after)]
    for told in history_in_words(states, "sr"):
        for sentence in told.sentences:
            assert re.search(r"[^.]\.$", str(sentence))
