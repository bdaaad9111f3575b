"""Every catalogue is complete, and the texts it has fit where they are shown."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from calendar_service.language.catalogues import (
    LANGUAGES,
    SOURCE,
    TRANSLATIONS,
    direction,
    endonym,
    read_catalogue,
    spoken,
    translator,
)
from calendar_service.language.extract import template
from calendar_service.language.proofreading import faults


def test_no_catalogue_lacks_a_text_or_breaks_one() -> None:
    texts = template()
    wrong = [
        f"{code}.po: {fault}"
        for code in LANGUAGES
        if code != SOURCE
        for fault in faults(read_catalogue(TRANSLATIONS / f"{code}.po"), texts)
    ]
    remedy = "run `python -m calendar_service.language.extract`, whose docstring tells the rest"
    assert not wrong, "\n  ".join([f"{len(wrong)} texts to mend; {remedy}:", *wrong])


def test_the_interface_speaks_the_languages_of_its_readers() -> None:
    assert {"de", "en", "fr", "sq", "tr"} <= set(LANGUAGES)


@pytest.mark.parametrize(("code", "word"), [("sq", "nesër"), ("en", "tomorrow"), ("fr", "demain")])
def test_a_text_comes_in_the_language_asked_for(code: str, word: str) -> None:
    assert translator(code).gettext("tomorrow") == word


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("sq", ["1 minutë përpara", "2 minuta përpara"]),
        ("en", ["1 minute before", "2 minutes before"]),
        ("fr", ["1 minute avant", "2 minutes avant"]),
        ("de", ["1 Minute vorher", "2 Minuten vorher"]),
        ("tr", ["1 dakika önce", "2 dakika önce"]),
    ],
)
def test_a_number_takes_its_plural_form(code: str, forms: list[str]) -> None:
    say = translator(code).ngettext
    one, many = "%(count)s minute before", "%(count)s minutes before"
    assert [say(one, many, count) % {"count": count} for count in (1, 2)] == forms


def test_french_counts_nothing_in_the_singular() -> None:
    words = translator("fr").ngettext("%(count)s minute before", "%(count)s minutes before", 0)
    assert words == "%(count)s minute avant"


def test_a_text_without_a_translation_stays_english() -> None:
    albanian = translator("sq")
    assert albanian.gettext("Never written") == "Never written"
    assert albanian.pgettext("nowhere", "Never written") == "Never written"
    assert albanian.npgettext("nowhere", "%(n)s thing", "%(n)s things", 2) == "%(n)s things"


@pytest.mark.parametrize(
    ("code", "language"),
    [("fr-CA", "fr"), ("FR", "fr"), ("fr_BE", "fr"), ("sq-XK", "sq"), ("ja", "en"), ("", "en")],
)
def test_a_code_is_spoken_in_the_nearest_interface_language(code: str, language: str) -> None:
    assert spoken(code) == language
    assert translator(code).language == language


@pytest.mark.parametrize("code", ["../sq", "sq/../fr", "x" * 10_000, "\0", "<b>", "ſq"])
def test_a_hostile_code_is_answered_in_english(code: str) -> None:
    assert spoken(code) == "en"
    assert endonym(code) == code
    assert direction(code) == "ltr"


@pytest.mark.parametrize(
    ("code", "name"),
    [("sq", "shqip"), ("en", "English"), ("fr", "français"), ("sr-Latn", "srpski (latinica)")],
)
def test_a_language_is_called_as_it_calls_itself(code: str, name: str) -> None:
    assert endonym(code) == name


@pytest.mark.parametrize(("code", "expected"), [("sq", "ltr"), ("ar", "rtl"), ("he", "rtl")])
def test_a_language_is_written_in_its_direction(code: str, expected: str) -> None:
    assert direction(code) == expected


def test_templates_speak_through_a_translator() -> None:
    pages = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    pages.policies["ext.i18n.trimmed"] = True
    pages.install_gettext_translations(translator("fr"), newstyle=True)  # type: ignore[attr-defined]
    text = """{{ _("tomorrow") }}, {% trans count=n %}
        {{ count }} hour before
    {% pluralize %}
        {{ count }} hours before
    {% endtrans %}"""
    assert pages.from_string(
        "{{ _('%(day)s at %(time)s', day='<b>', time='15:00') }}"
    ).render() == ("&lt;b&gt; à 15:00")
    assert "3 heures avant" in pages.from_string(text).render(n=3)
