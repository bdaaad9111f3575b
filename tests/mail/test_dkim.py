"""Signed mails, as somebody else's library verifies them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.errors import CalendarError, ConflictError
from calendar_service.mail.contents import Content
from calendar_service.mail.dkim import SEALED, Signer, relaxed_body
from calendar_service.mail.dkim_keys import (
    SigningKey,
    SigningKeyError,
    keys_open_to_others,
    load_keys,
    make_keys,
    zone_line,
)
from calendar_service.mail.messages import Mail
from calendar_service.mail.samples import SENT, Samples
from tests.mail.samples import (
    a_confirmation,
    a_reminder,
    octets_of,
)

DOMAIN = "example.org"
AT = datetime(2026, 2, 11, 7, tzinfo=UTC)
MAILS = [
    *(a_confirmation(code) for code in ("sq", "en", "fr")),
    *(a_reminder(code) for code in ("sq", "en", "fr")),
    *Samples("fr").all().values(),
]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[SigningKey]:
    return load_keys(make_keys(tmp_path_factory.mktemp("dkim"), "calendar"))


def published(keys: list[SigningKey]) -> Mapping[bytes, bytes]:
    """What the DNS says once somebody has put the printed lines into it."""
    zone = {}
    for line in (zone_line(key, DOMAIN) for key in keys):
        name, texts = line.split(". IN TXT ", 1)
        zone[name.encode() + b"."] = "".join(re.findall(r'"([^"]*)"', texts)).encode()
    return zone


def sign(keys: list[SigningKey], octets: bytes, at: datetime, domain: str = DOMAIN) -> bytes:
    return Signer(domain, keys).sign(Content.of(octets), at).octets


def verified(content: bytes, keys: list[SigningKey]) -> list[bool]:
    """Whether each of a mail's signatures is good."""
    zone, good = published(keys), []
    for number in range(content.count(b"DKIM-Signature:")):
        try:
            look_up = lambda name, timeout=5: zone.get(name)  # noqa: E731
            good.append(dkim.DKIM(content).verify(idx=number, dnsfunc=look_up))
        except dkim.ValidationError:
            good.append(False)
    return good


@pytest.mark.parametrize("mail", MAILS)
def test_every_mail_is_signed_with_both_keys(mail: Mail, keys: list[SigningKey]) -> None:
    signed = sign(keys, octets_of(mail), SENT)
    assert signed.endswith(octets_of(mail))
    assert re.findall(rb"a=([\w-]+);", signed) == [b"rsa-sha256", b"ed25519-sha256"]
    assert verified(signed, keys) == [True, True]


def test_the_same_mail_has_the_same_signature_on_every_try(keys: list[SigningKey]) -> None:
    mail = octets_of(a_reminder())
    assert sign(keys, mail, AT) == sign(keys, mail, AT)
    assert b"t=1770793200;" in sign(keys, mail, AT)
    started = Signer(DOMAIN, keys).start(Content.of(mail), AT)
    assert started().octets == sign(keys, mail, AT)


def test_no_line_of_a_signature_is_longer_than_a_header_may_be(keys: list[SigningKey]) -> None:
    domain = "calendars.of-a-newsroom-with-a-long-name.example.org"
    signed = sign(keys, octets_of(a_reminder()), AT, domain).partition(b"From:")[0]
    assert max(map(len, signed.split(b"\r\n"))) <= 78


def test_what_relays_do_to_a_mail_on_its_way_breaks_nothing(keys: list[SigningKey]) -> None:
    signed = sign(keys, octets_of(a_reminder("sq")), AT)
    received = b"Received: from a by b;\r\n Wed, 11 Feb 2026 07:00:00 +0000\r\n" + signed
    refolded = received.replace(b"Subject: ", b"Subject:  \r\n   ")
    assert verified(refolded + b"\r\n\r\n", keys) == [True, True]


@pytest.mark.parametrize(
    "name",
    [
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
        *("List-Unsubscribe-Post", "MIME-Version", "Content-Type", "Auto-Submitted"),
        *("Content-Language", "X-Auto-Response-Suppress"),
    ],
)
def test_a_header_that_is_changed_left_out_or_added_is_noticed(
    name: str, keys: list[SigningKey]
) -> None:
    signed = sign(keys, octets_of(a_reminder()), AT)
    head, body = signed.split(b"\r\n\r\n", 1)
    header = re.search(rf"^{name}: (?:.|\r\n[ \t])*\r\n".encode(), head + b"\r\n", re.MULTILINE)
    assert header is not None
    forged = {
        "changed": signed.replace(header[0], header[0].replace(b": ", b": x", 1), 1),
        "left out": (head + b"\r\n").replace(header[0], b"", 1) + b"\r\n" + body,
        "added": name.encode() + b": another@example.net\r\n" + signed,
    }
    for how, content in forged.items():
        assert verified(content, keys) == [False, False], how


@pytest.mark.parametrize("name", SEALED)
def test_no_header_can_be_added_that_would_change_whose_mail_it_seems(
    name: str, keys: list[SigningKey]
) -> None:
    signed = sign(keys, octets_of(a_reminder()), AT)
    added = name.encode() + b": somebody@example.net\r\n" + signed
    assert verified(added, keys) == [False, False]


def test_a_letter_of_the_body_that_is_changed_is_noticed(keys: list[SigningKey]) -> None:
    signed = sign(keys, octets_of(a_reminder()), AT)
    assert verified(signed.replace(b"Brussels", b"Brusselz", 1), keys) == [False, False]
    assert verified(signed + b"more\r\n", keys) == [False, False]


def test_a_mail_that_the_standard_library_wrote_is_signed_too(keys: list[SigningKey]) -> None:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"], message["To"] = "calendar@example.org", "reader@example.org"
    message["Subject"] = "Përshëndetje, një rresht i gjatë me shumë fjalë që duhet të thyhet këtu"
    message.set_content("A line\n\n  and   blanks \t\n\n\n")
    signed = sign(keys, message.as_bytes(), AT)
    assert verified(signed, keys) == [True, True]


@pytest.mark.parametrize("content", [b"", b"From: a@b\r\n", b"To: a@b\r\n\r\nx\r\n"])
def test_what_is_no_mail_is_not_signed(content: bytes, keys: list[SigningKey]) -> None:
    with pytest.raises(ValueError, match="cannot be signed"):
        sign(keys, content, AT)


@given(
    st.lists(st.sampled_from(["", "a", " ", "\t", "b c", "  d", "e \t", "=20", "."]), max_size=9)
)
def test_a_body_is_canonicalised_as_others_do(lines: list[str]) -> None:
    body = "".join(f"{line}\r\n" for line in lines).encode()
    theirs = Relaxed.canonicalize_body(body)
    assert relaxed_body(body) == (b"" if theirs == b"\r\n" else theirs)


def test_keys_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    files = make_keys(tmp_path / "keys", "calendar")
    assert [file.name for file in files] == ["calendar-rsa.pem", "calendar-ed25519.pem"]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert keys_open_to_others(files) == []
    files[0].chmod(0o640)
    assert keys_open_to_others(files) == files[:1]
    before = files[1].read_bytes()
    with pytest.raises(ConflictError, match="another --selector"):
        make_keys(tmp_path / "keys", "calendar")
    assert files[1].read_bytes() == before


def test_each_key_has_a_name_of_its_own_in_the_dns(keys: list[SigningKey]) -> None:
    rsa, edwards = (zone_line(key, DOMAIN) for key in keys)
    assert rsa.startswith('calendar-rsa._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=MII')
    assert 'calendar-ed25519._domainkey.example.org. IN TXT ( "v=DKIM1; k=ed25519; p=' in edwards
    assert all(len(text) <= 255 for text in re.findall(r'"([^"]*)"', rsa + edwards))


@pytest.mark.parametrize("selector", ["", "a b", "../x", "-a", "A", "é", "a" * 41])
def test_a_selector_that_no_name_can_be_made_of_is_refused(tmp_path: Path, selector: str) -> None:
    with pytest.raises(CalendarError, match="selector"):
        make_keys(tmp_path, selector)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_holds_no_usable_key_is_named_with_the_reason(tmp_path: Path) -> None:
    small, large = generate_private_key(65537, 1024), generate_private_key(65537, 2048)
    told = {
        "missing.pem": (None, "cannot be read"),
        "text.pem": (b"nothing", "no private key"),
        "UPPER.pem": (b"", "selector"),
        "key.txt": (b"", "selector"),
        "small.pem": (
            small.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "1024 bits are too few",
        ),
        "locked.pem": (
            large.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")),
            "without a password",
        ),
    }
    for name, (octets, why) in told.items():
        file = tmp_path / name
        if octets is not None:
            file.write_bytes(octets)
        with pytest.raises(SigningKeyError, match=why) as caught:
            load_keys([file])
        assert caught.value.file == file
