"""Loads the feeds and seeds that come as files, and keeps what editors have done since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.planning import plan_event
from calendar_service.actions.publishing import publish
from calendar_service.actions.rendering import (
    FeedChanges,
    origin_of_feeds,
    place_all,
    renew_rendering,
)
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content, Seed
from calendar_service.domain.changes import Clash, join_changes
from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.feeds import CUSTOM
from calendar_service.errors import ConflictError, InvalidInputError
from calendar_service.store.queries.events import (
    event_of_uid,
    event_rows,
    find_event,
    readable,
    to_revision,
)
from calendar_service.store.queries.feeds import write_feeds
from calendar_service.store.queries.records import write_audit
from calendar_service.store.rows import EventRow, SeedRow

ACTOR = "seeds"


class Resolution(StrEnum):
    """Whose words stand where an editor and a seed changed the same field."""

    ASK = "ask"
    SEED = "seed"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A seed that was not loaded, because an editor changed the same fields since."""

    uid: str
    place: str
    clashes: tuple[Clash, ...]


@dataclass(slots=True)
class Loaded:
    """What a loading did, by UID of the events and slug of the feeds."""

    added: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    feeds: tuple[str, ...] = ()
    conflicts: list[Conflict] = field(default_factory=list)


def load_content(
    service: Service,
    content: Content,
    *,
    resolution: Resolution = Resolution.ASK,
    silent: bool = False,
) -> Loaded:
    """Publishes what is new or changed in the files, all in one transaction.

    A seed is compared with what was last loaded from it, never with the event, so that an edit
    made since stays. Where both changed a field, the seed waits and the conflict is told, unless
    `resolution` says whose words stand. Readers are told of what changed, unless it is `silent`.
    """
    loaded = Loaded()
    with changing_feeds(service) as (session, changes):
        now, origin = service.clock.now(), origin_of_feeds(session, service)
        loaded.feeds = write_feeds(session, content.feeds, now=now)
        renewed = renew_rendering(session, changes, origin=origin, now=now)
        if loaded.feeds:
            if not renewed:
                place_all(session, changes, origin=origin, now=now)
            changes.add(CUSTOM, f"other feeds to select from: {content.feeds}")
            _plan_all(session, now=now)
        for seed in content.seeds:
            _load_seed(session, service, seed, resolution, loaded, changes, silent=silent)
        if loaded.feeds:
            names: dict[str, object] = {"feeds": list(loaded.feeds)}
            write_audit(
                session, now=now, actor=ACTOR, action="feeds.load", subject="feeds", detail=names
            )
    return loaded


def _plan_all(session: Session, *, now: datetime) -> None:
    """After feeds changed: whom their events concern now."""
    for row, revision in readable(event_rows(session)):
        plan_event(session, row, revision.event, now=now)


def _load_seed(
    session: Session,
    service: Service,
    seed: Seed,
    resolution: Resolution,
    loaded: Loaded,
    changes: FeedChanges,
    *,
    silent: bool,
) -> None:
    uid, document = seed.event.uid, write_event(seed.event)
    last = session.get(SeedRow, uid)
    row = event_of_uid(session, uid)
    if last is not None and last.document == document and not (row and row.left_out):
        loaded.unchanged.append(uid)
        return
    if row is None:
        _check_slug(session, seed)
        publish(session, service, None, seed.event, changes, actor=ACTOR, action="add")
        loaded.added.append(uid)
    elif not _revise(session, service, row, seed, last, resolution, loaded, changes, silent=silent):
        return
    session.merge(
        SeedRow(uid=uid, place=seed.place, loaded_at=service.clock.now(), document=document)
    )
    session.flush()


def _revise(
    session: Session,
    service: Service,
    row: EventRow,
    seed: Seed,
    last: SeedRow | None,
    resolution: Resolution,
    loaded: Loaded,
    changes: FeedChanges,
    *,
    silent: bool,
) -> bool:
    try:
        current = write_event(to_revision(row).event)
    except InvalidInputError:  # nobody could have edited what cannot be read
        current = last.document if last else {}
    document, clashes = join_changes(
        loaded=last.document if last else {},
        seed=write_event(seed.event),
        current=current,
        prefer_seed=resolution is Resolution.SEED,
    )
    if clashes and resolution is Resolution.ASK:
        loaded.conflicts.append(Conflict(row.uid, seed.place, clashes))
        return False
    revised = read_event(document, seed.place)
    if revised.slug != row.slug:
        _check_slug(session, seed)
    published = publish(
        session,
        service,
        row,
        revised,
        changes,
        actor=ACTOR,
        action="revise",
        silent=silent,
    )
    (loaded.revised if published.changed else loaded.unchanged).append(row.uid)
    return True


def _check_slug(session: Session, seed: Seed) -> None:
    other = find_event(session, seed.event.slug)
    if other is not None:
        raise ConflictError(
            f"{seed.place}: the slug {seed.event.slug!r} belongs to the event {other.uid} "
            f"already; choose another slug for {seed.event.uid}."
        )
