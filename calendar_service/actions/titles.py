"""What that is called which readers follow, in each language, as pages say it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from calendar_service.actions.saved_searches import title_of_search
from calendar_service.domain.events import Event, Localized
from calendar_service.domain.feeds import Feed
from calendar_service.domain.phrases import Phrase, phrase_of
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.language.catalogues import LANGUAGES, translator
from calendar_service.store.queries.events import find_event, to_revision
from calendar_service.store.queries.feeds import find_feed

Titled = Mapping[str, Phrase]
"""A title in each language, and of each text in it the language that it is really in."""


def title_of(session: Session, target: Target) -> Localized:
    """The title of what is followed, in each language as pages say it; its name if it is gone."""
    return as_text(titled(session, target))


def title_to_confirm(session: Session, target: Target) -> Localized:
    """The title that is told before anybody has confirmed: no word of it is a stranger's."""
    if target.kind is TargetKind.SEARCH:
        return {code: translator(code).gettext("A search for events") for code in LANGUAGES}
    return title_of(session, target)


def as_text(title: Titled) -> Localized:
    """A title as plain text."""
    return {code: str(phrase) for code, phrase in title.items()}


def titled(session: Session, target: Target) -> Titled:
    """The title of what is followed, for pages."""
    if target.kind is TargetKind.SEARCH:
        return title_of_search(session, target.name)
    followed: Feed | Event | None = None
    if target.kind is TargetKind.FEED:
        state = find_feed(session, target.name)
        followed = state.feed if state else None
    elif (row := find_event(session, target.name)) is not None:
        followed = to_revision(row).event
    if followed is None:
        return dict.fromkeys(LANGUAGES, phrase_of((target.name, "")))
    return {code: phrase_of(followed.titled(code)) for code in LANGUAGES}
