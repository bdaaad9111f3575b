"""The shape of the mails: headers, parts and octets, read back by a parser that made none of it."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default
from email.utils import getaddresses
from typing import Any

import pytest

from calendar_service.mail.addresses import Mailbox
from calendar_service.mail.headers import header_line, unstructured
from calendar_service.mail.messages import Attachment, MailingList, Masthead
from calendar_service.mail.sample_events import MINISTERIAL
from calendar_service.mail.samples import CALENDAR_FILE, MASTHEAD
from tests.mail.reading import assert_fit_for_any_relay, body, parsed
from tests.mail.samples import (
    a_confirmation,
    a_reminder,
    links_to_stop,
    octets_of,
)


def reminder_titled(title: str, **changes: Any) -> bytes:
    event = replace(MINISTERIAL, language="en", title={"en": title})
    return octets_of(a_reminder(event=event, **changes))


def test_a_reminder_has_the_headers_that_relays_and_mail_programs_ask_for() -> None:
    message = parsed(octets_of(a_reminder("sq")))
    assert message["From"] == "Kalendari <calendar@example.org>"
    assert message["To"] == "reader@example.org"
    assert message["Date"].datetime == datetime(2026, 2, 11, 7, tzinfo=UTC)
    assert message["Message-ID"] == "<mfrggzdfmztwq2lknnwg23tpobyxe43u@example.org>"
    assert message["Content-Language"] == "sq"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "Viti i NATO-s <nato.calendar.example.org>"
    assert message["List-Unsubscribe"] == "<https://calendar.example.org/unsubscribe/q7c3>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] is None


def test_every_header_stands_once() -> None:
    for message in (octets_of(a_reminder()), octets_of(a_confirmation())):
        names = [name.lower() for name in parsed(message)]
        assert len(names) == len(set(names))


def test_text_comes_before_html_and_the_calendar_file_after_both() -> None:
    message = parsed(octets_of(a_reminder()))
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert not any(part.defects for part in message.walk())


def test_the_calendar_file_arrives_octet_for_octet_and_is_no_invitation() -> None:
    message = parsed(octets_of(a_reminder()))
    [file] = message.iter_attachments()
    assert file.get_payload(decode=True) == CALENDAR_FILE
    assert file.get_filename() == "nato-defence-ministers.ics"
    assert file.get_content_disposition() == "attachment"
    assert dict(file["Content-Type"].params) == {
        "charset": "utf-8",
        "name": "nato-defence-ministers.ics",
    }


def test_a_retry_is_the_same_to_the_octet() -> None:
    for language in ("en", "fr", "sq"):
        first, second = (octets_of(a_reminder(language)) for _ in range(2))
        assert first == second
    assert octets_of(a_confirmation()) == octets_of(a_confirmation())


def test_the_octets_are_fit_for_any_relay() -> None:
    event_text = "word " * 5000 + "\n.\n" + "x" * 3000 + "\n" + "Ë" * 2000
    for title in ("Title", "Ë" * 300):
        octets = reminder_titled(title)
        assert_fit(octets)
    long_event = replace(MINISTERIAL, description={"sq": event_text})
    octets = octets_of(a_reminder("sq", long_event))
    assert_fit(octets)
    assert "x" * 3000 in body(octets, "plain")


def test_blanks_at_a_lines_end_are_left_out_and_every_line_break_is_sent_as_one() -> None:
    text = f"{'x' * 75} \r\nsecond\t\rthird \n{'Ë' * 12}xyz  "
    octets = octets_of(a_reminder("sq", replace(MINISTERIAL, description={"sq": text})))
    assert_fit(octets)
    assert f"\n{'x' * 75}\nsecond\nthird\n{'Ë' * 12}xyz\n" in body(octets, "plain")


def assert_fit(octets: bytes) -> None:
    """Fit for any relay, and with headers that need no line of more than 78 (RFC 5322 2.1.1)."""
    assert_fit_for_any_relay(octets)
    assert max(map(len, octets.split(b"\r\n"))) <= 78


def test_the_date_is_utc_and_whole() -> None:
    moment = datetime(2026, 2, 11, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    octets = octets_of(a_reminder(), date=moment)
    assert b"\r\nDate: Wed, 11 Feb 2026 07:00:00 +0000\r\n" in octets


def test_a_date_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 2, 11, 8)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        octets_of(a_confirmation(), date=naive)


# --- Encoded words ------------------------------------------------------------------------------


TITLES = [
    "Samiti i NATO-s në Ankara",
    "Réunion des ministres de la Défense de l’OTAN, à Bruxelles\u00a0: l’essentiel",
    'Quotes "and" commas, colons: semicolons; <angles> (brackets) [squares] @ \\',
    "=?utf-8?q?not_encoded?= but looks it",
    "Çështja e Kosovës " * 14,
    "A" * 290,
    "word " * 58,
    "Ë",
    "日本語の題名" * 20,
    "🗓️ Calendar 👩‍👩‍👧 of emoji " * 9,
    "a\u0308 combining",
]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_survives_in_the_subject(title: str) -> None:
    octets = reminder_titled(title)
    expected = f"Tomorrow: {title}".strip()
    assert message_from_bytes(octets, policy=default)["Subject"] == expected
    assert_encoded_words_are_short(octets)


@pytest.mark.parametrize("title", [title for title in TITLES if "=?" not in title])
def test_any_title_is_read_alike_by_the_older_parser(title: str) -> None:
    octets = reminder_titled(title)
    written = message_from_bytes(octets, policy=compat32)["Subject"]
    read = str(make_header(decode_header(re.sub(r"\r?\n", "", written))))
    assert read == f"Tomorrow: {title}".strip()


def test_a_thousand_made_up_titles_survive() -> None:
    chance = random.Random(2026)
    letters = "abc ABC ëçéà ’–«» ,.;:()<>@\"\\'?=_ 日 \u00a0"
    for _ in range(1000):
        title = "".join(chance.choice(letters) for _ in range(chance.randrange(1, 200))).strip()
        subject = unstructured(f"Tomorrow: {title}", header="Subject")
        octets = header_line(f"Subject: {subject}") + b"\r\n"
        assert message_from_bytes(octets, policy=default)["Subject"] == f"Tomorrow: {title}".strip()
        assert_encoded_words_are_short(octets)


def assert_encoded_words_are_short(octets: bytes) -> None:
    """RFC 2047 2: at most 75 characters."""
    head = octets.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ ?]+\?[qb]\?[^ ?]*\?=", head))


@pytest.mark.parametrize(
    "name",
    [
        "Kalendari",
        "Kalendarët e Ballkanit",
        'The "Calendar", of course',
        "Redaksia; <x@y.z>",
        "Ë, Ç: (è)",
        "Një emër shumë i gjatë me shkronja ë dhe ç që nuk hyn në një rresht të vetëm",
        "a very long name in plain letters that will not fit into a single line of a header",
    ],
)
def test_any_sender_name_survives(name: str) -> None:
    masthead = Masthead(Mailbox(name, "calendar@example.org"), "Kalendari", MASTHEAD.origin)
    octets = octets_of(a_reminder(masthead=masthead))
    [(written, address)] = getaddresses([message_from_bytes(octets, policy=compat32)["From"]])
    assert (str(make_header(decode_header(written))), address) == (name, "calendar@example.org")
    assert_encoded_words_are_short(octets)


@pytest.mark.parametrize("name", ["", "Samitet e NATO-s", "L’année de l’OTAN", "Ë ç " * 60])
def test_any_list_name_survives_and_the_list_id_stays_plain(name: str) -> None:
    mailing_list = MailingList("nato.calendar.example.org", name)
    octets = octets_of(a_reminder(mailing_list=mailing_list))
    assert_fit(octets)
    raw = message_from_bytes(octets, policy=compat32)["List-Id"]
    phrase, _, identity = re.sub(r"\r?\n", "", raw).rpartition(" <")
    assert identity.strip("<>") == "nato.calendar.example.org"
    assert str(make_header(decode_header(phrase.strip('"')))) == name.strip()


def test_a_long_address_to_unsubscribe_is_sent_as_it_is() -> None:
    url = "https://calendar.example.org/unsubscribe/" + "k" * 300
    octets = octets_of(a_reminder(), links=links_to_stop(url))
    assert f"<{url}>\r\nList-Unsubscribe-Post:".encode() in octets
    assert max(map(len, octets.split(b"\r\n"))) < 998


# --- Line breaks where none may be --------------------------------------------------------------


BREAKS = ["\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\r", "\u2028x", "\x85x", "\0"]


@pytest.mark.parametrize("line_break", BREAKS)
def test_no_line_break_in_a_name_or_title_makes_a_header(line_break: str) -> None:
    masthead = Masthead(
        Mailbox(f"Kalendari{line_break}", "calendar@example.org"), "Kalendari", MASTHEAD.origin
    )
    message = parsed(
        reminder_titled(
            f"Title{line_break}",
            masthead=masthead,
            mailing_list=MailingList("a.example.org", f"N{line_break}"),
        )
    )
    assert "Bcc" not in message
    assert message["Subject"].startswith("Tomorrow: Title")
    assert message["To"] == "reader@example.org"
    assert len(list(message.iter_attachments())) == 1


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize(
    "field", ["to", "message_id", "from", "list_id", "unsubscribe_url", "file"]
)
def test_no_line_break_gets_into_an_address_or_identity(field: str, line_break: str) -> None:
    def broken(name: str, value: str) -> str:
        return f"{value}{line_break}" if name == field else value

    mail = a_reminder(
        masthead=Masthead(
            Mailbox("K", broken("from", "calendar@example.org")), "K", MASTHEAD.origin
        ),
        mailing_list=MailingList(broken("list_id", "a.example.org"), "A"),
        attachment=Attachment(broken("file", "a.ics"), CALENDAR_FILE),
    )
    with pytest.raises(ValueError, match="cannot stand in a header"):
        octets_of(
            mail,
            to=broken("to", "reader@example.org"),
            message_id=broken("message_id", "<a@example.org>"),
            links=links_to_stop(broken("unsubscribe_url", "https://example.org/u")),
        )
