"""Envelope senders that say which delivery came back, and cannot be made up."""

from __future__ import annotations

import pytest

from calendar_service.mail.envelopes import check_envelope
from calendar_service.mail.verp import BounceAddress, BounceAddressError, Returned, is_genuine

SECRET = bytes(range(32))
PLUS, CATCH_ALL = "bounces@example.org", "*@bounces.example.org"
READER = "kq3JxR0fTz2nPlm8AbCdEf"


@pytest.mark.parametrize("setting", [PLUS, CATCH_ALL])
@pytest.mark.parametrize("number", [1, 4711, 2**63 - 1])
def test_an_address_says_which_delivery_it_is_of_and_proves_it(setting: str, number: int) -> None:
    bounces = BounceAddress.parse(setting)
    address = bounces.of(SECRET, number, READER)
    check_envelope(address, "reader@example.org")
    assert len(address.partition("@")[0]) <= 64
    (returned,) = bounces.find(f"Return-Path: <{address}>", most=10)
    assert returned.delivery_id == number
    assert is_genuine(SECRET, returned, READER)


def test_two_forms_are_known() -> None:
    plus, all_of_it = BounceAddress.parse(PLUS), BounceAddress.parse(CATCH_ALL)
    assert plus.of(SECRET, 7, READER).startswith("bounces+7-")
    assert all_of_it.of(SECRET, 7, READER).startswith("7-")
    assert all_of_it.of(SECRET, 7, READER).endswith("@bounces.example.org")


@pytest.mark.parametrize(
    "text", ["", "bounces", "a b@example.org", "@x.org", "*@", "a" * 31 + "@x.org", "é@x.org"]
)
def test_what_no_address_can_be_made_of_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(BounceAddressError, match="bounces@example"):
        BounceAddress.parse(text)


def test_it_is_bound_to_its_delivery_its_reader_and_this_installation() -> None:
    bounces = BounceAddress.parse(PLUS)
    (returned,) = bounces.find(bounces.of(SECRET, 7, READER), most=10)
    assert not is_genuine(SECRET, Returned(8, returned.mac), READER)
    assert not is_genuine(SECRET, returned, READER[::-1])
    assert not is_genuine(SECRET[::-1], returned, READER)
    for place, letter in enumerate(returned.mac):
        forged = returned.mac[:place] + ("a" if letter != "a" else "b") + returned.mac[place + 1 :]
        assert not is_genuine(SECRET, Returned(7, forged), READER)


def test_it_is_found_whatever_relays_did_to_it_and_only_as_a_whole() -> None:
    bounces = BounceAddress.parse(PLUS)
    address = bounces.of(SECRET, 7, READER)
    assert [one.delivery_id for one in bounces.find(address.upper(), most=10)] == [7]
    assert [one.delivery_id for one in bounces.find(f"rfc822;{address}.", most=10)] == [7]
    others = [f"x{address}", f"{address}.net", address.replace("bounces+", "bounces-"), address[1:]]
    assert [list(bounces.find(other, most=10)) for other in others] == [[]] * len(others)


def test_of_many_only_a_few_are_looked_at() -> None:
    bounces = BounceAddress.parse(CATCH_ALL)
    flood = " ".join(bounces.of(SECRET, number, READER) for number in range(50))
    assert len(list(bounces.find(flood * 2, most=5))) == 5
