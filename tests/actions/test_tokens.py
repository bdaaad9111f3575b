"""Links that only we can make: what they tell, and what is taken for one of ours."""

from __future__ import annotations

import re
import string
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.actions.tokens import LONGEST, LinkError, Purpose, make_token, read_token

SECRET = bytes(range(32))
FACTS = ("kq3JxR0fTz2n", "5ba7ac53-12cf-48f5-a2f0-e7dcb2b67297", "7")
READABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100)


@given(st.lists(READABLE, min_size=1, max_size=4))
def test_a_token_tells_the_facts_that_it_was_made_of(facts: list[str]) -> None:
    token = make_token(SECRET, Purpose.UNSUBSCRIBE, *facts)
    assert read_token(SECRET, Purpose.UNSUBSCRIBE, token, len(facts)) == facts
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


def test_it_is_always_the_same_and_ends_in_a_letter_or_digit() -> None:
    """A mail program that finds the link in a text may take another end for the sentence's."""
    tokens = [
        make_token(SECRET, Purpose.UNSUBSCRIBE, "reader", str(number)) for number in range(99)
    ]
    assert tokens[7] == make_token(SECRET, Purpose.UNSUBSCRIBE, "reader", "7")
    assert len(set(tokens)) == 99
    assert all(token[-1] in string.ascii_letters + string.digits for token in tokens)


def test_a_longest_uid_fits() -> None:
    assert len(make_token(SECRET, Purpose.UNSUBSCRIBE, "k" * 22, "🗓" * 200, "9" * 19)) <= LONGEST


def test_a_token_of_another_purpose_secret_or_number_of_facts_is_none() -> None:
    token = make_token(SECRET, Purpose.UNSUBSCRIBE, *FACTS)
    wrong = [
        (SECRET, Purpose.CONFIRM, token, 3),
        (SECRET[::-1], Purpose.UNSUBSCRIBE, token, 3),
        (SECRET, Purpose.UNSUBSCRIBE, token, 2),
        (SECRET, Purpose.UNSUBSCRIBE, token, 4),
    ]
    for secret, purpose, given_token, facts in wrong:
        with pytest.raises(LinkError):
            read_token(secret, purpose, given_token, facts)


def test_a_token_in_which_a_single_bit_is_changed_is_none() -> None:
    token = make_token(SECRET, Purpose.UNSUBSCRIBE, *FACTS)
    octets = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(octets) * 8):
        changed = bytearray(octets)
        changed[place // 8] ^= 1 << place % 8
        forged = urlsafe_b64encode(changed).rstrip(b"=").decode()
        with pytest.raises(LinkError):
            read_token(SECRET, Purpose.UNSUBSCRIBE, forged, 3)


@pytest.mark.parametrize("added", ["=", "==", "A", "!", " ", "\n", ".", "%00", "é"])
def test_a_token_with_anything_before_or_behind_it_is_none(added: str) -> None:
    token = make_token(SECRET, Purpose.UNSUBSCRIBE, *FACTS)
    for forged in (token + added, added + token, token[:9] + added + token[9:], token[:-1]):
        with pytest.raises(LinkError):
            read_token(SECRET, Purpose.UNSUBSCRIBE, forged, 3)


@pytest.mark.parametrize("token", ["", "A", "AAAA", "A" * 43, "A" * 44, "A" * (LONGEST + 1)])
def test_what_was_never_a_token_is_none(token: str) -> None:
    with pytest.raises(LinkError):
        read_token(SECRET, Purpose.CONFIRM, token, 1)


def test_facts_cannot_be_parted_otherwise_than_they_were() -> None:
    one = make_token(SECRET, Purpose.UNSUBSCRIBE, "a", "b")
    other = make_token(SECRET, Purpose.UNSUBSCRIBE, "ab")
    assert one != other
    with pytest.raises(ValueError, match="NUL"):
        make_token(SECRET, Purpose.UNSUBSCRIBE, "a\0b", "c")
