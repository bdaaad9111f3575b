"""Texts in another language than their page say so, for whoever hears them read (WCAG 3.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.publishing import cancel_event, move_event, publish
from calendar_service.actions.service import Service
from calendar_service.domain.documents import read_event
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.domain.search import Search
from calendar_service.domain.when import AllDay
from calendar_service.store.queries.events import find_event
from tests.calendars_at_work import confirmed, load_feeds, publish_event, sign_up
from tests.stores import with_settings
from tests.web.reading import Element, links, page_of
from tests.web.sites import client_of
from tests.web.test_preferences import link_of
from tests.web.test_signup import newest_confirm_link, stop_link

WORD = "gnostirf"
"""Stands in each text of an editor, and in nothing that the interface says."""

NOT_READ_OUT = frozenset(["title", "script", "textarea"])
"""What has no parts that could say their language, and code to copy."""

Heard = tuple[str, str, str]
"""A text, and the language and the direction that it is marked as."""


def heard(element: Element, lang: str = "", direction: str = "") -> Iterator[Heard]:
    """Each text of an element, and each place that a field proposes."""
    if element.tag in NOT_READ_OUT:
        return
    lang = element.attrs.get("lang", lang)
    direction = element.attrs.get("dir", direction)
    if element.tag == "option":
        yield element.attrs["value"], lang, direction
    for part in element.inside:
        if isinstance(part, Element):
            yield from heard(part, lang, direction)
        else:
            yield part, lang, direction


def texts(language: str, *names: str) -> dict[str, dict[str, str]]:
    """A text for each field, in one language."""
    return {name: {language: f"{WORD} {name}"} for name in names}


def fill(service: Service, language: str) -> None:
    """A calendar and events with every kind of text that there is, in one language."""
    feed = Feed(
        "all",
        {language: f"{WORD} calendar"},
        Selection(everything=True),
        (language,),
        "navy",
        description={language: f"{WORD} calendar's description"},
    )
    load_feeds(service, feed)
    said: dict[str, Any] = {
        **texts(language, "title", "description", "organizer"),
        "language": language,
        "place": texts(language, "name"),
        "participants": [{"name": "Somebody", "role": {language: f"{WORD} role"}}],
        "conference": {"url": "https://example.org/", "title": {language: f"{WORD} live"}},
        "sources": [{"title": f"{WORD} source", "url": "https://example.org/source"}],
        "topics": ["unheard-of"],
    }
    after = [{"type": "follows", "uid": "coming"}]
    for uid, first, last, related in (
        ("coming", "2026-02-12", "2026-02-12", []),
        ("off", "2026-03-01", "2026-03-01", after),
        ("over", "2025-12-01", "2025-12-03", after),
        ("running", "2026-01-04", "2026-01-06", []),
    ):
        publish_event(service, uid, first, end=last, slug=uid, relations=related, **said)
    changed = {"of": "2026-03-09", "title": {language: f"{WORD} date of a series"}}
    series = {"rule": "FREQ=WEEKLY;COUNT=3", "overrides": [changed]}
    publish_event(service, "series", "2026-03-02", slug="series", recurrence=series, **said)
    day = AllDay(date(2026, 3, 2), date(2026, 3, 3))
    move_event(service, "off", day)
    cancel_event(service, "off", f"{WORD} reason")


def edit(service: Service, uid: str, **fields: object) -> None:
    """Publishes an event with other fields."""
    with changing_feeds(service) as (session, changes):
        row = find_event(session, uid)
        assert row is not None
        event = read_event({**row.document, **fields})
        publish(session, service, row, event, changes, actor="test", action="change")


def every_page(service: Service, spoken: str) -> Iterator[tuple[str, Element]]:
    """Each page that links lead to, in English, and those that mails lead to."""
    client, origin = client_of(service), service.settings.origin
    confirmed(service, feed="all")
    for more in ({"event": "coming"}, {"search": Search(feed=("all",), topic=("unheard-of",))}):
        confirmed(service, **more)
    sign_up(service, "other@example.org", "all")
    own = [link_of(service), newest_confirm_link(service), stop_link(service, "coming")]
    chosen = f"/?topic=unheard-of&feed=all&language={spoken}"
    to_see = ["/", chosen, "/embed/all", "/embed/custom?feed=all", "/calendar/2026/03", *own]
    to_see = [f"{address}{'&' if '?' in address else '?'}lang=en" for address in to_see]
    seen: set[str] = set()
    while to_see:
        address = to_see.pop()
        if address in seen or "lang=en" not in urlsplit(address).query:
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.mimetype != "text/html":
            continue
        page = page_of(answer)
        yield address, page
        hrefs = (href.removeprefix(origin).partition("#")[0] for href in links(page))
        to_see += [href for href in hrefs if href.startswith("/")]
    done = client.post(f"{newest_confirm_link(service)}?lang=en")
    yield "confirmed", page_of(done)


@pytest.mark.parametrize(("language", "direction"), [("sq", "ltr"), ("ar", "rtl")])
def test_every_text_that_is_in_another_language_than_its_page_says_in_which(
    sqlite_service: Service, language: str, direction: str
) -> None:
    words = {"privacy": f"{WORD} privacy", "imprint": f"{WORD} imprint", "language": language}
    service = with_settings(sqlite_service, **words)
    fill(service, language)
    found: dict[str, set[str]] = {}
    for address, page in every_page(service, language):
        marked = [one for one in heard(page) if WORD in one[0]]
        for text, lang, flow in marked:
            assert (lang, flow) == (language, direction), (address, text)
        for text, _, _ in marked:
            found.setdefault(text.strip(" ,"), set()).add(urlsplit(address).path)
    assert "confirmed" in found[f"{WORD} calendar"]
    assert {"/", "/embed/all", "/feeds/all", "/events/over"} <= found[f"{WORD} calendar"]
    for name in ("title", "description", "organizer", "name", "role", "live", "source", "reason"):
        assert found[f"{WORD} {name}"], name
    assert "/calendar/2026/03" in found[f"{WORD} date of a series"]
    assert found[f"{WORD} privacy"] == {"/privacy"}
    assert found[f"{WORD} imprint"] == {"/imprint"}


def test_a_language_is_called_by_its_own_name_and_a_topic_without_one_is_in_no_known_language(
    sqlite_service: Service,
) -> None:
    fill(sqlite_service, "sq")
    client = client_of(sqlite_service)
    said = {text: lang for text, lang, _ in heard(page_of(client.get("/?lang=en"))) if text}
    assert said["shqip"] == "sq"
    assert said["Unheard of"] == ""


def test_a_text_in_the_pages_own_language_says_nothing_of_it(sqlite_service: Service) -> None:
    fill(sqlite_service, "sq")
    page = page_of(client_of(sqlite_service).get("/events/coming?lang=sq"))
    assert not [one for one in page.one("main").all() if "lang" in one.attrs and one.tag == "bdi"]


def test_what_an_event_was_called_is_in_the_language_that_it_was_called_in(
    sqlite_service: Service,
) -> None:
    fill(sqlite_service, "sq")
    moved = {"name": {"sq": f"{WORD} elsewhere"}}
    edit(sqlite_service, "coming", title={"sq": "Tjetër"}, place=moved)
    history = page_of(client_of(sqlite_service).get("/events/coming?lang=en")).one(
        "section", class_="history"
    )
    marked = {text: lang for text, lang, _ in heard(history, "en") if WORD in text}
    assert marked == {f"{WORD} title": "sq", f"{WORD} name": "sq"}
    assert f"It was called “{WORD} title” before." in history.text


def test_a_source_may_be_in_another_language_than_its_event(sqlite_service: Service) -> None:
    source = {"title": "Programme", "url": "https://example.org/", "language": "fr"}
    publish_event(sqlite_service, "summit", "2026-07-07", sources=[source])
    page = page_of(client_of(sqlite_service).get("/events/summit?lang=en"))
    assert page.one("bdi", lang="fr", dir="ltr").text == "Programme"


@pytest.mark.parametrize(
    ("header", "spoken", "words"),
    [
        ("de", "en", ("Summits of NATO", "Summit", "Its summits.", "They meet.", "Spring Summit")),
        ("de, fr;q=0.8", "fr", ("Sommets", "Sommet", "Les sommets.", "Ils se voient.", "Avant")),
        (
            "de, it;q=0.8",
            "en",
            ("Summits of NATO", "Summit", "Its summits.", "They meet.", "Spring"),
        ),
        ("sq", "", ("Samitet", "Samiti", "Takimet e mëdha.", "Takohen.", "Para")),
    ],
)
def test_what_is_not_in_a_readers_language_comes_in_another_that_they_know_else_in_english(
    sqlite_service: Service, header: str, spoken: str, words: tuple[str, ...]
) -> None:
    titles = {"sq": "Samitet", "en": "Summits of NATO", "fr": "Sommets"}
    about = {"sq": "Takimet e mëdha.", "en": "Its summits.", "fr": "Les sommets."}
    feed = Feed("all", titles, Selection(everything=True), ("sq", "en", "fr"), "navy", about)
    load_feeds(sqlite_service, feed)
    before = {"sq": "Para", "en": "Spring Summit", "fr": "Avant"}
    after = {"sq": "Samiti", "en": "Summit", "fr": "Sommet"}
    description = {"sq": "Takohen.", "en": "They meet.", "fr": "Ils se voient."}
    publish_event(
        sqlite_service,
        "summit",
        "2026-07-07",
        language="sq",
        title=before,
        description=description,
        slug="summit",
    )
    with changing_feeds(sqlite_service) as (session, changes):
        row = find_event(session, "summit")
        assert row is not None
        event = read_event({**row.document, "title": after})
        publish(session, sqlite_service, row, event, changes, actor="x", action="x")
    client = client_of(sqlite_service)
    for _ in range(2):  # the second time, pages are kept
        for other in ("de, fr", "de", "sq", "de, it", header):
            asked = {"Accept-Language": other}
            pages = [client.get(at, headers=asked) for at in ("/", "/events/summit", "/feeds/all")]
        agenda, shown, calendar = map(page_of, pages)
        said = {
            text.strip(): lang
            for page in (agenda, shown, calendar)
            for text, lang, _ in heard(page)
        }
        called, titled, of_calendar, of_event, was = words
        mine = spoken or header
        assert [said.get(text) for text in (called, titled, of_calendar, of_event)] == [mine] * 4
        assert calendar.one("h1").text == called
        assert shown.one("h1").text == titled
        assert was in shown.one("section", class_="history").text
