"""How long before an event a reminder comes, in words."""

from __future__ import annotations

import pytest

from calendar_service.language.offsets import OffsetInWordsError, offset_in_words

WORDS = {
    "P7D": ("një javë përpara", "a week before", "une semaine avant"),
    "P1D": ("një ditë përpara", "a day before", "la veille"),
    "P0D": ("në mëngjesin e asaj dite", "on the morning of the event", "le matin même"),
    "P2D": ("2 ditë përpara", "2 days before", "2 jours avant"),
    "P14D": ("2 javë përpara", "2 weeks before", "2 semaines avant"),
    "P1W": ("një javë përpara", "a week before", "une semaine avant"),
    "P10D": ("10 ditë përpara", "10 days before", "10 jours avant"),
    "PT1H": ("një orë përpara", "an hour before", "une heure avant"),
    "PT24H": ("24 orë përpara", "24 hours before", "24 heures avant"),
    "PT1M": ("1 minutë përpara", "1 minute before", "1 minute avant"),
    "PT30M": ("30 minuta përpara", "30 minutes before", "30 minutes avant"),
    "PT0M": ("kur fillon", "when it starts", "au début"),
}

ALSO = {
    "P7D": {"de": "eine Woche vorher", "tr": "bir hafta önce"},
    "P1D": {"de": "einen Tag vorher", "tr": "bir gün önce"},
    "P0D": {"de": "am Morgen des Termins", "tr": "etkinlik sabahı"},
    "P2D": {"de": "2 Tage vorher", "tr": "2 gün önce"},
    "P14D": {"de": "2 Wochen vorher", "tr": "2 hafta önce"},
    "P1W": {"de": "eine Woche vorher", "tr": "bir hafta önce"},
    "P10D": {"de": "10 Tage vorher", "tr": "10 gün önce"},
    "PT1H": {"de": "eine Stunde vorher", "tr": "bir saat önce"},
    "PT24H": {"de": "24 Stunden vorher", "tr": "24 saat önce"},
    "PT1M": {"de": "1 Minute vorher", "tr": "1 dakika önce"},
    "PT30M": {"de": "30 Minuten vorher", "tr": "30 dakika önce"},
    "PT0M": {"de": "zu Beginn", "tr": "başladığında"},
}


@pytest.mark.parametrize("offset", WORDS)
def test_an_offset_has_words_in_each_language(offset: str) -> None:
    assert tuple(offset_in_words(offset, code) for code in ("sq", "en", "fr")) == WORDS[offset]
    for code, words in ALSO[offset].items():
        assert offset_in_words(offset, code) == words


@pytest.mark.parametrize(
    ("offset", "ukrainian", "macedonian"),
    [
        ("P2D", "за 2 дні", "2 дена порано"),
        ("P5D", "за 5 днів", "5 дена порано"),
        ("P22D", "за 22 дні", "22 дена порано"),
        ("P31D", "за 31 день", "31 ден порано"),
        ("P11D", "за 11 днів", "11 дена порано"),
        ("P3W", "за 3 тижні", "3 седмици порано"),
        ("PT21H", "за 21 годину", "21 час порано"),
        ("PT30M", "за 30 хвилин", "30 минути порано"),
    ],
)
def test_what_is_counted_takes_the_form_of_its_number(
    offset: str, ukrainian: str, macedonian: str
) -> None:
    words = tuple(offset_in_words(offset, code) for code in ("uk", "mk"))
    assert words == (ukrainian, macedonian)


def test_a_day_and_24_hours_are_not_the_same() -> None:
    assert offset_in_words("P1D", "en") != offset_in_words("PT24H", "en")


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "-P1D", "P1Y", "P1DT2H", "p1d", "P1D\n"])
def test_another_text_has_no_words(text: str) -> None:
    with pytest.raises(OffsetInWordsError, match="P7D"):
        offset_in_words(text, "en")
