"""What mails that come back are taken to say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.domain.standing import Weight
from calendar_service.mail.returned import LARGEST, MOST_CANDIDATES, find_returned, read_report
from calendar_service.mail.verp import BounceAddress
from tests.mail.returned_samples import (
    COMPLAINTS,
    FOR_NOW,
    GONE,
    NOTHING,
    ORIGINAL,
    OURS,
    REFUSED,
    VERP,
    complaint,
)

BOUNCES = BounceAddress.parse("bounces@example.org")
ALL = {
    (weight, name): text
    for weight, texts in (
        (Weight.GONE, GONE),
        (Weight.REFUSED, REFUSED),
        (Weight.FOR_NOW, FOR_NOW),
        (Weight.OURS, OURS),
        (Weight.COMPLAINT, COMPLAINTS),
    )
    for name, text in texts.items()
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(("weight", "name"), ALL, ids=str)
def test_each_server_is_understood_in_its_own_way(weight: Weight, name: str, line_end: str) -> None:
    octets = ALL[weight, name].replace("\n", line_end).encode()
    report = read_report(octets)
    assert report is not None
    assert report.weight is weight
    assert [one.delivery_id for one in find_returned(octets, BOUNCES)] == [0x1267]


@pytest.mark.parametrize("name", NOTHING)
def test_what_reports_no_failure_counts_for_nothing(name: str) -> None:
    assert read_report(NOTHING[name].encode()) is None


def test_the_code_is_the_most_telling_one() -> None:
    codes = {name: read_report(text.encode()) for (_, name), text in ALL.items()}
    told = {name: report.status for name, report in codes.items() if report}
    assert told["a server whose own code says nothing, about one that says it all"] == "5.2.1"
    assert told["yahoo puts off until the end"] == "4.2.2"
    assert told["yahoo, in words"] == told["no code at all"] == "5.0.0"
    assert told["qmail"] == told["exim"] == "5.1.1"


@pytest.mark.parametrize(
    ("status", "weight"), [("5.1.2", Weight.REFUSED), ("4.4.7", Weight.FOR_NOW)]
)
def test_of_several_recipients_the_worst_counts(status: str, weight: Weight) -> None:
    """Whoever has mails passed on to two mailboxes gets both reported in one."""
    blocked = OURS["gmail, where SPF and DKIM are broken"]
    other = f"\nFinal-Recipient: rfc822; other@example.net\nAction: failed\nStatus: {status}\n"
    both = blocked.replace("Status: 5.7.26\n", f"Status: 5.7.26\n{other}")
    report = read_report(both.encode())
    assert report is not None
    assert (report.weight, report.status) == (weight, status)


def test_an_address_that_speaks_of_spam_is_no_word_of_distrust() -> None:
    told = REFUSED["no code at all"].replace("Unrouteable address", "no-spam@example.net: no route")
    report = read_report(told.encode())
    assert report is not None
    assert report.weight is Weight.REFUSED


def test_a_telephone_number_is_no_reply_of_a_server() -> None:
    words = GONE["exim"].replace("550 5.1.1 Unknown user", "rejected; call 480-624-2500")
    for said in (words, words.replace("480-624-2500", "450-624-2500")):
        report = read_report(said.encode())
        assert report is not None
        assert report.status == "5.0.0"


def test_our_own_mail_in_it_is_not_read_for_codes() -> None:
    assert "550 5.1.1" in ORIGINAL
    words = GONE["exim"].replace("550 5.1.1 Unknown user", "550 rejected")
    report = read_report(words.encode())
    assert report is not None
    assert report.status == "5.0.0"


def test_the_envelope_sender_is_found_in_encoded_parts_too() -> None:
    hidden = complaint("abuse", base64=True)
    assert VERP not in hidden
    assert len(find_returned(hidden.encode(), BOUNCES)) == 1


def test_a_mail_without_end_is_read_to_a_limit() -> None:
    long = GONE["qmail"].encode() + b"x" * LARGEST + VERP.replace("1267", "9999").encode()
    assert len(find_returned(long, BOUNCES)) == 1
    many = "".join(VERP.replace("1267", f"{number:x}") + " " for number in range(1000))
    assert len(find_returned(many.encode(), BOUNCES)) == MOST_CANDIDATES


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 60_000,
        b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
        ),
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"Content-Type: text/plain; charset=nothing\nContent-Transfer-Encoding: base64\n\n\xff\xff",
        b"Content-Type: multipart/report\n\nx",
        b"Subject: " + b"=?utf-8?q?" * 20_000,
        b"From: mailer-daemon\nSubject: failed mail"
        + b" failed" * 30_000
        + b"\n\n"
        + b"5.1" * 60_000,
        b"X-Failed-Recipients: a\n\n" + b"-" * 250_000,
        b"X-Failed-Recipients: a\n\n" + b"block" * 50_000 + b"black" * 50_000,
        bytes(range(256)) * 800,
    ],
    ids=range(10),
)
def test_a_hostile_mail_is_read_without_harm(octets: bytes) -> None:
    report = read_report(octets)
    assert report is None or report.weight is Weight.REFUSED
    assert find_returned(octets, BOUNCES) == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_piece_of_a_mail_put_anywhere_is_read_without_an_error(data: st.DataObject) -> None:
    lines = [line for text in ALL.values() for line in text.splitlines(keepends=True)]
    drawn = data.draw(st.lists(st.sampled_from(lines), max_size=40))
    octets = "".join(drawn).encode()
    read_report(octets)
    find_returned(octets, BOUNCES)
