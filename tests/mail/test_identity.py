"""The Message-ID: the same on every try, and no use to anybody who reads it."""

from __future__ import annotations

import hmac
import re

import pytest

from calendar_service.mail.identity import message_id

SECRET = bytes(range(32))


def test_every_try_of_one_mail_has_one_message_id() -> None:
    first = message_id(SECRET, "reminder:mail:7:12:P1D:0", "example.org")
    assert first == message_id(SECRET, "reminder:mail:7:12:P1D:0", "EXAMPLE.org")
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.org>", first)


def test_another_mail_secret_or_domain_has_another() -> None:
    ids = {
        message_id(secret, key, domain)
        for secret in (SECRET, SECRET[::-1])
        for key in ("reminder:1", "reminder:2")
        for domain in ("example.org", "example.net")
    }
    assert len(ids) == 8


def test_the_secret_keys_other_things_without_sharing_octets_with_it() -> None:
    plain = hmac.digest(SECRET, b"reminder:1", "sha256").hex()
    local = message_id(SECRET, "reminder:1", "example.org")[1:].partition("@")[0]
    assert local not in plain


@pytest.mark.parametrize("domain", ["", "example.org>\r\nBcc: x", "përshëndetje.al", "a b"])
def test_what_is_no_host_name_cannot_be_its_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="host name"):
        message_id(SECRET, "key", domain)
