"""The pages on which a feed, or a selection of one's own, is subscribed to."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for

from calendar_service.actions.agenda import agenda
from calendar_service.actions.pages import all_feeds, feed_page
from calendar_service.actions.saved_searches import is_worth_following
from calendar_service.actions.selections import own_language
from calendar_service.domain.agenda import Agenda
from calendar_service.domain.feeds import CUSTOM
from calendar_service.domain.phrases import Phrase, phrase_of, phrase_of_several
from calendar_service.domain.search import Search
from calendar_service.web.agenda import paging
from calendar_service.web.choosing import (
    chosen,
    is_known,
    query_of,
    read_search_of_page,
    shown_choices,
)
from calendar_service.web.feed_options import Options, Query, read_options
from calendar_service.web.formats import KINDS
from calendar_service.web.forms import Form, empty_form
from calendar_service.web.languages import gettext, language, link
from calendar_service.web.presenting import cards
from calendar_service.web.requested import service
from calendar_service.web.subscribing import apps, qr_code, ways
from calendar_service.web.tongues import Said, called, said, said_here
from calendar_service.web.zones import zone_problems


@dataclass(frozen=True, slots=True)
class Subject:
    """What is subscribed to: its words, its languages, and what an address chooses it by."""

    slug: str
    title: Phrase
    description: Said
    spoken: tuple[str, ...]
    own_language: str
    agenda: Agenda
    query: Query


def show_feed(slug: str, form: Form) -> Response:
    """A feed's page with a sign-up form."""
    page = feed_page(service(), slug)
    feed = page.feed
    subject = Subject(
        slug=slug,
        title=phrase_of(called(feed)),
        description=said(feed, feed.description),
        spoken=feed.languages,
        own_language=feed.language,
        agenda=page.agenda,
        query={},
    )
    return _page(subject, [], form)


def show_selection() -> Response:
    """The page of what somebody has chosen; without a choice there is nothing to subscribe to."""
    problems: list[str] = []
    search = read_search_of_page(problems)
    if not search.without_past.values:
        return _nothing_selected(problems)
    if not problems and not is_known(search):
        problems.append(gettext("Nothing is found. Look for less, or for other words."))
    form = None
    if is_worth_following(search.without_past):
        query = query_of(search.without_past)
        form = empty_form(link("signup.for_search", **query), search=True)
    return _selection_page(search, problems, form)


def _nothing_selected(problems: list[str]) -> Response:
    nothing = gettext("Nothing is chosen here yet. Search the calendar, and follow what is found.")
    title, words = gettext("This did not work"), " ".join(dict.fromkeys(problems or [nothing]))
    status = 400 if problems else 404
    page = render_template("error.html", status=status, title=title, words=words)
    return make_response(page, status)


def show_search(form: Form) -> Response:
    """The same with a sign-up form as it was typed."""
    return _selection_page(read_search_of_page([]), [], form)


def _selection_page(search: Search, problems: list[str], form: Form | None) -> Response:
    offered = tuple(sorted({code for feed in all_feeds(service()) for code in feed.languages}))
    subject = Subject(
        slug=CUSTOM,
        title=_title(search),
        description=said_here(""),
        spoken=offered,
        own_language=own_language(offered, service().settings.language) if offered else language(),
        agenda=agenda(service(), chosen(search)),
        query=query_of(search.without_past),
    )
    return _page(subject, problems, form)


def _title(search: Search) -> Phrase:
    shown = shown_choices()
    words = [shown.words_of(*pair) for pair in search.without_past.pairs]
    return phrase_of_several(gettext("Selected events: %(words)s"), "words", words)


def _page(subject: Subject, problems: list[str], form: Form | None) -> Response:
    """The page; 400 if the address says what nobody could understand."""
    options = read_options()
    problems = list(dict.fromkeys([*zone_problems(), *problems, *options.problems]))
    spoken = language() if language() in subject.spoken else subject.own_language
    address = _address(subject, options, spoken, "ics")
    to, shown = ways(address, str(subject.title)), cards(subject.agenda)
    chosen_by = subject.query or {"feed": [subject.slug]}
    g.query = {**subject.query, **options.query, **options.window}
    here = url_for("pages.feed", slug=subject.slug, _external=True, lang=language(), **g.query)
    framed: dict[str, Any] = {"slug": subject.slug, "lang": language(), **subject.query}
    embed = url_for("embed.feed", _external=True, **framed)
    page = render_template(
        "feed.html",
        subject=subject,
        ways=to,
        apps=apps(to, request.user_agent.string),
        qr=qr_code(here),
        options=options,
        problems=problems,
        formats=[(kind, _address(subject, options, spoken, ending)) for ending, kind in KINDS],
        embed=embed,
        snippet=_snippet(embed, str(subject.title)),
        agenda=shown,
        paging=paging(shown, chosen_by),
        to_agenda=link("agenda.home", **chosen_by),
        form=form,
    )
    return make_response(page, 400 if problems else 200)


def _snippet(address: str, title: str) -> str:
    """The frame to paste into a page of somebody else's."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="480" '
        f'style="border:0" loading="lazy"></iframe>'
    )


def _address(subject: Subject, options: Options, spoken: str, ending: str) -> str:
    """Where the calendar is, as it is wanted; the plain address where nothing is chosen."""
    slug, query = subject.slug, subject.query
    if options.window and slug != CUSTOM:
        slug, query = CUSTOM, {"feed": [slug]}
    query = {**query, **options.window, **options.query}
    if ending != "ics":
        query.pop("alarm", None)
    if spoken != subject.own_language or slug == CUSTOM or ending != "ics":
        query["lang"] = [spoken]
    values = {**query, "slug": slug, "_external": True}
    if ending == "ics":
        return url_for("feeds.feed", **values)  # type: ignore[arg-type]
    return url_for("formats.feed", ending=ending, **values)  # type: ignore[arg-type]
