"""The readers' pages: one event, one feed, the small print."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template

from calendar_service.actions.pages import EventPage, event_page
from calendar_service.domain.feeds import CUSTOM
from calendar_service.web.agenda import redirected
from calendar_service.web.choosing import tidied
from calendar_service.web.event_view import event_view
from calendar_service.web.forms import Form, empty_form
from calendar_service.web.kept_pages import kept
from calendar_service.web.languages import link
from calendar_service.web.pictures import picture_address
from calendar_service.web.requested import service
from calendar_service.web.selections import show_feed, show_selection
from calendar_service.web.tongues import Said, called
from calendar_service.web.zones import zone_problems

blueprint = Blueprint("pages", __name__)


@blueprint.get("/events/<slug>")
@kept
def event(slug: str) -> Response:
    """One event."""
    return show_event(slug, empty_form(link("signup.for_event", slug=slug)))


@blueprint.get("/feeds/<slug>")
@kept
def feed(slug: str) -> Response:
    """One feed, or a selection of one's own: how to subscribe, and what is in it."""
    if (pairs := tidied("cancelled", "alarm")) is not None:
        return redirected("pages.feed", pairs, slug=slug)
    if slug == CUSTOM:
        response = show_selection()
    else:
        response = show_feed(slug, empty_form(link("signup.for_feed", slug=slug)))
    response.vary.add("User-Agent")  # the device decides which app stands first
    return response


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept of readers, and what is not."""
    return render_template("privacy.html", more=_paragraphs(service().settings.privacy))


@blueprint.get("/imprint")
def imprint() -> str:
    """Who publishes this."""
    return render_template("imprint.html", lines=_paragraphs(service().settings.imprint))


def show_event(slug: str, form: Form) -> Response:
    """An event's page with a sign-up form, or, when it is over, with its feeds instead."""
    page, problems = event_page(service(), slug), zone_problems()
    shown = render_template(
        "event.html",
        problems=problems,
        event=event_view(page, picture_address(page)),
        feeds=[(one.slug, called(one)) for one in page.feeds],
        form=form if can_be_awaited(page) else None,
        is_past=page.is_past,
        put_off=page.is_put_off,
    )
    return make_response(shown, 400 if problems else 200)


def can_be_awaited(page: EventPage) -> bool:
    """Whether there is something left to be told or reminded of."""
    takes_place = page.entry.revision.event.status.takes_place
    return page.is_put_off or (takes_place and not page.is_past)


def _paragraphs(text: str) -> Sequence[Said]:
    """The lines of a setting, which the publisher has written in the site's own language."""
    lines = text.replace("\\n", "\n").split("\n")
    return [Said(line.strip(), service().settings.language) for line in lines if line.strip()]
