"""Texts and numbers as RFC 5545 wants them, where the icalendar library has them otherwise."""

from __future__ import annotations

import pytest

from calendar_service.domain.plain_text import clean, one_line
from calendar_service.ical.values import Position, Text
from tests.ical.samples import unescaped


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;b,c\\d", r"a\;b\,c\\d"),
        ("one\ntwo\r\nthree\rfour", r"one\ntwo\nthree\nfour"),
        ('"quoted": 5%', '"quoted": 5%'),
        (r"C:\New\notes", r"C:\\New\\notes"),
        ("\\;", r"\\\;"),
        ("Përgatitje — 会議 🎉", "Përgatitje — 会議 🎉"),
    ],
)
def test_a_text_is_escaped_and_read_back_the_same(text: str, written: str) -> None:
    assert Text(text).to_ical().decode() == written
    assert unescaped(written) == clean(text)


@pytest.mark.parametrize("letter", ["\x00", "\x08", "\x1b", "\x7f", "\x9f"])
def test_control_characters_are_dropped(letter: str) -> None:
    assert Text(f"a{letter}b").to_ical() == b"ab"


@pytest.mark.parametrize("letter", ["\v", "\f", "\x85", "\u2028", "\u2029"])
def test_what_some_readers_take_for_a_line_break_is_a_plain_one(letter: str) -> None:
    assert Text(f"a{letter}b").to_ical() == rb"a\nb"


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert Text("a\ud800b").to_ical().decode() == "a\ufffdb"


def test_one_line_has_no_needless_spaces_but_keeps_those_that_do_not_break() -> None:
    assert one_line(" NATO\n  Summit\t2026 ") == "NATO Summit 2026"
    assert one_line("Annulé\u00a0: sommet") == "Annulé\u00a0: sommet"


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ((50.879, 4.424), "50.879;4.424"),
        ((0.00001, -0.5), "0.00001;-0.5"),
        ((41.0, 1 / 3), "41.0;0.333333"),
        ((-90.0, 180.0), "-90.0;180.0"),
        ((-0.0, -0.0000001), "0.0;0.0"),
    ],
)
def test_a_position_has_six_decimals_at_most(place: tuple[float, float], written: str) -> None:
    assert Position(place).to_ical() == written
