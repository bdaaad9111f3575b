"""Digests: all that a reader follows, told together at their hour, where there is anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from calendar_service.actions.auditing import audit_reminders, mend_reminders
from calendar_service.actions.digests import plan_all_digests
from calendar_service.actions.pausing import pause_by_address, resume_by_address
from calendar_service.actions.preferences import Wish, change_by_address
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.reminder_history import history_of
from calendar_service.actions.reminder_listing import due_and_waiting
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery import gathering
from calendar_service.delivery.digesting import Contents, contents_of
from calendar_service.delivery.fanout import fan_out
from calendar_service.delivery.housekeeping import keep_house
from calendar_service.delivery.preview import preview_digest
from calendar_service.delivery.rehearse import rehearse
from calendar_service.domain.digests import Digest
from calendar_service.errors import UnknownFeedError
from calendar_service.store.rows import DeliveryRow, DueRow, SubscriptionRow
from tests.builders import all_day, timed, utc
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    publish_event,
)
from tests.delivery.mailings import body_of
from tests.delivery.newsroom import Newsroom

FRIDAY = utc("2026-03-06 12:00")


def wants(service: Service, digest: str, *, follows: str = "nato", hour: str = "08:00") -> None:
    """Gives all who follow a feed a digest, as if they had chosen it."""
    with service.database.plan() as session:
        session.execute(
            update(SubscriptionRow)
            .where(SubscriptionRow.target_name == follows)
            .values(digest=digest, hour=hour, chosen_at=service.clock.now())
        )
        plan_all_digests(session, now=service.clock.now())


@pytest.fixture
def newsroom(service: Service, clock: SetClock) -> Iterator[Newsroom]:
    """A calm March: one event next Tuesday, another one in a month; anna follows all."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "briefing", "2026-03-10T15:00:00", zone="Europe/Brussels")
    publish_event(service, "summit", "2026-04-07", end="2026-04-08", topics=["summit"])
    clock.set(utc("2026-01-06 09:00"))
    confirmed(service, "anna@example.org", offsets=("P365D",))
    clock.set(FRIDAY)
    newsroom = Newsroom(service, clock)
    yield newsroom
    newsroom.sender.close()


def test_a_daily_digest_tells_of_the_week_at_the_readers_hour(newsroom: Newsroom) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-07 06:59"))
    assert newsroom.at_once() == []
    newsroom.clock.set(utc("2026-03-07 07:00"))
    assert newsroom.at_once() == [("anna", "What is coming: 7–13 March 2026")]
    assert "briefing\nTuesday, 10 March 2026 at 15:00" in newsroom.text()
    assert "summit" not in newsroom.text()
    newsroom.clock.set(utc("2026-03-08 07:00"))
    assert len(newsroom.at_once()) == 1
    newsroom.clock.set(utc("2026-03-09 07:00"))
    newsroom.at_once()
    assert "Tomorrow\nbriefing" in newsroom.text()


def test_a_weekly_digest_tells_of_four_weeks_on_mondays(newsroom: Newsroom) -> None:
    wants(newsroom.service, "weekly")
    newsroom.clock.set(utc("2026-03-08 12:00"))
    assert newsroom.at_once() == []
    newsroom.clock.set(utc("2026-03-09 07:00"))
    assert newsroom.at_once() == [("anna", "What is coming: 9 March – 5 April 2026")]
    newsroom.clock.set(utc("2026-03-16 07:00"))
    newsroom.at_once()
    assert "summit\n7–8 April 2026" in newsroom.text()


def test_a_day_of_nothing_is_told_to_nobody(newsroom: Newsroom) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-11 07:00"))
    assert newsroom.at_once() == []
    assert {state for _, state in deliveries(newsroom.service, kind="digest")} <= {
        "superseded",
        "expired",
    }


def test_what_changed_and_what_was_announced_since_the_last_one_is_told(
    newsroom: Newsroom,
) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-07 09:00"))
    newsroom.at_once()
    publish_event(newsroom.service, "talks", "2026-06-01")
    move_event(newsroom.service, "briefing", timed("2026-03-20 15:00"))
    cancel_event(newsroom.service, "summit", "Snow.")
    newsroom.wait(10)
    newsroom.clock.set(utc("2026-03-08 07:00"))
    newsroom.at_once()
    said = newsroom.text()
    for words in (
        "Nothing is planned on these days.",
        "New: talks\nMonday, 1 June 2026",
        "Moved: briefing\nBefore: Tuesday, 10 March 2026 at 15:00",
        "Cancelled: summit\nIt was planned for: 7–8 April 2026\nReason: Snow.",
    ):
        assert words in said
    newsroom.clock.set(utc("2026-03-09 07:00"))
    assert newsroom.at_once() == []


def test_what_was_silently_corrected_or_taken_back_is_no_news(newsroom: Newsroom) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-11 09:00"))
    newsroom.at_once()
    move_event(newsroom.service, "summit", all_day("2026-04-14"), silent=True)
    move_event(newsroom.service, "summit", all_day("2026-04-21"))
    newsroom.clock.set(utc("2026-03-11 09:02"))
    move_event(newsroom.service, "summit", all_day("2026-04-14"))
    newsroom.clock.set(utc("2026-03-12 07:00"))
    assert newsroom.at_once() == []


def test_a_reader_of_two_feeds_gets_one_of_both(newsroom: Newsroom) -> None:
    service = newsroom.service
    confirmed(service, "anna@example.org", feed="summits", zone="America/New_York")
    wants(service, "weekly")
    wants(service, "weekly", follows="summits")
    told = []
    for hour in range(20):
        newsroom.clock.set(utc("2026-03-16 00:00") + timedelta(hours=hour))
        told += newsroom.at_once()
    assert len(told) == 1
    assert [state for _, state in deliveries(service, kind="digest")].count("sent") == 1


def test_each_reader_has_their_own_language_zone_hour_and_calendars(newsroom: Newsroom) -> None:
    service = newsroom.service
    confirmed(service, "bea@example.org", feed="summits", language="fr", zone="Asia/Tokyo")
    wants(service, "weekly")
    wants(service, "weekly", follows="summits", hour="18:30")
    newsroom.clock.set(utc("2026-03-16 07:00"))
    assert newsroom.at_once() == [("anna", "What is coming: 16 March – 12 April 2026")]
    newsroom.clock.set(utc("2026-03-16 09:30"))
    assert newsroom.at_once() == [("bea", "À venir\N{NO-BREAK SPACE}: 16 mars – 12 avril 2026")]
    assert "Vous recevez ce message chaque semaine" in newsroom.text()


@pytest.mark.parametrize("change", ["none", "ended"])
def test_who_does_not_want_it_any_more_gets_none(newsroom: Newsroom, change: str) -> None:
    wants(newsroom.service, "daily")
    with newsroom.service.database.write() as session:
        values = {"digest": ""} if change == "none" else {"ended_at": FRIDAY}
        session.execute(update(SubscriptionRow).values(**values))
    newsroom.clock.set(utc("2026-03-07 07:00"))
    assert newsroom.at_once() == []


def test_after_a_pause_the_newest_is_sent_late_and_older_ones_are_not(newsroom: Newsroom) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-08 10:00"))  # those of 7 and 8 March are planned
    assert newsroom.at_once() == [("anna", "What is coming: 8–14 March 2026")]
    assert "This message is late" in newsroom.text()
    assert deliveries(newsroom.service, kind="digest") == [("daily", "expired"), ("daily", "sent")]


def test_each_digest_plans_the_next_and_housekeeping_plans_what_is_missing(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    wants(service, "daily")
    for day in range(7, 14):
        newsroom.clock.set(utc(f"2026-03-{day:02} 07:00"))
        newsroom.at_once()
    assert planned(service) == ["03-14 07:00", "03-15 07:00"]
    with service.database.write() as session:
        for row in session.scalars(select(DueRow).where(DueRow.state == "planned")):
            session.delete(row)
    keep_house(service)
    assert planned(service) == ["03-14 07:00", "03-15 07:00"]


def planned(service: Service) -> list[str]:
    with service.database.read() as session:
        rows = select(DueRow).where(DueRow.kind == "digest", DueRow.state == "planned")
        found = session.scalars(rows.order_by(DueRow.instant))
        return [f"{row.instant:%m-%d %H:%M}" for row in found]


def test_a_digest_has_all_headers_of_a_list_and_stops_with_its_own_click(
    newsroom: Newsroom,
) -> None:
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-07 07:00"))
    newsroom.at_once()
    (mail,) = newsroom.mails
    assert mail["List-Id"] == "Kalendari <daily.digests.127.0.0.1>"
    assert mail["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:8000/digest/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["References"], mail["Auto-Submitted"]) == (None, "auto-generated")
    assert "Nothing" not in body_of(mail, "html")


def test_many_readers_have_their_digests_from_one_look(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []

    def look(*told: Any, **named: Any) -> Contents:
        looked.append(1)
        return contents_of(*told, **named)

    monkeypatch.setattr(gathering, "contents_of", look)
    for number in range(45):
        confirmed(newsroom.service, f"reader{number}@example.org", offsets=("P365D",))
    wants(newsroom.service, "daily")
    newsroom.clock.set(utc("2026-03-07 07:00"))
    assert len(newsroom.at_once()) == 46
    assert len(looked) == 1


# --- An operator's look -------------------------------------------------------------------------


def test_an_operator_sees_digests_that_are_planned_and_were_sent(newsroom: Newsroom) -> None:
    service = newsroom.service
    wants(service, "daily")
    listed = due_and_waiting(service, within=timedelta(days=1))
    assert [(one.kind, one.offset, one.mails) for one in listed] == [("digest", "daily", 1)]
    newsroom.clock.set(utc("2026-03-07 07:00"))
    newsroom.at_once()
    with service.database.read() as session:
        number = session.scalars(select(DeliveryRow.id).where(DeliveryRow.kind == "digest")).one()
    history = history_of(service, number)
    assert history.because == ("feed nato",)
    assert history.steps[0].words == "due, as the daily digest"


DAY = timedelta(days=1)


def missing(service: Service) -> list[tuple[str, str, int, str]]:
    found = audit_reminders(service, within=DAY).gaps
    return [
        (f"{gap.instant:%m-%d}", gap.offset, gap.readers, gap.why)
        for gap in found
        if gap.kind == "digest"
    ]


def without_digests(service: Service) -> None:
    with service.database.write() as session:
        session.execute(delete(DueRow).where(DueRow.kind == "digest"))


def test_digests_that_are_planned_or_were_owed_are_no_gap(newsroom: Newsroom) -> None:
    service = newsroom.service
    wants(service, "daily")
    for hours in range(0, 72, 7):
        newsroom.clock.set(FRIDAY + timedelta(hours=hours))
        assert missing(service) == []
        newsroom.at_once()
        assert missing(service) == []
    confirmed(service, "new@example.org")
    change_by_address(service, "new@example.org", Wish(digest=Digest.DAILY), silent=True)
    assert missing(service) == []


def test_an_audit_names_a_digest_that_nothing_is_planned_for_and_mends_it(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    wants(service, "daily")
    without_digests(service)
    nothing = ("daily", 1, "nothing is planned for it")
    assert missing(service) == [("03-07", *nothing)]
    (gap,) = audit_reminders(service, within=DAY).gaps
    assert (gap.zone, gap.hour, gap.addresses) == ("Europe/Tirane", "08:00", ("anna@example.org",))
    pause_by_address(service, "anna@example.org", date(2026, 3, 8), silent=True)
    assert missing(service) == []
    resume_by_address(service, "anna@example.org", silent=True)
    without_digests(service)
    mend_reminders(service, within=DAY)
    assert missing(service) == []
    newsroom.clock.set(utc("2026-03-07 07:00"))
    assert len(newsroom.at_once()) == 1


def test_a_digest_whose_hour_has_passed_and_that_was_never_planned_is_named_while_it_is_worth_it(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    wants(service, "daily")
    without_digests(service)
    newsroom.clock.set(utc("2026-03-07 12:00"))
    plan_all_digests_anew(service)
    assert missing(service) == [("03-07", "daily", 1, "it is past due and was never planned")]
    mend_reminders(service, within=DAY)
    assert len(newsroom.at_once()) == 1
    assert missing(service) == []


def test_a_reader_who_is_owed_no_digest_while_others_are_is_named_and_owed_it(
    newsroom: Newsroom,
) -> None:
    service = newsroom.service
    confirmed(service, "ben@example.org", offsets=("P365D",))
    wants(service, "weekly")
    newsroom.clock.set(utc("2026-03-09 07:00"))
    fan_out(service)
    with service.database.write() as session:
        session.execute(delete(DeliveryRow).where(DeliveryRow.id == last_delivery(session)))
    assert missing(service) == [("03-09", "weekly", 1, "it was owed to others, and not to them")]
    newsroom.clock.set(utc("2026-03-12 07:00"))
    assert missing(service) == []  # it is not worth sending any more
    newsroom.clock.set(utc("2026-03-10 07:00"))
    mend_reminders(service, within=DAY)
    assert sorted(who for who, _ in newsroom.at_once()) == ["anna", "ben"]
    assert missing(service) == []


def plan_all_digests_anew(service: Service) -> None:
    with service.database.plan() as session:
        plan_all_digests(session, now=service.clock.now())


def last_delivery(session: Session) -> int:
    digests = select(DeliveryRow.id).where(DeliveryRow.kind == "digest")
    return session.scalars(digests.order_by(DeliveryRow.id.desc()).limit(1)).one()


def test_a_digest_can_be_seen_before_anybody_gets_it(newsroom: Newsroom) -> None:
    shown = preview_digest(
        newsroom.service, "nato", Digest.DAILY, language="sq", zone="Europe/Tirane"
    )
    assert shown.at == utc("2026-03-07 07:00")
    assert shown.subject == "Ngjarjet që vijnë: 7–13 mars 2026"
    assert "briefing" in shown.body("plain")
    with pytest.raises(UnknownFeedError):
        preview_digest(newsroom.service, "x", Digest.DAILY, language="sq", zone="UTC")


def test_digests_are_in_the_rehearsal(newsroom: Newsroom, tmp_path: Path) -> None:
    wants(newsroom.service, "daily")
    result = rehearse(
        newsroom.service,
        start=FRIDAY,
        end=utc("2026-03-12 12:00"),
        maildir=tmp_path / "rehearsal",
    )
    assert [f"{one.at:%m-%d %H:%M}" for one in result.mailings] == [
        "03-07 07:00",
        "03-08 07:00",
        "03-09 07:00",
        "03-10 07:00",
    ]
