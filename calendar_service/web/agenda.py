"""The agenda and the months: everything that is published, or what somebody has chosen of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from calendar_service.actions.agenda import agenda, agenda_from, agenda_until
from calendar_service.actions.months import MonthPage, month_page
from calendar_service.actions.pages import all_feeds
from calendar_service.domain.agenda import Page
from calendar_service.domain.feeds import CUSTOM
from calendar_service.domain.months import Day, Month, goes_on, month_of
from calendar_service.language.dates import (
    capitalised,
    day_in_words,
    days_in_words,
    first_weekday,
    month_in_words,
    weekdays_in_words,
)
from calendar_service.language.zones import zone_choices
from calendar_service.web.addresses import address_of
from calendar_service.web.choosing import (
    DAYS,
    Choosing,
    chosen,
    read_choosing,
    read_day,
    tidied,
)
from calendar_service.web.formats import KINDS
from calendar_service.web.kept_pages import kept
from calendar_service.web.languages import gettext, language, link
from calendar_service.web.presenting import Card, Cards, MonthCards, by_month, card_of, cards
from calendar_service.web.requested import service
from calendar_service.web.tongues import called, said
from calendar_service.web.zones import reader_zone, zone_problems

blueprint = Blueprint("agenda", __name__)

FOR_NEWS_READERS = ("atom", "json")


@dataclass(frozen=True, slots=True)
class Paging:
    """Where the pages beside this one are; empty where there is none."""

    earlier: str = ""
    later: str = ""


@dataclass(frozen=True, slots=True)
class DayCards:
    """A day of a month's page; `page` is where all that is on it is listed.

    Each card with whether it goes on from the day before, where it has been told already.
    """

    number: int
    words: str
    inside: bool
    is_today: bool
    cards: list[tuple[Card, bool]]
    more: int
    page: str

    @property
    def begins_nothing(self) -> bool:
        """Whether all that is on it goes on from the day before."""
        return not self.more and all(goes_on for _, goes_on in self.cards)


@blueprint.get("/")
@kept
def home() -> Response:
    """What runs, what is coming and what has been; or what is from a day, until one, or between."""
    if (pairs := tidied()) is not None:
        return redirected("agenda.home", pairs)
    choosing = read_choosing()
    first, last = (read_day(name, choosing.problems) for name in DAYS)
    g.query = choosing.query | {name: request.args[name] for name in DAYS if name in request.args}
    some = chosen(choosing.search)
    if first is not None and last is not None:
        first, last = sorted((first, last))
        page = agenda_from(service(), first, some, until=last)
        return _page_of_days(choosing, page, _heading_between(first, last), until=last)
    if first is not None:
        page = agenda_from(service(), first, some)
        return _page_of_days(choosing, page, _heading_from(first))
    if last is not None:
        page = agenda_until(service(), last, some)
        return _page_of_days(choosing, page, _heading_until(last), backwards=True)
    shown = cards(agenda(service(), some))
    return _answer("home.html", choosing, agenda=shown, paging=paging(shown, choosing.query))


@blueprint.get("/calendar/<int(fixed_digits=4):year>/<int(fixed_digits=2):number>")
@kept
def month(year: int, number: int) -> Response:
    """A month as a calendar on the wall has it."""
    asked = Month(year, number)
    if not asked.exists:
        return _no_such_month()
    if (pairs := tidied()) is not None:
        return redirected("agenda.month", pairs, year=year, number=number)
    choosing = read_choosing()
    g.query = choosing.query
    starts = first_weekday(language())
    page = month_page(service(), asked, first_weekday=starts, chosen=chosen(choosing.search))
    days = [_day(day, choosing) for day in page.days]
    return _answer(
        "month.html",
        choosing,
        name=capitalised(month_in_words(year, number, language())),
        weeks=[days[begin : begin + 7] for begin in range(0, len(days), 7)],
        weekdays=weekdays_in_words(language()),
        undated=[card_of(entry) for entry in page.undated],
        paging=_months_beside(page, choosing),
        this_month=month_link(choosing) if asked != _this_month() else "",
    )


@blueprint.get("/hours")
def hours() -> Response:
    """By whose clocks hours are told besides the event's own; a form to choose others."""
    zones, asked = zone_choices(language()), reader_zone()
    problems = zone_problems()
    page = render_template("hours.html", zones=zones, zone=asked, problems=problems)
    return make_response(page, 400 if problems else 200)


def _no_such_month() -> Response:
    title = gettext("Page not found")
    words = gettext(
        "There are months from January 1900 to December 2199, each at an address like "
        "/calendar/2026/07."
    )
    return make_response(render_template("error.html", status=404, title=title, words=words), 404)


def paging(shown: Cards, query: dict[str, list[str]]) -> Paging:
    """The pages beside the agenda of today."""
    return Paging(
        earlier=_from_or_until("until", shown.earlier, query),
        later=_from_or_until("from", shown.later, query),
    )


def month_link(choosing: Choosing | None = None) -> str:
    """The page of this month, with what is chosen."""
    today, query = _this_month(), choosing.query if choosing else {}
    return link("agenda.month", year=today.year, number=today.number, **query)


def _day(day: Day, choosing: Choosing) -> DayCards:
    return DayCards(
        number=day.date.day,
        words=capitalised(day_in_words(day.date, language())),
        inside=day.inside,
        is_today=day.date == service().clock.now().date(),
        cards=[(card_of(entry), goes_on(entry, day)) for entry in day.entries],
        more=day.more,
        page=_from_or_until("from", day.date, choosing.query),
    )


def _months_beside(page: MonthPage, choosing: Choosing) -> Paging:
    return Paging(*(_to_month(one, choosing) for one in (page.before, page.after)))


def _to_month(month: Month | None, choosing: Choosing) -> str:
    if month is None:
        return ""
    return link("agenda.month", year=month.year, number=month.number, **choosing.query)


def _this_month() -> Month:
    return month_of(service().clock.now().date())


def redirected(endpoint: str, pairs: list[tuple[str, str]], **values: object) -> Response:
    """The same page at the address that says nothing needless: one to keep and to pass on."""
    return make_response(redirect(address_of(endpoint, pairs, **values), 302))


def _page_of_days(
    choosing: Choosing,
    page: Page,
    heading: str,
    *,
    backwards: bool = False,
    until: date | None = None,
) -> Response:
    query = choosing.query
    if until and page.later and page.later <= until:
        query = {**query, "until": [until.isoformat()]}
    shown = Paging(
        earlier=_from_or_until("until", page.earlier, choosing.query),
        later=_from_or_until("from", page.later, query),
    )
    months: list[MonthCards] = by_month(page.entries, backwards=backwards)
    return _answer(
        "days.html", choosing, heading=heading, months=months, paging=shown, backwards=backwards
    )


def _answer(template: str, choosing: Choosing, **shown: object) -> Response:
    """The page; 400 if the address says what nobody could understand."""
    page = render_template(
        template,
        choosing=choosing,
        feeds=[(one.slug, called(one), said(one, one.description)) for one in all_feeds(service())],
        formats=_formats(choosing),
        to_month=month_link(choosing),
        to_agenda=link("agenda.home", **choosing.query),
        **shown,
    )
    return make_response(page, 400 if choosing.problems else 200)


def _formats(choosing: Choosing) -> list[tuple[str, str, str]]:
    """What programs look for: kind, title and address of what is chosen in each format.

    Where nothing is chosen, of each feed for news readers.
    """
    if choosing.search.values:
        name = service().settings.name
        return [(kind, name, _address(CUSTOM, ending, choosing.query)) for ending, kind in KINDS]
    return [
        (kind, called(feed).text, _address(feed.slug, ending, {}))
        for feed in all_feeds(service())
        for ending, kind in KINDS
        if ending in FOR_NEWS_READERS
    ]


def _address(slug: str, ending: str, query: dict[str, list[str]]) -> str:
    options: dict[str, Any] = {"lang": language(), **query}
    return url_for("formats.feed", slug=slug, ending=ending, _external=True, **options)


def _from_or_until(name: str, day: date | None, query: dict[str, list[str]]) -> str:
    return link("agenda.home", **query, **{name: day.isoformat()}) if day else ""


def _heading_between(first: date, last: date) -> str:
    return capitalised(days_in_words(first, last, language()))


def _heading_from(day: date) -> str:
    return gettext("From %(day)s") % {"day": day_in_words(day, language())}


def _heading_until(day: date) -> str:
    return gettext("Until %(day)s") % {"day": day_in_words(day, language())}
