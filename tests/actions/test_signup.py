"""Asking for reminders, confirming, and stopping them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import confirm, confirm_token, pending
from calendar_service.actions.listing import subscriptions
from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, consent_words, request_subscription
from calendar_service.actions.tokens import LinkError
from calendar_service.actions.unsubscribing import following, unsubscribe, unsubscribe_token
from calendar_service.clock import SetClock
from calendar_service.delivery.housekeeping import FORGET_AFTER, forget_unconfirmed, keep_house
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.errors import (
    ConflictError,
    GoneError,
    InvalidInputError,
    UnknownEventError,
    UnknownFeedError,
)
from calendar_service.store.rows import ConsentRow, ReaderRow, SignupRow, SubscriptionRow
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    publish_event,
    sign_up,
)
from tests.stores import WINTER


def follows(service: Service) -> list[tuple[str, str, str]]:
    """Address, what is followed, and offsets."""
    return [
        (one.address, one.target.name, " ".join(map(str, one.preferences.offsets)))
        for one in subscriptions(service)
    ]


def stop_link(service: Service, event: str, address: str = "reader@example.org") -> str:
    """The token of the unsubscribe link in a mail about an event."""
    with service.database.read() as session:
        reader = session.scalars(select(ReaderRow).where(ReaderRow.address == address)).one()
        mine = select(SubscriptionRow.id).where(SubscriptionRow.reader_id == reader.id)
        first = session.scalars(mine.order_by(SubscriptionRow.id).limit(1)).one()
        return unsubscribe_token(service, reader.key, event, first)


def test_a_sign_up_owes_one_confirmation_and_makes_nobody_a_reader(service: Service) -> None:
    load_feeds(service, NATO)
    sign_up(service)
    assert deliveries(service, "confirmation") == [("", "queued")]
    assert follows(service) == []


def test_what_is_followed_is_called_as_on_its_page_in_a_language_that_it_does_not_have(
    service: Service,
) -> None:
    feed = replace(NATO, title={"en": "NATO Calendar", "sq": "Kalendari i NATO-s"})
    feed = replace(feed, languages=("sq", "en"))
    load_feeds(service, feed)
    shown = pending(service, confirm_token(service, sign_up(service, language="de")))
    assert str(shown.mailed.title["de"]) == feed.title_in("de") == "NATO Calendar"


def test_looking_at_a_confirmation_link_changes_nothing(service: Service) -> None:
    load_feeds(service, NATO)
    token = confirm_token(service, sign_up(service, offsets=("P0D", "P7D"), language="sq"))
    shown = pending(service, token)
    assert (shown.waiting, shown.confirmed) == ((shown.mailed,), False)
    assert (str(shown.mailed.title["sq"]), shown.mailed.preferences.language) == ("NATO", "sq")
    assert [str(offset) for offset in shown.mailed.preferences.offsets] == ["P7D", "P0D"]
    assert follows(service) == []


def test_confirming_makes_a_reader_and_keeps_when_and_to_which_words(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    token = confirm_token(service, sign_up(service, language="fr"))
    clock.set(WINTER + timedelta(hours=3))
    (done,) = confirm(service, token)
    assert (str(done.title["fr"]), pending(service, token).confirmed) == ("NATO", True)
    assert follows(service) == [("reader@example.org", "nato", "P1D")]
    with service.database.read() as session:
        consent = session.scalars(select(ConsentRow)).one()
    assert (consent.asked_at, consent.agreed_at) == (WINTER, WINTER + timedelta(hours=3))
    assert (consent.language, consent.words) == ("fr", consent_words("fr"))


def test_the_words_kept_are_those_of_the_page_whatever_the_language_of_the_mails(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    target = Target(TargetKind.FEED, "nato")
    choices, address = TypedChoices(("P1D",), "sq", "Europe/Tirane"), "reader@example.org"
    request_subscription(
        service, SignupRequest(target, address, choices, consent=True, shown_in="en")
    )
    with service.database.read() as session:
        signup = session.scalars(select(SignupRow)).one()
    assert (signup.words_language, signup.words) == ("en", consent_words("en"))
    confirm(service, confirm_token(service, signup.key))
    with service.database.read() as session:
        consent = session.scalars(select(ConsentRow)).one()
    assert (consent.language, consent.words) == ("en", consent_words("en"))


def test_too_many_reminders_are_refused(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    with pytest.raises(InvalidInputError, match="ten at most"):
        sign_up(sqlite_service, offsets=tuple(f"P{days}D" for days in range(11)))


def test_reminders_that_would_all_be_too_late_are_refused_and_one_in_time_is_not(
    sqlite_service: Service, clock: SetClock
) -> None:
    publish_event(sqlite_service, "ankara", "2026-07-07")
    clock.set(datetime(2026, 7, 5, 12, 0, tzinfo=UTC))
    with pytest.raises(InvalidInputError, match="too late"):
        sign_up(sqlite_service, event="ankara", offsets=("P7D", "P3D"))
    sign_up(sqlite_service, event="ankara", offsets=("P7D", "P1D"))


def test_confirming_twice_is_confirming_once(service: Service) -> None:
    load_feeds(service, NATO)
    token = confirm_token(service, sign_up(service))
    confirm(service, token)
    confirm(service, token)
    assert len(follows(service)) == 1


def test_an_old_confirmation_link_does_not_bring_back_who_has_stopped(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    token = confirm_token(service, sign_up(service))
    confirm(service, token)
    unsubscribe(service, stop_link(service, "summit"))
    confirm(service, token)
    assert follows(service) == []


def test_a_confirmation_link_expires_after_48_hours_and_the_address_is_deleted(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    token = confirm_token(service, sign_up(service))
    clock.set(WINTER + timedelta(hours=48))
    for use in (pending, confirm):
        with pytest.raises(GoneError, match="not valid any more"):
            use(service, token)
    assert forget_unconfirmed(service) == 1
    with service.database.read() as session:
        assert session.scalars(select(SignupRow)).all() == []
    assert deliveries(service, "confirmation") == []


def test_signing_up_again_replaces_the_choices(service: Service) -> None:
    load_feeds(service, NATO)
    confirmed(service, offsets=("P7D",))
    confirmed(service, "Reader@Example.org", offsets=("P1D", "P0D"))
    assert follows(service) == [("reader@example.org", "nato", "P1D P0D")]


def test_every_mistake_of_the_form_is_told_at_once_in_the_readers_language(
    sqlite_service: Service,
) -> None:
    load_feeds(sqlite_service, NATO)
    target = Target(TargetKind.FEED, "nato")
    told = {}
    for language in ("en", "sq", "fr"):
        request = SignupRequest(
            target,
            "nobody",
            TypedChoices((), "sq", "Mars/Olympus", notices=False),
            consent=False,
            shown_in=language,
        )
        with pytest.raises(InvalidInputError) as caught:
            request_subscription(sqlite_service, request)
        told[language] = [problem.message for problem in caught.value.problems]
        keys = [problem.key for problem in caught.value.problems]
        assert keys == ["address", "offsets", "zone", "consent"]
    assert not set(told["en"]) & set(told["sq"])
    assert not set(told["en"]) & set(told["fr"])


def test_signing_up_to_nothing_that_exists_is_refused(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    with pytest.raises(UnknownFeedError):
        sign_up(sqlite_service, feed="nothing")
    with pytest.raises(UnknownEventError):
        sign_up(sqlite_service, event="nothing")


def test_signing_up_to_what_is_over_or_cancelled_is_refused(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "the-hague", "2025-06-24")
    publish_event(sqlite_service, "summit", "2026-07-07")
    cancel_event(sqlite_service, "summit", "")
    for name in ("the-hague", "summit"):
        with pytest.raises(ConflictError, match="calendars"):
            sign_up(sqlite_service, event=name)


def test_one_click_stops_every_subscription_that_would_bring_that_mail(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "summit", "2026-07-07", topics=["summit"])
    publish_event(service, "talks", "2026-05-01")
    for choice in ({"feed": "nato"}, {"feed": "summits"}, {"event": "summit"}, {"event": "talks"}):
        confirmed(service, **choice)
    token = stop_link(service, "summit")
    before = following(service, token)
    titles = [str(title["en"]) for title in before.titles]
    assert (titles, before.others) == (["NATO", "Summits", "summit"], 1)
    assert len(follows(service)) == 4
    unsubscribe(service, token)
    assert [name for _, name, _ in follows(service)] == ["talks"]
    after = unsubscribe(service, token)
    assert (after.titles, after.others) == ((), 1)


def test_a_link_that_has_nothing_left_to_stop_still_speaks_the_readers_language(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service, language="fr")
    token = stop_link(service, "summit")
    assert unsubscribe(service, token).language == "fr"
    assert following(service, token).language == "fr"


def test_everything_stops_at_once_where_a_reader_wants_it(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    publish_event(service, "talks", "2026-05-01")
    confirmed(service, event="summit")
    confirmed(service, event="talks")
    unsubscribe(service, stop_link(service, "summit"), everything=True)
    assert follows(service) == []


def test_a_link_still_stops_what_it_came_from_after_the_event_has_left_the_feed(
    service: Service,
) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "talks", "2026-05-01")
    confirmed(service, feed="summits")
    unsubscribe(service, stop_link(service, "talks"))
    assert follows(service) == []


def test_who_follows_nothing_is_forgotten_after_a_month(service: Service, clock: SetClock) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service)
    confirmed(service, "stays@example.org")
    unsubscribe(service, stop_link(service, "summit"))
    clock.set(WINTER + FORGET_AFTER)
    keep_house(service)
    with service.database.read() as session:
        assert session.scalars(select(ReaderRow.address)).all() == ["stays@example.org"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 50, "a" * 10_000])
def test_a_forged_link_is_refused_alike_for_every_purpose(
    sqlite_service: Service, token: str
) -> None:
    for use in (pending, confirm, following, unsubscribe):
        with pytest.raises(LinkError):
            use(sqlite_service, token)


def test_a_link_for_one_purpose_is_no_link_for_another(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "summit", "2026-07-07")
    token = confirm_token(sqlite_service, sign_up(sqlite_service))
    with pytest.raises(LinkError):
        unsubscribe(sqlite_service, token)
    confirm(sqlite_service, token)
    with pytest.raises(LinkError):
        confirm(sqlite_service, stop_link(sqlite_service, "summit"))
