"""What a reader is sent, chosen otherwise: by their link, by the operator, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from calendar_service.actions.auditing import audit_reminders
from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.erasing import UnknownReaderError, erase_reader
from calendar_service.actions.preferences import (
    NotFollowedError,
    Wish,
    change_by_address,
    change_by_link,
    choices_by_link,
)
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.reminder_history import history_of
from calendar_service.actions.service import Service
from calendar_service.actions.standing import suppress_address
from calendar_service.actions.tokens import LinkError, Purpose, make_token
from calendar_service.actions.unsubscribing import following, unsubscribe
from calendar_service.clock import SetClock
from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import Offset
from calendar_service.errors import InvalidInputError
from calendar_service.store.rows import AuditRow, DeliveryRow, ReaderRow
from tests.builders import timed, utc
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    planned,
    publish_event,
    sign_up,
)
from tests.delivery.mailings import body_of
from tests.delivery.newsroom import Newsroom

FRIDAY = utc("2026-03-06 12:00")
ANNA = "anna@example.org"
WEEK, DAY = Offset.parse("P7D"), Offset.parse("P1D")
OF_SUMMITS = Target(TargetKind.FEED, "summits")


@pytest.fixture
def newsroom(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """A summit of all days of a weekend and a briefing at an hour; anna is told of both."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "briefing", "2026-03-10T15:00:00", zone="Europe/Brussels")
    publish_event(service, "summit", "2026-03-21", end="2026-03-22", topics=["summit"])
    clock.set(FRIDAY)
    confirmed(service, ANNA)
    newsroom = Newsroom(service, clock)
    yield newsroom
    newsroom.sender.close()


def key_of(service: Service, address: str = ANNA) -> str:
    with service.database.read() as session:
        asked = select(ReaderRow.key).where(ReaderRow.address == address)
        return session.scalars(asked).one()


def link_of(service: Service, address: str = ANNA) -> str:
    return preferences_token(service, key_of(service, address))


# --- Choosing -----------------------------------------------------------------------------------


def test_a_reader_changes_by_their_link_what_they_name_and_nothing_else(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    (before,) = choices_by_link(service, link_of(service))
    wish = Wish(language="sq", hour=time(18, 30))
    (after,) = change_by_link(service, link_of(service), wish)
    assert (after.preferences.language, after.preferences.hour) == ("sq", time(18, 30))
    assert after.preferences.offsets == before.preferences.offsets
    assert choices_by_link(service, link_of(service)) == [after]


def test_a_change_is_of_all_that_is_followed_or_of_one_thing(newsroom: Newsroom) -> None:
    service = newsroom.service
    confirmed(service, ANNA, feed="summits")
    change_by_link(service, link_of(service), Wish(notices=False))
    change_by_link(service, link_of(service), Wish(digest=Digest.DAILY), only=OF_SUMMITS)
    of_all, of_summits = choices_by_link(service, link_of(service))
    assert not of_all.preferences.notices
    assert not of_summits.preferences.notices
    assert (of_all.preferences.digest, of_summits.preferences.digest) == (None, Digest.DAILY)
    change_by_link(service, link_of(service), Wish(digest=""))
    assert {one.preferences.digest for one in choices_by_link(service, link_of(service))} == {None}


def test_new_offsets_are_planned_and_old_ones_send_nothing(newsroom: Newsroom) -> None:
    service = newsroom.service
    change_by_address(service, ANNA, Wish(offsets=(WEEK,)), silent=True)
    assert ("2026-03-14 07:00", "P7D", "Europe/Tirane") in planned(service)
    newsroom.clock.set(utc("2026-03-09 15:00"))  # a day before the briefing
    assert newsroom.at_once() == []
    newsroom.clock.set(utc("2026-03-14 07:00"))
    assert newsroom.at_once() == [("anna", "In 7 days: summit")]


def test_a_new_zone_and_hour_are_those_of_the_next_reminder_and_digest(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    wish = Wish(zone="America/New_York", hour=time(20), digest=Digest.WEEKLY)
    change_by_address(service, ANNA, wish, silent=True)
    newsroom.clock.set(utc("2026-03-10 00:00"))
    assert newsroom.at_once() == [
        ("anna", "Tomorrow: briefing"),
        ("anna", "What is coming: 9 March – 5 April 2026"),
    ]
    newsroom.clock.set(utc("2026-03-17 00:00"))
    assert newsroom.at_once() == [("anna", "What is coming: 16 March – 12 April 2026")]
    newsroom.clock.set(utc("2026-03-21 00:00"))  # 20:00 in New York
    assert newsroom.at_once() == [("anna", "Tomorrow: summit")]


def test_who_got_a_reminder_at_one_hour_gets_none_at_another(newsroom: Newsroom) -> None:
    service = newsroom.service
    newsroom.clock.set(utc("2026-03-20 07:00"))
    newsroom.at_once()
    change_by_address(service, ANNA, Wish(hour=time(18)), silent=True)
    newsroom.clock.set(utc("2026-03-20 17:00"))
    assert newsroom.at_once() == []


def test_who_switched_notices_off_is_told_of_no_change_until_they_are_on(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    change_by_address(service, ANNA, Wish(notices=False), silent=True)
    newsroom.move(timed("2026-03-11 15:00"))
    assert newsroom.wait(10) == []
    change_by_address(service, ANNA, Wish(notices=True), silent=True)
    assert newsroom.wait(10) == []
    newsroom.move(timed("2026-03-12 15:00"))
    assert newsroom.wait(10) == [("anna", "Moved: briefing")]
    assert "Before: Tuesday, 10 March 2026" in newsroom.text()


def test_signing_up_again_is_a_choice_of_everything_anew(newsroom: Newsroom) -> None:
    service = newsroom.service
    change_by_address(service, ANNA, Wish(notices=False, digest=Digest.DAILY), silent=True)
    confirm(service, confirm_token(service, sign_up(service, ANNA, language="fr")))
    (choice,) = choices_by_link(service, link_of(service))
    assert choice.preferences.language == "fr"
    assert (choice.preferences.notices, choice.preferences.digest) == (True, None)


def test_an_audit_misses_nothing_that_was_not_chosen_when_it_was_due(newsroom: Newsroom) -> None:
    service = newsroom.service
    newsroom.clock.set(utc("2026-03-15 12:00"))
    change_by_address(service, ANNA, Wish(offsets=(WEEK, DAY)), silent=True)
    newsroom.at_once()
    assert audit_reminders(service, within=timedelta(days=30)).gaps == []


# --- Who may, and what may be -------------------------------------------------------------------


def test_links_that_are_forged_or_of_another_purpose_or_erased_do_nothing(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    key, link = key_of(service), link_of(service)
    others = [make_token(service.secret, purpose, key) for purpose in Purpose]
    others.remove(link)
    forged = ("", "x", link[:-2] + "..", make_token(b"foreign", Purpose.PREFERENCES, key))
    for token in (*others, *forged):
        with pytest.raises(LinkError):
            change_by_link(service, token, Wish(language="sq"))
    assert choices_by_link(service, link)[0].preferences.language == "en"
    erase_reader(service, ANNA)
    with pytest.raises(LinkError):
        choices_by_link(service, link)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(offsets=tuple(Offset.parse(f"P{n}D") for n in range(1, 12))), "offsets"),
        (Wish(language="xx"), "language"),
        (Wish(zone="Europe/Tirana"), "zone"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_whole(
    newsroom: Newsroom, wish: Wish, field: str
) -> None:
    service = newsroom.service
    before = choices_by_link(service, link_of(service))
    with pytest.raises(InvalidInputError) as refused:
        change_by_link(service, link_of(service), wish)
    assert [problem.key for problem in refused.value.problems] == [field]
    assert choices_by_link(service, link_of(service)) == before


def test_an_operator_can_change_nothing_that_is_not_followed(newsroom: Newsroom) -> None:
    service = newsroom.service
    with pytest.raises(UnknownReaderError):
        change_by_address(service, "nobody@example.org", Wish(language="sq"))
    with pytest.raises(NotFollowedError):
        change_by_address(service, ANNA, Wish(language="sq"), only=OF_SUMMITS)


def test_an_event_that_is_followed_is_named_by_its_slug_as_well(newsroom: Newsroom) -> None:
    service = newsroom.service
    named = publish_event(service, "5ba7ac53-12cf-48f5-a2f0-e7dcb2b67297", "2026-05-05", slug="day")
    confirmed(service, "bea@example.org", event=named.event.uid)
    by_slug = Target(TargetKind.EVENT, "day")
    (changed,) = change_by_address(service, "bea@example.org", Wish(language="sq"), only=by_slug)
    assert changed.target.name == named.event.uid


def test_the_trail_tells_what_was_chosen_otherwise_and_not_by_whom(newsroom: Newsroom) -> None:
    service = newsroom.service
    change_by_link(service, link_of(service), Wish(language="sq", notices=False))
    with service.database.read() as session:
        line = session.scalars(select(AuditRow).where(AuditRow.action == "reader.choose")).one()
        assert line.actor == "reader"
        assert line.detail == {"choices": ["language", "notices"], "of": ["nato"]}
        assert "anna" not in json.dumps(line.detail) + line.subject


# --- The answer ---------------------------------------------------------------------------------


def test_a_change_is_answered_at_once_in_the_language_that_was_chosen(newsroom: Newsroom) -> None:
    change_by_link(newsroom.service, link_of(newsroom.service), Wish(language="sq"))
    assert newsroom.at_once() == [("anna", "Zgjedhjet tuaja, siç janë tani")]
    assert "NATO\n- Rikujtesat: një ditë përpara\n" in newsroom.text()
    assert "- Gjuha: shqip\n" in newsroom.text()


def test_what_was_so_already_is_not_answered_and_nor_is_a_silent_change(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    assert change_by_address(service, ANNA, Wish(language="en", notices=True)) == []
    assert len(change_by_address(service, ANNA, Wish(language="fr"), silent=True)) == 1
    assert newsroom.at_once() == []


def test_several_changes_before_the_mail_leaves_are_told_in_one(newsroom: Newsroom) -> None:
    service = newsroom.service
    change_by_link(service, link_of(service), Wish(language="fr"))
    newsroom.clock.set(FRIDAY + timedelta(seconds=1))
    change_by_link(service, link_of(service), Wish(notices=False))
    assert newsroom.at_once() == [("anna", "Vos choix, tels qu’ils sont maintenant")]
    assert "nous ne vous écrivons pas" in newsroom.text()
    states = deliveries(service, kind="preferences")
    assert states == [("", "superseded"), ("", "sent")]


def test_who_is_gone_or_not_written_to_gets_no_answer(newsroom: Newsroom) -> None:
    service = newsroom.service
    for number, leave in enumerate(("stop", "suppress", "erase")):
        address = f"{leave}@example.org"
        confirmed(service, address)
        newsroom.clock.set(FRIDAY + timedelta(minutes=number))
        change_by_link(service, link_of(service, address), Wish(language="sq"))
    stop_all(service, "stop@example.org")
    suppress_address(service, "suppress@example.org")
    erase_reader(service, "erase@example.org")
    assert newsroom.at_once() == []


def stop_all(service: Service, address: str) -> None:
    facts = (key_of(service, address), "", "0")
    token = make_token(service.secret, Purpose.UNSUBSCRIBE, *facts)
    unsubscribe(service, token)


def test_an_answer_has_the_headers_of_our_mails_and_its_one_click_stops_all(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    confirmed(service, ANNA, feed="summits")
    change_by_link(service, link_of(service), Wish(digest=Digest.DAILY))
    newsroom.at_once()
    (mail,) = newsroom.mails
    assert (mail["Auto-Submitted"], mail["References"]) == ("auto-generated", None)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail["List-Unsubscribe"].strip().strip("<>")
    assert stop in body_of(mail, "html")
    token = stop.rpartition("/")[2]
    assert len(following(service, token).titles) == 2
    unsubscribe(service, token)
    assert choices_by_link(service, link_of(service)) == []
    assert following(service, token).titles == ()


def test_an_operator_sees_why_an_answer_was_sent(newsroom: Newsroom) -> None:
    service = newsroom.service
    change_by_link(service, link_of(service), Wish(language="sq"))
    newsroom.at_once()
    with service.database.read() as session:
        answers = select(DeliveryRow.id).where(DeliveryRow.kind == "preferences")
        number = session.scalars(answers).one()
    history = history_of(service, number)
    assert history.because == ("feed nato",)
    words = "the reader's choices were changed, so an answer was owed"
    assert history.steps[0].words == words
