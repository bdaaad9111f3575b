"""Quoted-printable, read back by the standard library."""

from __future__ import annotations

from quopri import decodestring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.mail.quoting import quoted, quoted_around

AROUND = st.text("ab =.%&\t~ëשд日🗓", max_size=160)
WORDS = st.text("aZ09-_=.%~/:", max_size=240)


@settings(max_examples=300, deadline=None)
@given(AROUND, WORDS, AROUND)
def test_a_line_around_a_word_is_encoded_as_the_whole_line_is(
    before: str, word: str, after: str
) -> None:
    after = after.rstrip(" \t")
    if not word:
        before = before.rstrip(" \t")
    octets = quoted_around(before, word, after)
    assert octets == quoted(before + word + after)
    assert decodestring(octets).decode() == f"{before}{word}{after}\r\n"
    assert octets.endswith(b"\r\n")
    assert max(map(len, octets.split(b"\r\n"))) <= 76


@pytest.mark.parametrize("column", [0, 1, *range(65, 80)])
@pytest.mark.parametrize("word", [".", "..", "x.", "x" * 75 + ".", "x" * 150, "=" * 30, "%s%b%"])
@pytest.mark.parametrize("after", ["", ".", "%", "ë"])
def test_a_word_at_the_end_of_a_line_breaks_it_where_it_would_be_broken(
    column: int, word: str, after: str
) -> None:
    before = "b" * column
    assert quoted_around(before, word, after) == quoted(before + word + after)
