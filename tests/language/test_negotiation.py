"""The language of an answer: what was asked for, else what the browser prefers, else ours."""

from __future__ import annotations

import time

import pytest

from calendar_service.language.negotiation import (
    LanguageChoice,
    choose_language,
    lookup,
    other_languages,
    spelled,
)

OFFERED = ("sq", "en", "fr")


def chosen(asked: str | None = None, accept: str | None = None) -> str:
    return choose_language(asked, accept, OFFERED, "en").language


@pytest.mark.parametrize("code", OFFERED)
def test_the_address_wins_over_the_browser(code: str) -> None:
    assert choose_language(code, "en, fr;q=0.9, sq;q=0.8", OFFERED, "en") == LanguageChoice(code)


def test_a_region_finds_its_language() -> None:
    assert choose_language("fr-CA", None, OFFERED, "en") == LanguageChoice("fr")
    assert chosen("sq_XK") == "sq"
    assert chosen("EN-gb") == "en"


def test_an_unknown_language_falls_back_and_is_named() -> None:
    assert choose_language("de", None, OFFERED, "en") == LanguageChoice("en", "de")
    assert choose_language("de", "sq", OFFERED, "en") == LanguageChoice("sq", "de")


@pytest.mark.parametrize("asked", [None, "", "   "])
def test_nothing_asked_for_is_nothing_missing(asked: str | None) -> None:
    assert choose_language(asked, None, OFFERED, "fr") == LanguageChoice("fr")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sq", "sq"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("de, sq;q=0.4, fr;q=0.7", "fr"),
        ("fr;q=0.5,sq", "sq"),
        ("FR ; Q=0.9", "fr"),
        ("sq-Latn-x-own", "sq"),
        ("de-AT, de;q=0.9", "en"),
        ("*", "en"),
        ("*;q=0.5, sq;q=0.1", "en"),
        ("de, *;q=0.5", "en"),
        ("en;q=0, *", "sq"),
        ("fr;q=0", "en"),
        ("fr;q=0, sq;q=0.1", "sq"),
        ("fr;q=0.000, fr-CA", "en"),
        ("", "en"),
    ],
)
def test_the_browser_is_given_what_it_likes_best(header: str, language: str) -> None:
    assert chosen(accept=header) == language


@pytest.mark.parametrize(
    "header",
    ["fr;q=2", "fr;q=-1", "fr;q=", "fr;q=0.1234", ";;;", ",,,", "q=1", "\x00", "fr fr", "é", "*-*"],
)
def test_what_cannot_be_read_is_passed_over(header: str) -> None:
    assert chosen(accept=header) == "en"
    assert chosen(accept=f"{header}, sq;q=0.2") == "sq"


@pytest.mark.parametrize(
    "header",
    ["a" * 10_000, "a-" * 5_000, "fr;q=" + "9" * 10_000, "," * 10_000, " " * 10_000, ";q=" * 5_000],
)
def test_a_huge_header_is_harmless(header: str) -> None:
    began = time.perf_counter()
    assert chosen(asked=header, accept=header) == "en"
    assert time.perf_counter() - began < 0.1


def test_a_header_cut_short_is_not_read_as_another_language() -> None:
    padding = "de," * 1_364 + "xx,"
    assert len(padding) == 4_095
    assert chosen(accept=padding + "sqx") == "en"


@pytest.mark.parametrize("asked", ["<script>", "../../etc/passwd", "\x1b[31m", "x" * 10_000, "ſq"])
def test_what_was_asked_for_is_safe_to_repeat(asked: str) -> None:
    unavailable = choose_language(asked, None, OFFERED, "en").unavailable
    assert unavailable is not None
    assert len(unavailable) <= 35
    assert unavailable.isprintable()


def test_a_script_is_offered_under_its_own_name() -> None:
    offered = ("sr-Latn", "sr-Cyrl")
    assert lookup("sr-latn-RS", offered) == "sr-Latn"
    assert lookup("sr-Cyrl", offered) == "sr-Cyrl"
    assert lookup("sr", offered) is None


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("sr", "sr"),
        ("sr-RS", "sr"),
        ("sr-Cyrl-RS", "sr"),
        ("sr-Cyrl-ME", "sr"),
        ("sr-XK", "sr"),
        ("sr-Latn", "sr-Latn"),
        ("SR-latn", "sr-Latn"),
        ("sr-Latn-RS", "sr-Latn"),
        ("sr-ME", "sr-Latn"),
        ("sh", "sr-Latn"),
        ("cnr-ME", "sr-Latn"),
        ("bs-Latn-BA", "sr-Latn"),
        ("bs-Cyrl-BA", "sr"),
        ("hr-HR", "sr-Latn"),
    ],
)
def test_serbian_comes_in_the_script_that_is_asked_for(tag: str, language: str) -> None:
    offered = (*OFFERED, "sr", "sr-Latn")
    assert lookup(tag, offered) == language
    assert choose_language(None, f"{tag}, en;q=0.5", offered, "sq").language == language


def test_a_near_language_gives_way_to_the_very_one() -> None:
    assert lookup("hr-HR", ("hr", "sr-Latn")) == "hr"
    assert lookup("hr-HR", ("sr", "en")) is None, "Cyrillic is not read as easily"
    assert lookup("hr-HR", OFFERED) is None


@pytest.mark.parametrize("code", ["sr-Latn", "sr-latn", "SR_LATN", " sr-Latn "])
def test_a_code_is_known_however_it_is_spelled(code: str) -> None:
    assert spelled(code, ("sr", "sr-Latn")) == "sr-Latn"


def test_another_code_is_not_taken_for_one() -> None:
    assert spelled("sr-Latn-RS", ("sr", "sr-Latn")) is None
    assert spelled("", ("sr", "sr-Latn")) is None


@pytest.mark.parametrize(
    ("header", "others"),
    [
        (None, ()),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", ()),
        ("de,fr-CH;q=0.9,en;q=0.8", ("fr",)),
        ("de,en;q=0.9,fr;q=0.8", ("en", "fr")),
        ("fr;q=0.1, de, sq;q=0.5, *;q=0.9", ("sq", "fr")),
        ("de, fr;q=0, IT-it;q=0.5", ("it",)),
        ("de, ,;;, =", ()),
        ("a,b,c,d,e,f,g", ("a", "b", "c", "d")),
    ],
)
def test_what_else_a_reader_knows_is_told_by_their_browser(
    header: str | None, others: tuple[str, ...]
) -> None:
    assert other_languages(header, "de", OFFERED, "en") == others
