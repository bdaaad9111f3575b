"""Installations with content for tests: feeds, events and confirmed readers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.content import Loaded, load_content
from calendar_service.actions.publishing import add_event
from calendar_service.actions.saved_searches import target_of_search
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, request_subscription
from calendar_service.catalog.files import Content
from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.search import Search
from calendar_service.store.rows import BucketRow, DeliveryRow, DueRow, SignupRow

NATO = Feed("nato", {"en": "NATO"}, Selection(everything=True), ("en", "sq", "fr"), "navy")
SUMMITS = Feed(
    "summits", {"en": "Summits"}, Selection(topics=("summit",)), ("en",), "teal", position=200
)


def load_feeds(service: Service, *feeds: Feed) -> Loaded:
    """Offers these feeds and no others."""
    return load_content(service, Content(feeds=feeds, seeds=()))


def publish_event(service: Service, uid: str, start: str, **fields: object) -> Revision:
    """Publishes an event whose title is its UID."""
    document = {"uid": uid, "language": "en", "title": {"en": uid}, "start": start, **fields}
    return add_event(service, document).revision


def sign_up(
    service: Service,
    address: str = "reader@example.org",
    feed: str = "nato",
    *,
    event: str | None = None,
    search: Search | None = None,
    offsets: tuple[str, ...] = ("P1D",),
    language: str = "en",
    zone: str = "Europe/Tirane",
) -> str:
    """Signs up as the form does, to a feed, an event or a search; the key of the sign-up.

    As if nobody had signed up of late: limits are no matter here.
    """
    with service.database.write() as session:
        session.execute(delete(BucketRow))
    kind, name = (TargetKind.EVENT, event) if event else (TargetKind.FEED, feed)
    request_subscription(
        service,
        SignupRequest(
            target_of_search(search) if search else Target(kind, name),
            address,
            TypedChoices(offsets, language, zone),
            consent=True,
            shown_in=language,
        ),
    )
    with service.database.read() as session:
        newest = select(SignupRow.key).order_by(SignupRow.id.desc()).limit(1)
        return session.scalars(newest).one()


def confirmed(service: Service, address: str = "reader@example.org", **choices: object) -> None:
    """Signs up and confirms, the confirmation mail out of the way; takes what sign_up takes."""
    key = sign_up(service, address, **choices)  # type: ignore[arg-type]
    with service.database.write() as session:
        session.execute(delete(DeliveryRow).where(DeliveryRow.kind == "confirmation"))
    confirm(service, confirm_token(service, key))


def planned(service: Service) -> list[tuple[str, str, str]]:
    """The reminders planned and not yet done: instant in UTC, offset and zone, soonest first."""
    with service.database.read() as session:
        rows = session.scalars(
            select(DueRow)
            .where(DueRow.state == "planned", DueRow.kind == "reminder")
            .order_by(DueRow.instant, DueRow.id)
        )
        return [(f"{row.instant:%Y-%m-%d %H:%M}", row.offset, row.zone) for row in rows]


def deliveries(service: Service, kind: str = "reminder") -> list[tuple[str, str]]:
    """The offset and the state of each delivery of a kind, in the order they came to be owed."""
    with service.database.read() as session:
        rows = session.scalars(
            select(DeliveryRow).where(DeliveryRow.kind == kind).order_by(DeliveryRow.id)
        )
        return [(row.offset, row.state) for row in rows]


ONE_MINUTE = timedelta(minutes=1)
