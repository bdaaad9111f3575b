"""Forms: filled, they are the mails that would have been composed for each reader alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.domain.events import Event
from calendar_service.domain.events import Place as Venue
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.assembly import Piece, Place
from calendar_service.mail.composing import Kind, compose, kind_of
from calendar_service.mail.contents import Content
from calendar_service.mail.errors import FormError
from calendar_service.mail.forms import MOST_LAYOUTS, make_form
from calendar_service.mail.messages import Attachment, Mail, MailingList, Readership
from calendar_service.mail.personal import Link, Personal
from calendar_service.mail.sample_events import BRIEFING, MINISTERIAL
from calendar_service.mail.samples import CALENDAR_FILE, SENT, Samples
from tests.mail.reading import assert_fit_for_any_relay, body, parsed
from tests.mail.samples import (
    UNSUBSCRIBE_URL,
    a_confirmation,
    a_reminder,
    links_to_stop,
    personal_of,
)

SCRIPTS = (
    "Samiti i NATO-s në Ankara, çështje",
    "Σύνοδος κορυφής του ΝΑΤΟ",
    "Саміт НАТО в Анкарі",
    "قمة الناتو في أنقرة",
    "פסגת נאט״ו באנקרה",
    "अंकारा में नाटो शिखर सम्मेलन",
    "北约安卡拉峰会",
    "アンカラ NATO 首脳会議 앙카라",
)
AWKWARD = "=.%&'\"<>~ \t\n{}()@?_-$s0A\u00a0\u2028\x0b🗓"

texts = st.one_of(
    st.sampled_from(SCRIPTS),
    st.sampled_from(
        ["%(to)s %(date)s %% %s", "~to&'=%", ".", "line\n.\n..\n\n. ", "=?utf-8?q?a?="]
    ),
    st.text("".join(SCRIPTS) + AWKWARD, min_size=1, max_size=200),
)
atoms = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
hosts = st.text("abcxyz019-", min_size=1, max_size=60).map("{}.example.org".format)
addresses = st.builds("{}@{}".format, atoms, hosts)
web_letters = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>')
links = st.text(web_letters, min_size=1, max_size=300).map("https://{}".format)
dates = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def personals(*own: Link) -> st.SearchStrategy[Personal]:
    return st.builds(
        Personal,
        to=addresses,
        message_id=addresses.map("<{}>".format),
        date=dates,
        links=st.fixed_dictionaries(dict.fromkeys(own, links)),
        thread=addresses.map("<{}>".format),
    )


@st.composite
def events(draw: st.DrawFn, event: Event = MINISTERIAL) -> Event:
    title, description = draw(texts), draw(texts)
    return replace(event, language="en", title={"en": title}, description={"en": description})


@st.composite
def reminders(draw: st.DrawFn) -> Mail:
    return a_reminder(
        draw(st.sampled_from(LANGUAGES)),
        draw(st.one_of(events(), events(BRIEFING))),
        zone=draw(st.sampled_from(["Europe/Tirane", "Pacific/Auckland"])),
        follows=tuple(draw(st.lists(texts, min_size=1, max_size=3))),
        mailing_list=MailingList("nato.calendar.example.org", draw(texts)),
        days=draw(st.integers(-1, 8)),
        late=draw(st.booleans()),
        attachment=Attachment("a.ics", draw(st.binary(max_size=200))),
    )


@st.composite
def some_notices(draw: st.DrawFn) -> Mail:
    mail = draw(st.sampled_from(list(Samples(draw(st.sampled_from(LANGUAGES))).notices().values())))
    title, place = {"en": draw(texts)}, Venue({"en": draw(texts)})
    changes = tuple(
        replace(one, after=replace(one.after, title=title, place=place))
        for one in mail.notice.changes
    )
    return replace(
        mail,
        notice=replace(mail.notice, changes=changes),
        readership=replace(mail.readership, follows=(draw(texts),)),
    )


@st.composite
def confirmations(draw: st.DrawFn) -> Mail:
    return a_confirmation(draw(st.sampled_from(LANGUAGES)), follows=draw(texts))


def boundaries(octets: bytes) -> list[str | None]:
    return [part.get_boundary() for part in parsed(octets).walk() if part.is_multipart()]


# --- The same as composed alone -----------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(reminders(), st.lists(personals(Link.UNSUBSCRIBE, Link.PREFERENCES), min_size=1, max_size=2))
def test_a_filled_reminder_is_to_the_octet_the_one_composed_alone(
    mail: Mail, readers: list[Personal]
) -> None:
    form = make_form(mail)
    for personal in readers:
        octets = compose(mail, personal)
        assert form.fill(personal) == Content.of(octets)
        assert_fit_for_any_relay(octets)
        assert_personal(octets, personal)


@settings(max_examples=60, deadline=None)
@given(
    some_notices(), st.lists(personals(Link.UNSUBSCRIBE, Link.PREFERENCES), min_size=1, max_size=2)
)
def test_a_filled_notice_is_to_the_octet_the_one_composed_alone(
    mail: Mail, readers: list[Personal]
) -> None:
    form = make_form(mail)
    for personal in readers:
        octets = compose(mail, personal)
        assert form.fill(personal) == Content.of(octets)
        assert_fit_for_any_relay(octets)
        assert_personal(octets, personal)
        assert parsed(octets)["In-Reply-To"] == parsed(octets)["References"]


@settings(max_examples=30, deadline=None)
@given(confirmations(), st.lists(personals(Link.CONFIRM, Link.NEVER), min_size=1, max_size=2))
def test_a_filled_confirmation_is_to_the_octet_the_one_composed_alone(
    mail: Mail, readers: list[Personal]
) -> None:
    form = make_form(mail)
    for personal in readers:
        octets = compose(mail, personal)
        assert form.fill(personal) == Content.of(octets)
        assert_fit_for_any_relay(octets)


def assert_personal(octets: bytes, personal: Personal) -> None:
    """What somebody else's parser finds in it is this reader's."""
    message = parsed(octets)
    url = personal.links[Link.UNSUBSCRIBE]
    unfolded = octets.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode().split("\r\n")
    assert f"To: {personal.to}" in unfolded
    assert f"Message-ID: {personal.message_id}" in unfolded
    assert f"References: {personal.thread}" in unfolded
    assert f"List-Unsubscribe: <{url}>" in unfolded
    assert message["Date"].datetime == personal.date.replace(microsecond=0)
    assert f": {url}\n" in body(octets, "plain")
    escaped = url.replace("&", "&amp;").replace("'", "&#39;")
    times = list(personal.links.values()).count(url)
    assert body(octets, "html").count(f'href="{escaped}"') == times
    assert f": {personal.links[Link.PREFERENCES]}\n" in body(octets, "plain")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", [1, 40, 74, 75, 76, 77, 150, 900])
def test_a_link_of_any_length_keeps_lines_and_folds_right(language: str, length: int) -> None:
    mail = a_reminder(language)
    for letter in ("x", "=", "."):
        url = "https://" + letter * length
        personal = personal_of(mail, links=links_to_stop(url))
        octets = make_form(mail).fill(personal).octets
        assert octets == compose(mail, personal)
        assert_fit_for_any_relay(octets)
        assert_personal(octets, personal)


@settings(max_examples=100, deadline=None)
@given(
    st.text("ab. ", max_size=80).filter(lambda title: title.strip()),
    st.lists(st.text("xyz./", min_size=150, max_size=150), min_size=2, max_size=5),
)
def test_texts_of_one_length_are_each_written_right_wherever_a_line_is_broken(
    title: str, ends: list[str]
) -> None:
    mail = a_reminder(event=replace(MINISTERIAL, language="en", title={"en": title}))
    form = make_form(mail)
    for end in ends:
        personal = personal_of(mail, links=links_to_stop(f"https://{end}"))
        octets = compose(mail, personal)
        assert form.fill(personal) == Content.of(octets)
        assert_fit_for_any_relay(octets)
    assert len(form.layouts) == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(addresses, min_size=3, max_size=6))
def test_short_addresses_of_any_length_share_a_layout(to: list[str]) -> None:
    mail = a_reminder()
    form = make_form(mail)
    for address in to:
        personal = personal_of(mail, to=address)
        assert form.fill(personal) == Content.of(compose(mail, personal))
    assert len(form.layouts) <= 1 + len({len(one) for one in to if len(one) > 70})


def test_only_so_many_layouts_are_kept() -> None:
    mail = a_reminder()
    form = make_form(mail)
    for length in range(2 * MOST_LAYOUTS):
        form.fill(personal_of(mail, links=links_to_stop("https://" + "x" * (length + 1))))
        assert 0 < len(form.layouts) <= MOST_LAYOUTS


def test_two_forms_of_one_mail_are_filled_alike() -> None:
    mail = a_reminder("sq")
    first, second = (make_form(mail).fill(personal_of(mail)).octets for _ in range(2))
    assert first == second


def test_the_attached_file_arrives_octet_for_octet() -> None:
    mail = a_reminder()
    [file] = parsed(make_form(mail).fill(personal_of(mail)).octets).iter_attachments()
    assert file.get_payload(decode=True) == CALENDAR_FILE


# --- Boundaries ---------------------------------------------------------------------------------


def test_a_group_has_its_own_boundaries_and_one_of_another_title_has_others() -> None:
    form = make_form(a_reminder())
    mail = a_reminder()
    first = form.fill(personal_of(mail)).octets
    second = form.fill(
        personal_of(mail, to="somebody.else@example.org", message_id="<b@c.d>")
    ).octets
    other = make_form(a_reminder(event=BRIEFING)).fill(personal_of(mail)).octets
    assert boundaries(first) == boundaries(second)
    assert len({*boundaries(first), *boundaries(other)}) == 4


def test_a_text_that_has_a_boundary_in_it_ends_no_part() -> None:
    mail = a_reminder()
    lines = [f"--{boundary}--" for boundary in boundaries(compose(mail, personal_of(mail)))]
    event = replace(MINISTERIAL, description={"sq": "", "en": "\n".join(lines)})
    octets = make_form(a_reminder(event=event)).fill(personal_of(mail)).octets
    types = [part.get_content_type() for part in parsed(octets).walk()]
    assert types[2:] == ["text/plain", "text/html", "text/calendar"]
    assert all(line in body(octets, "plain") for line in lines)


# --- What cannot be filled in -------------------------------------------------------------------


BROKEN = ("\r\nBcc: eve@example.org", "\r", "\n", "\0", "\x85", "\u2028", " ", "ë", "<", ">")


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("field", ["to", "message_id", "links"])
def test_what_could_break_its_place_is_refused(field: str, broken: str) -> None:
    mail = a_reminder()
    personal = personal_of(mail)
    values = {
        "to": broken + personal.to,
        "message_id": f"<a{broken}@example.org>",
        "links": links_to_stop(UNSUBSCRIBE_URL + broken),
    }
    with pytest.raises(ValueError, match="cannot stand in a header"):
        make_form(mail).fill(personal_of(mail, **{field: values[field]}))


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "mailto:a@example.org", 'https://a"b'])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    mail = a_reminder()
    with pytest.raises(ValueError, match="cannot stand"):
        make_form(mail).fill(personal_of(mail, links=links_to_stop(url)))


def test_a_date_without_a_zone_is_refused() -> None:
    mail = a_reminder()
    with pytest.raises(ValueError, match="aware"):
        make_form(mail).fill(personal_of(mail, date=datetime(2026, 2, 11, 7)))  # noqa: DTZ001


@pytest.mark.parametrize(
    "given_links",
    [{}, {Link.CONFIRM: UNSUBSCRIBE_URL}, dict.fromkeys(Link, UNSUBSCRIBE_URL)],
)
def test_a_mail_is_filled_with_the_links_that_it_has_and_no_other(
    given_links: Mapping[Link, str],
) -> None:
    mail = a_reminder()
    for fill in (make_form(mail).fill, lambda personal: compose(mail, personal)):
        with pytest.raises(ValueError, match=r"has the links \(preferences_url, unsubscribe_url\)"):
            fill(personal_of(mail, links=given_links))


# --- Forms that may not be sent -----------------------------------------------------------------


def changed(kind: Kind, change: Any) -> Kind:
    """The kind, with the texts that `change` makes of each piece; it gets the personal texts."""

    def pieces(mail: Any, personal: Mapping[str, str]) -> Iterator[Piece]:
        for piece in kind.pieces(mail, personal):
            for text in change(piece, personal):
                yield replace(piece, text=text)

    return replace(kind, pieces=pieces)


@pytest.mark.parametrize("place", [Place.HEADERS, Place.TEXT, Place.HTML])
@pytest.mark.parametrize("times", [0, 2])
def test_a_link_that_is_missing_or_once_too_often_makes_no_form(place: Place, times: int) -> None:
    def change(piece: Piece, personal: Mapping[str, str]) -> list[str]:
        shown = unescape(piece.text) if place is Place.HTML else piece.text
        there = piece.place is place and personal[Link.UNSUBSCRIBE] in shown
        return [piece.text] * (times if there else 1)

    mail = a_reminder()
    with pytest.raises(FormError, match=f"unsubscribe_url {times} times in its {place}"):
        make_form(mail, changed(kind_of(mail), change))


def test_two_personal_texts_in_one_line_make_no_form() -> None:
    def change(piece: Piece, personal: Mapping[str, str]) -> list[str]:
        url = personal[Link.UNSUBSCRIBE]
        return [
            piece.text.replace(url, f"{url} {url}") if piece.place is Place.TEXT else piece.text
        ]

    mail = a_reminder()
    with pytest.raises(FormError, match="in a line by itself"):
        make_form(mail, changed(kind_of(mail), change))


@pytest.mark.parametrize("name", ["to", "date", "message_id"])
def test_an_address_or_identity_that_stands_in_a_text_makes_no_form(name: str) -> None:
    def change(piece: Piece, personal: Mapping[str, str]) -> list[str]:
        return [piece.text + personal[name] if piece.text == "----" else piece.text]

    mail = a_reminder()
    with pytest.raises(FormError, match=f"{name} 1 times in its text and should have it 0 times"):
        make_form(mail, changed(kind_of(mail), change))


@pytest.mark.parametrize(
    "rewrite", [quote, str.upper, str.title, lambda url: url[:-1], lambda url: url.split("&")[1]]
)
def test_a_link_that_is_rewritten_or_cut_makes_no_form(rewrite: Any) -> None:
    def change(piece: Piece, personal: Mapping[str, str]) -> list[str]:
        url = personal[Link.UNSUBSCRIBE]
        return [piece.text.replace(url, rewrite(url)) if piece.place is Place.TEXT else piece.text]

    mail = a_reminder()
    with pytest.raises(FormError):
        make_form(mail, changed(kind_of(mail), change))


def test_a_link_that_is_not_escaped_in_html_makes_no_form() -> None:
    def change(piece: Piece, _: Mapping[str, str]) -> list[str]:
        return [unescape(piece.text)]

    mail = a_reminder()
    with pytest.raises(FormError, match="In the HTML .* as it is"):
        make_form(mail, changed(kind_of(mail), change))


def test_a_personal_text_that_got_into_an_encoded_subject_makes_no_form() -> None:
    """Nobody sees it in the octets, and everybody would get the same one."""
    mail = a_reminder()
    kind = kind_of(mail)

    def pieces(mail: Any, personal: Mapping[str, str]) -> Any:
        event = replace(MINISTERIAL, title={"en": "Ë " + personal["to"]})
        return kind.pieces(a_reminder(event=event), personal)

    with pytest.raises(FormError, match="In the headers .* as it is"):
        make_form(mail, replace(kind, pieces=pieces))


def test_a_personal_text_that_got_into_an_attached_file_makes_no_form() -> None:
    mail = a_reminder()
    kind = kind_of(mail)

    def pieces(mail: Any, personal: Mapping[str, str]) -> Any:
        folded = "\r\n ".join(re.findall(".{1,10}", personal["to"]))
        file = Attachment("a.ics", f"ATTENDEE:{folded}\r\n".encode())
        return kind.pieces(a_reminder(attachment=file), personal)

    with pytest.raises(FormError, match="In the file of a mail"):
        make_form(mail, replace(kind, pieces=pieces))


# --- Groups -------------------------------------------------------------------------------------


def readership(event: Event, zone: str, now: datetime) -> Readership:
    mail = a_reminder(event=event)
    return Readership.of(
        mail.when,
        language="en",
        zone=zone,
        now=now,
        follows=("The year of NATO",),
        mailing_list=MailingList("nato.calendar.example.org", "The year of NATO"),
    )


def test_whole_days_are_said_alike_in_all_zones_of_one_date() -> None:
    tirana, lisbon, auckland = (
        readership(MINISTERIAL, zone, SENT)
        for zone in ("Europe/Tirane", "Europe/Lisbon", "Pacific/Auckland")
    )
    assert tirana == lisbon == auckland
    assert hash(tirana) == hash(auckland)
    evening = SENT.replace(hour=20)
    assert readership(MINISTERIAL, "Europe/Tirane", evening).days == 1
    assert readership(MINISTERIAL, "Pacific/Auckland", evening).days == 0


def test_an_hour_is_said_by_the_clocks_of_each_zone() -> None:
    assert readership(BRIEFING, "Europe/Tirane", SENT) != readership(BRIEFING, "Europe/Rome", SENT)


def test_what_has_begun_is_said_alike_on_each_day() -> None:
    third, fourth = (SENT.replace(day=day) for day in (14, 15))
    assert readership(MINISTERIAL, "UTC", third) == readership(MINISTERIAL, "UTC", fourth)
    assert readership(MINISTERIAL, "UTC", third).days == -1
