"""Who follows a search is reminded of whatever it finds, now and later, and told of its changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, func, select

from calendar_service.actions import rendering
from calendar_service.actions.auditing import audit_reminders
from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import (
    TooManySearchesError,
    confirm,
    confirm_token,
    pending,
)
from calendar_service.actions.preference_page import pause, stop
from calendar_service.actions.preferences import Wish, change_by_address, choices_by_link
from calendar_service.actions.publishing import cancel_event, publish
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.saved_searches import MOST_SEARCHES, target_of_search
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, request_subscription
from calendar_service.clock import SetClock
from calendar_service.delivery.housekeeping import keep_house
from calendar_service.domain import search as searching
from calendar_service.domain.digests import Digest
from calendar_service.domain.documents import read_event
from calendar_service.domain.search import Search
from calendar_service.store.queries.events import find_event
from calendar_service.store.rows import BucketRow, SearchEventRow, SearchRow, SignupRow
from tests.builders import utc
from tests.calendars_at_work import NATO, SUMMITS, confirmed, load_feeds, publish_event
from tests.delivery.newsroom import Newsroom
from tests.delivery.test_pausing import link_of

ANNA = "anna@example.org"
FRIDAY = utc("2026-03-06 12:00")
BRUSSELS = {"name": {"en": "Brussels", "sq": "Bruksel"}}
IN_BRUSSELS = Search(place=("bruksel",))


@pytest.fixture
def newsroom(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """A briefing in Brussels and a visit to Ankara."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(
        service, "briefing", "2026-03-10T15:00:00", zone="Europe/Brussels", place=BRUSSELS
    )
    publish_event(service, "visit", "2026-03-12", place={"name": {"en": "Ankara"}})
    clock.set(FRIDAY)
    newsroom = Newsroom(service, clock)
    yield newsroom
    newsroom.sender.close()


def asked(service: Service, search: Search, address: str = ANNA) -> str:
    """Signs up to a search; the token of the confirmation."""
    with service.database.write() as session:
        session.execute(delete(BucketRow))
    choices = TypedChoices(("P1D",), "en", "Europe/Tirane")
    request = SignupRequest(target_of_search(search), address, choices, consent=True, shown_in="en")
    request_subscription(service, request)
    with service.database.read() as session:
        newest = select(SignupRow.key).order_by(SignupRow.id.desc()).limit(1)
        return confirm_token(service, session.scalars(newest).one())


def following(newsroom: Newsroom, search: Search = IN_BRUSSELS, address: str = ANNA) -> None:
    """The same, confirmed, and its mail out of the way."""
    token = asked(newsroom.service, search, address)
    newsroom.at_once()
    confirm(newsroom.service, token)


def subjects(arrived: list[tuple[str, str]]) -> list[str]:
    return sorted(subject for _, subject in arrived)


# --- What is sent -------------------------------------------------------------------------------


def test_who_follows_a_search_is_reminded_of_what_it_finds_and_of_nothing_else(
    newsroom: Newsroom,
) -> None:
    following(newsroom)
    newsroom.clock.set(utc("2026-03-09 14:00"))
    assert subjects(newsroom.at_once()) == ["Tomorrow: briefing"]
    newsroom.clock.set(utc("2026-03-11 07:00"))
    assert subjects(newsroom.at_once()) == []


def test_a_search_finds_what_is_published_later_and_tells_why(newsroom: Newsroom) -> None:
    following(newsroom)
    publish_event(newsroom.service, "talks", "2026-03-20", place=BRUSSELS)
    newsroom.clock.set(utc("2026-03-19 07:00"))
    assert "Tomorrow: talks" in subjects(newsroom.at_once())
    text = next(mail for mail in newsroom.mails if "talks" in str(mail["Subject"]))
    assert "Selected events: “bruksel”" in text.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert ".searches." in str(text["List-Id"])
    assert not audit_reminders(newsroom.service, within=timedelta(days=30)).gaps


def test_an_event_that_changes_so_that_it_is_found_is_reminded_of(newsroom: Newsroom) -> None:
    following(newsroom)
    _changed(newsroom.service, "visit", place=BRUSSELS)
    newsroom.clock.set(utc("2026-03-11 07:00"))
    assert "Tomorrow: visit" in subjects(newsroom.at_once())


def test_an_event_that_is_found_no_more_is_not_reminded_of(newsroom: Newsroom) -> None:
    following(newsroom)
    _changed(newsroom.service, "briefing", place={"name": {"en": "Ankara"}})
    newsroom.clock.set(utc("2026-03-09 14:00"))
    assert subjects(newsroom.at_once()) == []


def test_a_change_of_what_it_finds_is_told(newsroom: Newsroom) -> None:
    following(newsroom)
    cancel_event(newsroom.service, "briefing", "Snow.")
    assert subjects(newsroom.wait(5)) == ["Cancelled: briefing"]


def test_a_digest_announces_what_a_search_finds_since_the_one_before(newsroom: Newsroom) -> None:
    following(newsroom, Search(topic=("summit",)))
    wish = Wish(digest=Digest.DAILY, offsets=())
    change_by_address(newsroom.service, ANNA, wish, silent=True)
    newsroom.clock.set(utc("2026-03-07 09:00"))
    assert newsroom.at_once() == []
    _changed(newsroom.service, "visit", topics=["summit"])
    newsroom.clock.set(utc("2026-03-08 07:00"))
    assert len(newsroom.at_once()) == 1
    assert newsroom.text().count("visit") == 4
    newsroom.clock.set(utc("2026-03-09 07:00"))
    assert len(newsroom.at_once()) == 1
    assert newsroom.text().count("visit") == 2


def test_who_follows_a_search_and_a_feed_is_owed_one_mail(newsroom: Newsroom) -> None:
    following(newsroom)
    confirmed(newsroom.service, ANNA)
    newsroom.clock.set(utc("2026-03-09 14:00"))
    assert subjects(newsroom.at_once()) == ["Tomorrow: briefing"]


def test_a_feeds_definition_changes_what_a_search_in_it_finds(newsroom: Newsroom) -> None:
    following(newsroom, Search(feed=("summits",)))
    assert found(newsroom.service) == 0
    _changed(newsroom.service, "visit", topics=["summit"])
    assert found(newsroom.service) == 1
    load_feeds(newsroom.service, NATO)
    assert found(newsroom.service) == 0


# --- What is kept -------------------------------------------------------------------------------


def found(service: Service) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(SearchEventRow)) or 0


def test_equal_searches_are_one_however_they_are_written(newsroom: Newsroom) -> None:
    following(newsroom, Search(topic=("b", "a"), text=("x",), past=("30",)))
    following(newsroom, Search(topic=("a", "b"), text=("x",)), "ben@example.org")
    with newsroom.service.database.read() as session:
        assert session.scalars(select(SearchRow.name)).all() == ["topic=a&topic=b&text=x"]


def test_a_search_that_nobody_follows_any_more_is_forgotten(newsroom: Newsroom) -> None:
    following(newsroom)
    assert found(newsroom.service) == 1
    stop(newsroom.service, link_of(newsroom.service), only=None)
    newsroom.clock.set(FRIDAY + timedelta(days=1))
    keep_house(newsroom.service)
    assert found(newsroom.service) == 0


def test_an_event_is_matched_against_each_search_once_however_many_follow_it(
    newsroom: Newsroom,
) -> None:
    """Publishing takes as many statements with ten readers of a search as with one."""
    following(newsroom)
    one = _statements(newsroom.service, "first")
    for number in range(10):
        following(newsroom, IN_BRUSSELS, f"reader-{number}@example.org")
    assert _statements(newsroom.service, "second") == one


def test_a_reader_follows_so_many_searches_at_most(newsroom: Newsroom) -> None:
    service = newsroom.service
    for number in range(MOST_SEARCHES):
        confirm(service, asked(service, Search(text=(f"word {number}",))))
    more = asked(service, Search(text=("one more",)))
    with pytest.raises(TooManySearchesError):
        confirm(service, more)
    assert len(choices_by_link(service, link_of(service))) == MOST_SEARCHES
    confirm(service, asked(service, Search(text=("word 3",))))


def test_the_confirmation_has_no_word_that_a_stranger_typed_and_its_page_has_them(
    newsroom: Newsroom,
) -> None:
    token = asked(newsroom.service, Search(text=("call 0900 now",)))
    newsroom.at_once()
    assert "0900" not in newsroom.mails[0].as_string()
    assert "A search for events" in newsroom.text()
    assert "0900" in str(pending(newsroom.service, token).mailed.title["en"])


def _changed(service: Service, name: str, **fields: object) -> None:
    """Publishes an event with other fields."""
    with changing_feeds(service) as (session, changes):
        row = find_event(session, name)
        assert row is not None
        after = read_event({**row.document, **fields}, "test")
        publish(session, service, row, after, changes, actor="test", action="change")


def _statements(service: Service, uid: str) -> int:
    """How many it takes to publish an event."""
    seen: list[str] = []
    engine = service.database._engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    publish_event(service, uid, "2026-04-01", place=BRUSSELS)
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


# --- What is new --------------------------------------------------------------------------------


@pytest.fixture
def watching(newsroom: Newsroom) -> Newsroom:
    """Anna wants to be told of what comes to Brussels."""
    following(newsroom)
    change_by_address(newsroom.service, ANNA, Wish(arrivals=True), silent=True)
    return newsroom


def test_what_is_published_and_found_is_told_once_after_three_minutes(watching: Newsroom) -> None:
    publish_event(watching.service, "talks", "2026-03-20", place=BRUSSELS)
    assert watching.wait(2) == []
    assert subjects(watching.wait(2)) == ["New: talks"]
    assert "New in a search that you follow" in watching.text()
    assert "Friday, 20 March 2026" in watching.text()
    _changed(watching.service, "talks", place={"name": {"en": "Ankara"}})
    watching.wait(5)
    _changed(watching.service, "talks", place=BRUSSELS)
    assert not [one for one in subjects(watching.wait(5)) if one.startswith("New")]


def test_an_event_that_changes_so_that_it_is_found_is_new(watching: Newsroom) -> None:
    change_by_address(watching.service, ANNA, Wish(notices=False), silent=True)
    _changed(watching.service, "visit", place=BRUSSELS)
    assert subjects(watching.wait(5)) == ["New: visit"]


@pytest.mark.parametrize("back", ["draft", "place", "cancelled"])
def test_what_is_taken_back_within_three_minutes_is_not_told(watching: Newsroom, back: str) -> None:
    publish_event(watching.service, "talks", "2026-03-20", place=BRUSSELS)
    watching.wait(1)
    if back == "cancelled":
        cancel_event(watching.service, "talks", "")
    elif back == "draft":
        _changed(watching.service, "talks", status="draft")
    else:
        _changed(watching.service, "talks", place={"name": {"en": "Ankara"}})
    assert not [one for one in subjects(watching.wait(9)) if one.startswith("New")]


def test_changes_meanwhile_become_one_mail_of_what_stands(watching: Newsroom) -> None:
    publish_event(watching.service, "talks", "2026-03-20", place=BRUSSELS)
    watching.wait(1)
    _changed(watching.service, "talks", title={"en": "Peace talks"})
    assert subjects(watching.wait(9)) == ["New: Peace talks"]


def test_who_wants_no_news_of_a_search_or_has_paused_it_gets_none(watching: Newsroom) -> None:
    following(watching, IN_BRUSSELS, "ben@example.org")
    service = watching.service
    pause(service, link_of(service), "", only=None, shown_in="en")
    watching.at_once()
    publish_event(service, "talks", "2026-03-20", place=BRUSSELS)
    assert watching.wait(5) == []


def test_a_series_is_new_by_its_next_date(watching: Newsroom) -> None:
    weekly = {"rule": "FREQ=WEEKLY"}
    publish_event(
        watching.service, "standup", "2026-01-05T09:00:00", zone="Europe/Brussels", place=BRUSSELS
    )
    assert watching.wait(5) == []
    publish_event(
        watching.service,
        "weekly",
        "2026-01-05T09:00:00",
        zone="Europe/Brussels",
        place=BRUSSELS,
        recurrence=weekly,
    )
    assert subjects(watching.wait(5)) == ["New: weekly"]
    assert "9 March 2026" in watching.text()


def test_what_another_release_finds_by_the_same_words_is_reminded_of(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = newsroom.service
    publish_event(service, "match", "2026-03-12", title={"en": "Đoković"})
    with monkeypatch.context() as older:
        older.setattr(searching, "_SPELLINGS", ())
        older.setattr(rendering, "FOLDING", 0)
        renew_feeds(service)
        following(newsroom, Search(text=("djokovic",)))
        assert found(service) == 0
    renew_feeds(service)
    assert found(service) == 1
    assert not audit_reminders(service, within=timedelta(days=30)).gaps
    newsroom.clock.set(utc("2026-03-11 07:00"))
    assert subjects(newsroom.at_once()) == ["Tomorrow: Đoković"]
