"""Zones as people call them: by a city, with what its clocks differ from UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from calendar_service.errors import UnknownZoneError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.language.zones import zone_choices, zone_in_words

WINTER = datetime(2026, 2, 12, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "words"),
    [
        ("Europe/Brussels", "sq", "Bruksel (UTC+1)"),
        ("Europe/Brussels", "en", "Brussels (UTC+1)"),
        ("Europe/Brussels", "fr", "Bruxelles (UTC+1)"),
        ("Europe/Tirane", "sq", "Tiranë (UTC+1)"),
        ("Europe/Tirane", "en", "Tirana (UTC+1)"),
        ("Europe/Tirane", "fr", "Tirana (UTC+1)"),
        ("Europe/Istanbul", "sq", "Stamboll (UTC+3)"),
        ("Europe/Skopje", "sq", "Shkup (UTC+1)"),
        ("Europe/London", "fr", "Londres (UTC)"),
        ("Europe/Brussels", "de", "Brüssel (UTC+1)"),
        ("Atlantic/Reykjavik", "de", "Reykjavík (UTC)"),
        ("Europe/Istanbul", "tr", "İstanbul (UTC+3)"),
        ("Europe/Kyiv", "uk", "Київ (UTC+2)"),
        ("America/Chicago", "uk", "Чикаго (UTC−6)"),
        ("Europe/Skopje", "mk", "Скопје (UTC+1)"),
        ("America/New_York", "en", "New York (UTC−5)"),
        ("America/St_Johns", "en", "St John’s (UTC−3:30)"),
        ("Asia/Kolkata", "fr", "Calcutta (UTC+5:30)"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires (UTC−3)"),
    ],
)
def test_a_zone_is_its_city_and_its_offset(zone: str, language: str, words: str) -> None:
    assert zone_in_words(zone, WINTER, language) == words


def test_the_offset_is_that_of_the_moment() -> None:
    assert zone_in_words("Europe/Brussels", SUMMER, "en") == "Brussels (UTC+2)"
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    after = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    offsets = [zone_in_words("Europe/Tirane", instant, "sq") for instant in (before, after)]
    assert offsets == ["Tiranë (UTC+1)", "Tiranë (UTC+2)"]


@pytest.mark.parametrize(
    ("zone", "words"),
    [("UTC", "UTC"), ("Etc/UTC", "UTC"), ("Etc/GMT+5", "UTC−5"), ("GMT", "UTC")],
)
def test_a_zone_of_no_place_is_its_offset(zone: str, words: str) -> None:
    assert zone_in_words(zone, WINTER, "en") == words


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_old_name_is_called_like_the_new_one(language: str) -> None:
    for old, new in [("Europe/Kiev", "Europe/Kyiv"), ("Asia/Calcutta", "Asia/Kolkata")]:
        assert zone_in_words(old, WINTER, language) == zone_in_words(new, WINTER, language)


@pytest.mark.parametrize("name", ["Europe/Bruxelles", "", "../UTC", "Europe", "europe/brussels"])
def test_a_zone_that_there_is_not_is_refused(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        zone_in_words(name, WINTER, "en")


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("sq", ["Bruksel, Belgjikë", "Tiranë, Shqipëri", "Stamboll, Turqi", "UTC"]),
        ("en", ["Brussels, Belgium", "Tirana, Albania", "Istanbul, Türkiye", "UTC"]),
        ("fr", ["Bruxelles, Belgique", "Tirana, Albanie", "Istanbul, Turquie", "UTC"]),
        ("de", ["Brüssel, Belgien", "Tirana, Albanien", "Istanbul, Türkei", "UTC"]),
        ("tr", ["Brüksel, Belçika", "Tiran, Arnavutluk", "İstanbul, Türkiye", "UTC"]),
    ],
)
def test_a_choice_is_labelled_with_city_and_country(language: str, labels: list[str]) -> None:
    known = dict(zone_choices(language))
    names = ["Europe/Brussels", "Europe/Tirane", "Europe/Istanbul", "UTC"]
    assert [known[name] for name in names] == labels


def test_a_country_called_like_its_city_is_not_said_twice() -> None:
    known = dict(zone_choices("en"))
    assert known["Europe/Luxembourg"] == "Luxembourg"
    assert known["Asia/Hong_Kong"] == "Hong Kong"
    assert known["Africa/Tunis"] == "Tunis, Tunisia"


@pytest.mark.parametrize("language", LANGUAGES)
def test_choices_are_many_different_and_real(language: str) -> None:
    choices = zone_choices(language)
    assert len(choices) > 400
    assert len({choice.name for choice in choices}) == len(choices) - 1  # Kosovo's is Albania's
    assert len({choice.label for choice in choices}) == len(choices)
    for choice in choices:
        assert zone_in_words(choice.name, WINTER, language)
    assert "Europe/Kiev" not in dict(choices)


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("sq", "Prishtinë, Kosovë"),
        ("en", "Pristina, Kosovo"),
        ("fr", "Pristina, Kosovo"),
        ("de", "Pristina, Kosovo"),
        ("tr", "Priştine, Kosova"),
        ("mk", "Приштина, Косово"),
        ("uk", "Приштина, Косово"),
    ],
)
def test_kosovo_which_the_tz_database_does_not_have_can_be_chosen(
    language: str, label: str
) -> None:
    assert ("Europe/Tirane", label) in zone_choices(language)


def test_choices_are_in_the_order_of_the_alphabet_whatever_the_accents() -> None:
    labels = [choice.label for choice in zone_choices("fr")]
    assert labels.index("Addis-Abeba, Éthiopie") < labels.index("Adélaïde, Australie")
    assert labels.index("Adélaïde, Australie") < labels.index("Aden, Yémen")
    assert all(one != other for one, other in pairwise(labels))


def test_letters_that_an_alphabet_has_of_its_own_are_in_their_place() -> None:
    labels = [choice.label for choice in zone_choices("tr")]
    for before, after in (
        ("Cuiaba, Brezilya", "Çita, Rusya"),
        ("Çita, Rusya", "Dakar, Senegal"),
        ("Kızılorda, Kazakistan", "Kiev, Ukrayna"),
        ("Iqaluit, Kanada", "İstanbul, Türkiye"),
        ("Sofya, Bulgaristan", "Şam, Suriye"),
        ("Curaçao", "Çita, Rusya"),
    ):
        assert labels.index(before) < labels.index(after)


@pytest.mark.parametrize(
    ("language", "letters"),
    [("mk", "UАБВГДЕЗИЈКЛЉМНЊОПРСТУФХЦЧЏШ"), ("uk", "UАБВГДЕЄЖЗІЙКЛМНОПРСТУФХЦЧШЯ")],
)
def test_an_alphabet_has_its_own_order_and_not_that_of_unicode(language: str, letters: str) -> None:
    assert "".join(dict.fromkeys(choice.label[0] for choice in zone_choices(language))) == letters


def test_choices_are_made_once() -> None:
    assert zone_choices("fr") is zone_choices("fr-BE")
