from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.domain.fields import is_slug
from calendar_service.domain.names import slug_for


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Samiti i NATO-s në Ankara", "samiti-i-nato-s-ne-ankara"),
        ("Këshilli NATO–Ukrainë", "keshilli-nato-ukraine"),
        ("Sommet de l’OTAN : l'ordre du jour", "sommet-de-l-otan-l-ordre-du-jour"),
        ("Çështje të hapura", "ceshtje-te-hapura"),
        ("2026", "2026"),
        ("Đoković në Łódź", "dokovic-ne-lodz"),
        ("Große Straße in München", "grosse-strasse-in-munchen"),
        ("Ærø, Ørsted & Þingvellir", "aero-orsted-thingvellir"),
        ("IĞDIR, Iğdır, İstanbul", "igdir-igdir-istanbul"),
        ("Œuvre d'art", "oeuvre-d-art"),
    ],
)
def test_a_slug_is_its_title_in_plain_small_letters(title: str, slug: str) -> None:
    assert slug_for(title, ()) == slug


def test_accents_written_apart_from_their_letters_part_no_word() -> None:
    assert slug_for("ne\u0308nte\u0308", ()) == "nente"


def test_a_slug_that_is_taken_gets_a_number() -> None:
    assert slug_for("Samiti", {"samiti"}) == "samiti-2"
    assert slug_for("Samiti", {"samiti", "samiti-2"}) == "samiti-3"


@pytest.mark.parametrize("title", ["", "  ", "Київ", "—"])
def test_a_title_without_latin_letters_gets_the_fallback(title: str) -> None:
    assert slug_for(title, ()) == "event"
    assert slug_for(title, {"feed"}, fallback="feed") == "feed-2"


def test_a_long_title_is_cut_and_never_ends_in_a_hyphen() -> None:
    assert slug_for("a" * 90, ()) == "a" * 80
    assert slug_for("a" * 79 + " bcd", ()) == "a" * 79


@given(st.text(max_size=300))
def test_every_title_makes_a_slug(title: str) -> None:
    first = slug_for(title, ())
    assert is_slug(first)
    assert is_slug(slug_for(title, {first}))
