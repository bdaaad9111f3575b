from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from calendar_service.domain.events import Status
from calendar_service.domain.fields import (
    Fields,
    is_language,
    is_slug,
    is_web_address,
    near,
    parse_day,
)
from calendar_service.domain.zones import zone
from calendar_service.errors import Problem

Read = Callable[[Fields], object]


def reading(value: object, read: Read, name: str = "it") -> tuple[object, list[str]]:
    """What a field reads as, and what is found wrong with it."""
    problems: list[Problem] = []
    result = read(Fields({name: value}, "a file", problems))
    return result, [f"{problem.key}: {problem.message}" for problem in problems]


def line(fields: Fields) -> object:
    return fields.line("it", required=True)


def lines(fields: Fields) -> object:
    return fields.lines("it")


def localized(fields: Fields) -> object:
    return fields.localized("it")


def number(fields: Fields) -> object:
    return fields.number("it", low=-90, high=90)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "it: is missing; every entry needs it."),
        ("", "it: is empty; every entry needs it."),
        (" \t", "it: is empty; every entry needs it."),
        ("\u00ad\u200b", "it: is empty; every entry needs it."),
        (5, "it: must be a text in quotes, not 5."),
        ("one\ntwo", "it: must be one line; take the line break out."),
        ("a\x07b", "it: has the character U+0007; no text may, take it out."),
        ("a\rb", "it: has the character U+000D; no text may, take it out."),
        ("a\u2028b", "it: has the character U+2028; no text may, take it out."),
        ("a\ud800b", "it: has the character U+D800; no text may, take it out."),
        ("a\uffffb", "it: has the character U+FFFF; no text may, take it out."),
        ("x" * 301, "it: has 301 characters; 300 is the most."),
    ],
)
def test_a_line_that_is_wrong_says_why(value: object, says: str) -> None:
    assert reading(value, line)[1] == [says]


@pytest.mark.parametrize(
    "value", ["Këshilli NATO-Ukrainë", "l’ordre\u00a0: 5\u202f%", "🕊️", "x" * 300]
)
def test_a_line_may_have_every_letter(value: str) -> None:
    assert reading(value, line) == (value, [])


def test_a_line_that_is_not_required_may_be_missing() -> None:
    assert reading(None, lambda fields: fields.line("it")) == ("", [])


def test_a_text_may_have_several_lines_but_not_without_end() -> None:
    assert reading("one\n\ntwo", lambda fields: fields.text("it")) == ("one\n\ntwo", [])
    found = reading("x" * 20_001, lambda fields: fields.text("it"))[1]
    assert found == ["it: has 20001 characters; 20000 is the most."]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "it: is missing; every entry needs it."),
        ("", "it: is empty; every entry needs it."),
        ("two words", "it: 'two words' must be 1 to 200 printable ASCII characters, no blanks."),
        ("ë", "it: 'ë' must be 1 to 200 printable ASCII characters, no blanks."),
    ],
)
def test_a_uid_is_printable_ascii(value: object, says: str) -> None:
    assert reading(value, lambda fields: fields.uid("it"))[1] == [says]


@pytest.mark.parametrize("value", ["Samiti", "a--b", "-a", "a_b", "ë", "a" * 101])
def test_a_slug_is_small_letters_digits_and_single_hyphens(value: str) -> None:
    found = reading(value, lambda fields: fields.slug("it"))[1]
    assert found == [f"it: {value!r} must be like 'nato-summits': a-z, 0-9, single hyphens."]
    assert not is_slug(value)
    assert is_slug("a" * 100)


def test_a_slug_may_be_missing_where_it_is_not_required() -> None:
    assert reading(None, lambda fields: fields.slug("it", required=False)) == ("", [])


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("one", 'it: must be a list: ["one", "two"].'),
        (7, 'it: must be a list: ["one", "two"].'),
        (["a", 7], "it: must be a text in quotes, not 7."),
        (["a", "a"], "it: names one thing twice; take one out."),
        (["a", " "], "it: has an empty text; write it or take it out."),
        (["a\nb"], "it: must be one line; take the line break out."),
    ],
)
def test_a_list_that_is_wrong_says_why(value: object, says: str) -> None:
    assert reading(value, lines)[1] == [says]


def test_a_list_of_slugs_names_the_one_that_is_none() -> None:
    found = reading(["kfor", "Western Balkans"], lambda fields: fields.slugs("it"))[1]
    assert found == ["it: 'Western Balkans' must be like 'western-balkans': a-z, 0-9, hyphens."]


def test_a_list_that_is_missing_is_empty() -> None:
    assert reading(None, lines) == ((), [])


def test_a_choice_is_one_of_its_words_and_a_near_miss_is_proposed() -> None:
    def choice(fields: Fields) -> object:
        return fields.choice("it", Status, Status.CONFIRMED)

    assert reading("postponed", choice) == (Status.POSTPONED, [])
    assert reading(None, choice) == (Status.CONFIRMED, [])
    assert reading("canceled", choice)[1] == [
        (
            "it: 'canceled' is not one of draft, tentative, confirmed, postponed, cancelled."
            " Did you mean 'cancelled'?"
        )
    ]
    assert "Did you mean" not in reading(["?"], choice)[1][0]


def test_a_flag_is_true_or_false() -> None:
    def flag(fields: Fields) -> object:
        return fields.flag("it")

    assert [reading(value, flag)[0] for value in (True, False, None)] == [True, False, False]
    assert reading("true", flag) == (False, ["it: must be true or false, without quotes."])


@pytest.mark.parametrize("value", ["39.9", True, 90.1, float("nan"), float("inf"), 10**400])
def test_a_number_is_within_its_bounds(value: object) -> None:
    assert reading(value, number) == (None, ["it: must be a number from -90 to 90."])


def test_a_number_may_stand_on_its_bounds_and_may_be_missing() -> None:
    assert [reading(value, number) for value in (-90, 0, 90.0)] == [
        (-90.0, []),
        (0.0, []),
        (90.0, []),
    ]
    assert reading(None, number) == (None, [])


def test_a_whole_number_has_no_fraction() -> None:
    def whole(fields: Fields) -> object:
        return fields.whole_number("it", low=1, high=9)

    assert reading(3, whole) == (3, [])
    assert reading(None, whole) == (None, [])
    assert reading(2.5, whole)[1] == ["it: must be a whole number from 1 to 9."]
    assert reading(10, whole)[1] == ["it: must be a number from 1 to 9."]


def test_a_language_is_a_code() -> None:
    def language(fields: Fields) -> object:
        return fields.language("it")

    assert reading("sq", language) == ("sq", [])
    assert reading("Albanian", language)[1] == [
        "it: 'Albanian' is no language code; write it like 'sq' or 'en'."
    ]
    assert reading("", language)[1] == ["it: is empty; every entry needs it."]
    assert all(map(is_language, ["sq", "zh-Hant", "pt-BR", "gsw"]))
    assert not any(map(is_language, ["", "s", "SQ", "sq_AL", "sq-al", "sq "]))


def test_a_countrys_code_is_no_language() -> None:
    assert not any(map(is_language, ["al", "gr", "ua", "xx"]))


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("Samiti", 'it: must give each language its text: { sq = "...", en = "..." }.'),
        ({}, 'it: must give each language its text: { sq = "...", en = "..." }.'),
        ({"sq": ""}, "it.sq: is empty; write the text or take the line out."),
        ({"sq": "\ufeff\u200b"}, "it.sq: is empty; write the text or take the line out."),
        ({"sq": "a\nb"}, "it.sq: must be one line; take the line break out."),
        ({"Shqip": "Samiti"}, "it.Shqip: is no language code; write it like 'sq' or 'en'."),
    ],
)
def test_a_text_in_languages_that_is_wrong_says_in_which(value: object, says: str) -> None:
    assert reading(value, localized)[1] == [says]


def test_a_text_in_languages_may_be_long_only_where_lines_are_welcome() -> None:
    texts = {"sq": "Një\nDy", "en": "One\nTwo"}
    assert reading(texts, lambda fields: fields.localized("it", lines=True)) == (texts, [])
    assert reading(None, localized) == ({}, [])
    assert reading(None, lambda fields: fields.localized("it", required=True))[1] == [
        "it: is missing; every entry needs it."
    ]


@pytest.mark.parametrize(
    "value",
    [
        "example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://a b.org",
        "https://exa\tmple.org",
        "https://a.org/\u00a0",
        "http://[::1",
    ],
)
def test_an_address_is_http_or_https_with_a_host(value: str) -> None:
    found = reading(value, lambda fields: fields.url("it"))[1]
    assert found == [f"it: {value!r} is no web address; write it with https:// and a host."]


def test_an_address_may_have_a_port_and_a_query() -> None:
    assert is_web_address("http://example.org:8080/a?b=c#d")
    assert reading("", lambda fields: fields.url("it"))[1] == [
        "it: is empty; every entry needs it."
    ]


def test_tables_inside_are_read_with_their_place() -> None:
    problems: list[Problem] = []
    fields = Fields({"a": {"b": {"c": 5}}, "d": [{"e": 6}, "f"]}, "a file", problems)
    outer = fields.table("a")
    assert outer is not None
    inner = outer.table("b")
    assert inner is not None
    inner.line("c")
    for entry in fields.tables("d"):
        entry.line("e")
    assert [str(problem) for problem in problems] == [
        "a file: a.b.c: must be a text in quotes, not 5.",
        "a file: d[1].e: must be a text in quotes, not 6.",
        "a file: d[2]: must be a table with fields of its own.",
    ]


def test_what_is_no_table_says_how_to_write_one() -> None:
    assert reading("x", lambda fields: fields.table("it"))[1] == [
        "it: must be a table of its own: [it]."
    ]
    for value in ("x", {"a": 1}):
        assert reading(value, lambda fields: list(fields.tables("it")))[1] == [
            "it: must be a list of tables: [[it]]."
        ]
    assert reading(None, lambda fields: fields.table("it")) == (None, [])
    assert reading(None, lambda fields: list(fields.tables("it"))) == ([], [])


def test_a_field_that_nobody_knows_is_named_with_what_was_meant() -> None:
    problems: list[Problem] = []
    fields = Fields({"titel": "x", "title": "y", "zzz": 1}, "a file", problems)
    fields.line("title")
    fields.finish()
    assert [str(problem) for problem in problems] == [
        "a file: titel: is not a known field. Did you mean 'title'?",
        "a file: zzz: is not a known field.",
    ]


def test_a_rule_that_fails_is_noted_in_its_own_words() -> None:
    _, found = reading("x", lambda fields: fields.check("it", lambda: zone("Europe/Tirana")))
    assert found == ["it: No time zone 'Europe/Tirana'; write it like 'Europe/Brussels'."]


def test_a_word_that_is_near_is_proposed_and_others_are_not() -> None:
    assert near("sumit", ["summit", "kfor"]) == " Did you mean 'summit'?"
    assert near("ankara", ["summit", "kfor"]) == ""


def test_a_day_has_one_written_form() -> None:
    assert parse_day("2026-02-12") == date(2026, 2, 12)
    for text in ("2026-02-30", "20260212", "2026-2-12", "2026-W07-4", "2026-02-12 ", "٢026-02-12"):
        assert parse_day(text) is None
