"""Addresses that readers type: one normal form, or a reason that can be shown."""

from __future__ import annotations

import pytest

from calendar_service.mail.addresses import (
    AddressError,
    AddressFault,
    Mailbox,
    address_key,
    parse_address,
    parse_mailbox,
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("reader@example.org", "reader@example.org"),
        ("  Ana@EXAMPLE.org\n", "Ana@example.org"),
        ("ana+kalendari@example.org", "ana+kalendari@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("ana@përshëndetje.al", "ana@xn--prshndetje-x7ad.al"),
        ("ana@PËRSHËNDETJE.al", "ana@xn--prshndetje-x7ad.al"),
    ],
)
def test_an_address_has_one_normal_form_in_ascii(typed: str, normal: str) -> None:
    assert parse_address(typed) == normal


@pytest.mark.parametrize(
    "typed", ["reader@example.org", "a@x.test", "a@localhost", "a@b.localhost"]
)
def test_names_kept_for_tests_and_demonstrations_are_addresses(typed: str) -> None:
    assert parse_address(typed) == typed


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", AddressFault.EMPTY),
        ("  ", AddressFault.EMPTY),
        ("ana", AddressFault.FORM),
        ("@example.org", AddressFault.FORM),
        ("ana@", AddressFault.FORM),
        ("ana krasniqi@example.org", AddressFault.FORM),
        ("Ana <ana@example.org>", AddressFault.FORM),
        ("ana@example.org, ben@example.org", AddressFault.FORM),
        ("a..b@example.org", AddressFault.FORM),
        ('"ana"@example.org', AddressFault.FORM),
        ("anë@example.org", AddressFault.NAME),
        ("ana@example", AddressFault.DOMAIN),
        ("ana@[192.0.2.1]", AddressFault.DOMAIN),
        ("ana@-example.org", AddressFault.DOMAIN),
        ("ana@example.invalid", AddressFault.DOMAIN),
        ("a" * 65 + "@example.org", AddressFault.LONG),
        ("ana@" + "b" * 250 + ".org", AddressFault.LONG),
    ],
)
def test_what_is_no_address_is_refused_with_its_kind(typed: str, fault: AddressFault) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(typed)
    assert caught.value.kind is fault
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("control", ["\r\n", "\n", "\r", "\0", "\x0b", "\x85", "\u2028", "\x7f"])
@pytest.mark.parametrize("form", ["ana{}bcc:eve@example.org", "ana@exam{}ple.org", "{}x@y{}.org"])
def test_no_control_character_gets_into_an_address(form: str, control: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(form.replace("{}", control))
    assert control not in str(caught.value)


def test_no_accepted_address_is_longer_than_an_envelope_takes() -> None:
    label = "b" * 60
    longest = f"{'a' * 64}@{label}.{label}.{label}.orgs"
    assert len(longest) == 252
    assert parse_address(longest) == longest
    with pytest.raises(AddressError):
        parse_address(longest.replace(".orgs", ".ab.orgs"))


def test_two_spellings_of_one_address_are_one_reader() -> None:
    spellings = ["Ana@Example.org", "ana@example.ORG", " ANA@EXAMPLE.ORG "]
    assert {address_key(parse_address(spelling)) for spelling in spellings} == {"ana@example.org"}


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("Kalendari <calendar@localhost>", Mailbox("Kalendari", "calendar@localhost")),
        ("calendar@example.org", Mailbox("", "calendar@example.org")),
        ('"Calendar, the" <c@example.org>', Mailbox("Calendar, the", "c@example.org")),
        ("Kalendarët <k@Example.org>", Mailbox("Kalendarët", "k@example.org")),
    ],
)
def test_a_sender_is_a_name_and_an_address(text: str, mailbox: Mailbox) -> None:
    assert parse_mailbox(text) == mailbox


@pytest.mark.parametrize("text", ["", "Kalendari", "A <>", "A <a@example.org>\nBcc: b@example.org"])
def test_a_sender_without_a_usable_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_mailbox(text)
