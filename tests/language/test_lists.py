"""Lists as a sentence has them."""

from __future__ import annotations

import pytest

from calendar_service.language.lists import list_in_words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", "a, b dhe c"),
        ("en", "a, b and c"),
        ("fr", "a, b et c"),
        ("de", "a, b und c"),
        ("tr", "a, b ve c"),
    ],
)
def test_a_list_ends_in_and(language: str, words: str) -> None:
    assert list_in_words(["a", "b", "c"], language) == words


@pytest.mark.parametrize(
    ("language", "words"), [("sq", "a dhe b"), ("en", "a and b"), ("fr", "a et b")]
)
def test_two_items_need_no_comma(language: str, words: str) -> None:
    assert list_in_words(iter(["a", "b"]), language) == words


def test_one_item_is_itself_and_none_is_nothing() -> None:
    assert list_in_words(["{0} 100 %"], "en") == "{0} 100 %"
    assert list_in_words([], "en") == ""


def test_items_are_taken_as_they_are() -> None:
    assert list_in_words(["{1}", "{0}"], "en") == "{1} and {0}"
