"""A reminder as it would be sent, before it is."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import pytest

from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.preview import Preview, preview_notice, preview_reminder
from calendar_service.domain.reminders import DAY_BEFORE, MORNING_OF, WEEK_BEFORE, Offset
from calendar_service.domain.when_documents import parse_when
from calendar_service.errors import (
    ConflictError,
    UnknownEventError,
    UnknownValueError,
    UnknownZoneError,
)
from calendar_service.language.catalogues import LANGUAGES
from tests.builders import utc
from tests.calendars_at_work import NATO, confirmed, deliveries, load_feeds, publish_event
from tests.delivery.mailings import DUE, arrived, body_of, deliver


def preview(
    service: Service,
    event: str = "ministers",
    *,
    language: str = "en",
    zone: str = "Europe/Tirane",
    offset: Offset = DAY_BEFORE,
) -> Preview:
    return preview_reminder(service, event, language=language, zone=zone, offset=offset)


def test_a_preview_is_the_mail_that_is_sent_but_for_its_reader_and_links(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    shown = preview(service)
    assert shown.at == DUE
    confirmed(service, "reader@example.org")
    clock.set(DUE)
    deliver(service)
    (file,) = (service.settings.maildir / "new").iterdir()
    sent = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert shown.subject == sent["Subject"]
    for kind in ("plain", "html"):
        part = sent.get_body((kind,))
        assert part is not None
        assert without_links(shown.body(kind)) == without_links(part.get_content())


def without_links(text: str) -> str:
    """A text without the tokens of the links in it, and how they are wrapped."""
    words = [re.sub("/(unsubscribe|preferences)/.*", "", word) for word in text.split()]
    return " ".join(words)


def test_a_preview_writes_nothing(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    preview(service)
    assert deliveries(service) == []


def test_language_zone_and_offset_are_those_that_are_asked_for(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "talks", "2026-02-12T15:00:00", zone="Europe/Brussels")
    shown = preview(sqlite_service, "talks", language="fr", zone="Asia/Tokyo", offset=WEEK_BEFORE)
    assert shown.at == utc("2026-02-05 14:00")
    assert "23:00" in shown.body("plain")
    assert "7 jours" in shown.subject or "7 jours" in shown.body("plain")


def test_a_series_is_shown_by_its_next_date(sqlite_service: Service, clock: SetClock) -> None:
    load_feeds(sqlite_service, NATO)
    weekly = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY;COUNT=4"}}
    publish_event(sqlite_service, "briefing", "2026-01-12T09:00:00", **weekly)
    clock.set(utc("2026-01-20 12:00"))
    assert preview(sqlite_service, "briefing").at == utc("2026-01-25 08:00")


def test_a_draft_and_what_is_over_can_be_seen_too(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "secret", "2026-02-12", status="draft")
    publish_event(sqlite_service, "the-hague", "2025-06-24")
    assert "secret" in preview(sqlite_service, "secret").subject
    assert "the-hague" in preview(sqlite_service, "the-hague").subject


def test_what_cannot_be_shown_is_told(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "early", "2026-02-12T08:30:00", zone="Europe/Tirane")
    publish_event(sqlite_service, "undated", "2026-07-01")
    move_event(sqlite_service, "undated", parse_when("2026-07", None, None, "test"))
    with pytest.raises(UnknownEventError):
        preview(sqlite_service, "nothing")
    with pytest.raises(UnknownValueError, match=", ".join(LANGUAGES)):
        preview(sqlite_service, "early", language="xx")
    with pytest.raises(UnknownZoneError):
        preview(sqlite_service, "early", zone="Mars/Olympus")
    with pytest.raises(ConflictError, match="too early"):
        preview(sqlite_service, "early", offset=MORNING_OF)
    with pytest.raises(ConflictError, match="no day yet"):
        preview(sqlite_service, "undated")


def test_a_notice_is_shown_as_it_is_sent_to_who_knows_the_state_before(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    clock.set(utc("2026-01-06 09:00"))
    confirmed(service, "reader@example.org")
    clock.set(utc("2026-01-07 09:00"))
    move_event(service, "ministers", parse_when("2026-02-13", None, None, "test"))
    shown = preview_notice(service, "ministers", language="en", zone="Europe/Tirane")
    clock.set(utc("2026-01-07 09:03"))
    deliver(service)
    (sent,) = arrived(service)
    assert shown.subject == sent["Subject"] == "Moved: ministers"
    for kind in ("plain", "html"):
        assert without_links(shown.body(kind)) == without_links(body_of(sent, kind))


def test_a_notice_can_be_shown_to_who_knows_an_older_state(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "ministers", "2026-02-12")
    for day in ("2026-02-13", "2026-02-14"):
        move_event(sqlite_service, "ministers", parse_when(day, None, None, "test"))

    def before(told: int | None = None) -> str:
        shown = preview_notice(
            sqlite_service, "ministers", language="en", zone="Europe/Tirane", told=told
        )
        return shown.body("plain").partition("Before: ")[2].splitlines()[0]

    assert before() == "Friday, 13 February 2026"
    assert before(0) == "Thursday, 12 February 2026"
    with pytest.raises(ConflictError, match="not been published"):
        before(7)
    with pytest.raises(ConflictError, match="Nothing about"):
        before(2)


def test_what_was_never_changed_has_no_notice_to_show(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "ministers", "2026-02-12")
    with pytest.raises(ConflictError, match="Nothing about 'ministers' is news"):
        preview_notice(sqlite_service, "ministers", language="en", zone="Europe/Tirane")
