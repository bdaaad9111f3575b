"""What becomes of a form that came too late, or to where nothing takes it: it is shown again.

What was typed stands in it, and it is sent to one of the calendars instead. To another thing than
the one of the form, nobody has agreed yet: so they are asked once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from flask import request
from werkzeug.exceptions import HTTPException

from calendar_service.actions.pages import all_feeds, event_page
from calendar_service.domain.feeds import Feed
from calendar_service.domain.phrases import Phrase
from calendar_service.errors import CalendarError, NotFoundError
from calendar_service.web.forms import Form, Typed, form_for_others, read_form
from calendar_service.web.languages import gettext, link
from calendar_service.web.requested import service
from calendar_service.web.tongues import called

TOO_LATE = frozenset(
    [
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
    ]
)
"""The answers after which the same form would be answered alike once more."""


def form_instead(status: HTTPStatus) -> Form | None:
    """A sign-up form as it was typed, for other calendars; None where there was no such."""
    typed = _typed() if status in TOO_LATE else None
    if typed is None:
        return None
    with suppress(CalendarError):
        return form_for_others(replace(typed, consent=False), [*map(_way, _calendars())])
    return None


def _typed() -> Typed | None:
    """What was typed into the form of a request, if it can be read and is a sign-up."""
    try:
        return read_form(request.form) if "address" in request.form else None
    except HTTPException:
        return None


def _calendars() -> Sequence[Feed]:
    """Those with the event that the form was about; all where there is none."""
    with suppress(NotFoundError):
        if request.endpoint == "signup.for_event":
            slug = str((request.view_args or {}).get("slug"))
            return event_page(service(), slug).feeds or all_feeds(service())
    return all_feeds(service())


def _way(feed: Feed) -> tuple[str, Phrase]:
    words = Phrase(gettext("Remind me of: %(calendar)s"), {"calendar": called(feed)})
    return link("signup.for_feed", slug=feed.slug), words
