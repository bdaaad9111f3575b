"""The pages on which a feed, or a selection of one's own, is subscribed to."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from werkzeug.exceptions import NotFound

from calendar_service.actions.agenda import agenda
from calendar_service.actions.pages import all_feeds, feed_page
from calendar_service.actions.saved_searches import is_worth_following
from calendar_service.actions.selections import own_language
from calendar_service.domain.agenda import Agenda
from calendar_service.domain.alarms import AlarmError, parse_alarm
from calendar_service.domain.feeds import CUSTOM, Cancelled
from calendar_service.domain.phrases import Phrase, phrase_of, phrase_of_several
from calendar_service.domain.search import Search
from calendar_service.language.dates import capitalised
from calendar_service.language.offsets import offset_in_words
from calendar_service.web.agenda import paging
from calendar_service.web.choosing import (
    Choice,
    chosen,
    query_of,
    read_search_of_page,
    shown_choices,
)
from calendar_service.web.formats import KINDS
from calendar_service.web.forms import Form, empty_form
from calendar_service.web.languages import gettext, language, link, ngettext
from calendar_service.web.presenting import cards
from calendar_service.web.requested import service
from calendar_service.web.subscribing import apps, qr_code, ways
from calendar_service.web.tongues import Said, said, said_here

Query = dict[str, list[str]]

ALARMS = ("P1D", "PT2H", "PT30M")
PAST = ("0", "30", "365")


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


@dataclass(frozen=True, slots=True)
class Options:
    """How a calendar is wanted: what its form offers, and what is asked for so far."""

    cancelled: list[Choice]
    alarms: list[Choice]
    past: list[Choice]
    query: Query
    window: Query


def show_feed(slug: str, form: Form) -> str:
    """A feed's page with a sign-up form."""
    page = feed_page(service(), slug)
    feed = page.feed
    subject = Subject(
        slug=slug,
        title=phrase_of(feed.titled(language())),
        description=said(feed, feed.description),
        spoken=feed.languages,
        own_language=feed.language,
        agenda=page.agenda,
        query={},
    )
    return _page(subject, _options(), [], form)


def show_selection() -> Response:
    """The page of what somebody has chosen; without a choice there is nothing to subscribe to."""
    problems: list[str] = []
    search = read_search_of_page(problems)
    if not search.without_past.values and not problems:
        raise NotFound
    form = None
    if is_worth_following(search.without_past):
        query = query_of(search.without_past)
        form = empty_form(link("signup.for_search", **query), search=True)
    return make_response(_selection_page(search, problems, form), 400 if problems else 200)


def show_search(form: Form) -> str:
    """The same with a sign-up form as it was typed."""
    return _selection_page(read_search_of_page([]), [], form)


def _selection_page(search: Search, problems: list[str], form: Form | None) -> str:
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
    return _page(subject, _options(), problems, form)


def _title(search: Search) -> Phrase:
    shown = shown_choices()
    words = [shown.words_of(*pair) for pair in search.without_past.pairs]
    return phrase_of_several(gettext("Selected events: %(words)s"), "words", words)


def _page(subject: Subject, options: Options, problems: list[str], form: Form | None) -> str:
    spoken = language() if language() in subject.spoken else subject.own_language
    address = _address(subject, options, spoken, "ics")
    to, shown = ways(address, str(subject.title)), cards(subject.agenda)
    chosen_by = subject.query or {"feed": [subject.slug]}
    g.query = {**subject.query, **options.query, **options.window}
    here = url_for("pages.feed", slug=subject.slug, _external=True, lang=language(), **g.query)
    framed: dict[str, Any] = {"slug": subject.slug, "lang": language(), **subject.query}
    embed = url_for("embed.feed", _external=True, **framed)
    return render_template(
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


def _options() -> Options:
    """What the address asks for, as far as it can be; what is nothing known is not asked for."""
    cancelled = request.args.get("cancelled", "")
    cancelled = cancelled if cancelled in list(Cancelled)[1:] else ""
    alarms = sorted({alarm for text in request.args.getlist("alarm") if (alarm := _alarm(text))})
    days = request.args.get("past", "")
    past = days if days in PAST else ""
    asked = {"cancelled": [cancelled] if cancelled else [], "alarm": alarms}
    return Options(
        cancelled=[
            _choice("", gettext("With a mark before the title"), cancelled),
            _choice("status", gettext("As your app shows what is cancelled"), cancelled),
            _choice("hide", gettext("Not at all"), cancelled),
        ],
        alarms=[Choice(one, said_here(_alarm_in_words(one)), one in alarms) for one in ALARMS],
        past=[
            _choice("", gettext("For as long as the calendar keeps it"), past),
            *(_choice(one, _past_in_words(int(one)), past) for one in PAST),
        ],
        query={name: values for name, values in asked.items() if values},
        window={"past": [past]} if past else {},
    )


def _choice(value: str, words: str, chosen: str) -> Choice:
    return Choice(value, said_here(words), value == chosen)


def _alarm(text: str) -> str:
    try:
        return parse_alarm(text) if text else ""
    except AlarmError:
        return ""


def _alarm_in_words(alarm: str) -> str:
    return capitalised(offset_in_words(alarm, language()))


def _past_in_words(days: int) -> str:
    if days == 0:
        return gettext("Not at all")
    return ngettext("For %(num)s day", "For %(num)s days", days) % {"num": days}
