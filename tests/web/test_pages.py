"""What readers see: the agenda, an event, a feed, the small print, and errors."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.language.catalogues import LANGUAGES, translator
from calendar_service.web.app import LARGEST_FORM
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.right_to_left import arabic
from tests.stores import with_settings
from tests.web.reading import Element, links, page_of
from tests.web.sites import PAGES, client_of, without_database

ERRORS = ("/nothing", "/events/nothing", "/feeds/nothing", "/confirm/forged", "/static/no.css")
ODD = ("%00", "%FF%FE", "%ED%A0%80", "%F0%9F%98%80", "..%2F..", "%0d%0aX-Evil:1", "'--", "a" * 4000)


def section(page: Element, heading: str) -> Element:
    """The section under a heading."""
    return next(
        part
        for part in page.all("section")
        if [head for head in part.all("h2") if head.text == heading]
    )


def titles(part: Element) -> list[str]:
    return [entry.one("a").text for entry in part.all("h3")]


def scripts(page: Element) -> list[Element]:
    """The scripts that are run; one of another type is data, whatever a policy says."""
    return [one for one in page.all("script") if one.attrs.get("type") != "application/ld+json"]


def fact(page: Element, name: str) -> str:
    """What stands beside a name in the facts of an event."""
    inside = [one for one in page.one("dl", class_="facts").inside if isinstance(one, Element)]
    place = next(i for i, one in enumerate(inside) if one.text == name)
    return inside[place + 1].text


def test_the_agenda_tells_what_runs_what_comes_and_what_has_been(client: FlaskClient) -> None:
    page = page_of(client.get("/?lang=en"))
    assert titles(section(page, "Now")) == ["talks"]
    coming = ["meeting", "called-off", "Summit in Ankara", "someday"]
    assert titles(section(page, "Coming up")) == coming
    assert titles(section(page, "Past")) == ["the-hague"]
    assert "planned-in-secret" not in page.text


def test_the_agenda_follows_the_clock(client: FlaskClient, clock: SetClock) -> None:
    clock.set(datetime(2026, 7, 7, 12, tzinfo=UTC))
    page = page_of(client.get("/?lang=en"))
    assert titles(section(page, "Now")) == ["Summit in Ankara"]
    assert titles(section(page, "Coming up")) == ["someday"]
    assert titles(section(page, "Past")) == ["called-off", "meeting", "talks", "the-hague"]


def test_where_nothing_comes_the_page_says_so_and_shows_the_past(quiet_client: FlaskClient) -> None:
    page = page_of(quiet_client.get("/?lang=en"))
    assert "Nothing is announced at the moment." in section(page, "Coming up").text
    assert titles(section(page, "Past")) == ["the-hague"]
    assert "Now" not in [head.text for head in page.all("h2")]


def test_a_site_without_events_or_feeds_has_its_page_too(sqlite_service: Service) -> None:
    page = page_of(client_of(sqlite_service).get("/?lang=en"))
    assert "Nothing is announced at the moment." in page.text


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("", None, "sq"),
        ("", "fr-CA, en;q=0.5", "fr"),
        ("", "ja, en;q=0.1", "en"),
        ("", "xx;;;=\x01\xe9, ,*;q=9", "sq"),
        ("?lang=en", "fr", "en"),
        ("?lang=EN-gb", "fr", "en"),
        ("?lang=ja", "fr", "fr"),
        ("?lang=", "fr", "fr"),
        ("?lang=en&lang=fr", None, "en"),
    ],
)
def test_a_page_speaks_what_is_asked_else_accepted_else_the_sites_own(
    client: FlaskClient, asked: str, accepted: str | None, language: str
) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    for address in ("/", "/events/talks", "/feeds/summits", "/privacy"):
        answer = client.get(address + asked, headers=headers)
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.vary
        assert page_of(answer).one("html").attrs["lang"] == language


@pytest.mark.parametrize("address", PAGES)
def test_a_language_that_is_not_there_is_named(client: FlaskClient, address: str) -> None:
    page = page_of(client.get(address + "?lang=<b>tlh", headers={"Accept-Language": "en"}))
    assert "not available in the language “<b>tlh”" in page.one(role="status").text
    assert not page_of(client.get(address + "?lang=en")).all(role="status")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_names_its_other_languages_under_the_sites_own_address(
    site: Service, address: str
) -> None:
    there = with_settings(site, origin="https://kalendar.example.org")
    client = client_of(there)
    page = page_of(client.get(address, headers={"Host": "evil.example.com"}))
    found = {
        link.attrs["hreflang"]: link.attrs["href"]
        for link in page.all("link", rel="alternate")
        if "hreflang" in link.attrs
    }
    assert found == {
        code: f"https://kalendar.example.org{address}?lang={code}" for code in LANGUAGES
    }
    switch = {
        one.attrs["hreflang"]: one.attrs["href"] for one in page.one("header").one("nav").all("a")
    }
    assert switch == {code: f"{address}?lang={code}" for code in LANGUAGES}


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
def test_links_keep_the_language_that_was_asked_for(client: FlaskClient, code: str) -> None:
    page = page_of(client.get(f"/?lang={code}"))
    inside = [at for at in links(page.one("main")) if at.startswith("/")]
    assert inside
    assert all(at.endswith(f"?lang={code}") for at in inside)


def test_an_events_page_tells_its_facts(client: FlaskClient) -> None:
    page = page_of(client.get("/events/ankara?lang=en"))
    assert page.one("h1").text == "Summit in Ankara"
    assert "7–8 July 2026" in fact(page, "When")
    assert fact(page, "Where") == "Ankara"
    assert fact(page, "Who") == "Mark Rutte, Secretary General (chairs)"
    assert page.one("div", class_="description").text == "The allies meet."
    assert "https://ankara.example.org/" in links(page)
    assert "/events/ankara.ics?lang=en" in links(page)


def test_a_text_that_is_not_in_the_pages_language_says_which_it_is_in(client: FlaskClient) -> None:
    title = page_of(client.get("/events/talks?lang=fr")).one("h1").one("bdi")
    assert (title.attrs["lang"], title.attrs["dir"]) == ("en", "ltr")
    title = page_of(client.get("/events/ankara?lang=fr")).one("h1").one("bdi")
    assert not {"lang", "dir"} & title.attrs.keys()


def test_a_page_runs_in_the_direction_of_its_language(client: FlaskClient) -> None:
    with arabic():
        page = page_of(client.get("/events/talks?lang=ar"))
    assert (page.one("html").attrs["lang"], page.one("html").attrs["dir"]) == ("ar", "rtl")
    assert page.one("h1").one("bdi").attrs["dir"] == "ltr"
    assert page.one("input", type="email").attrs["dir"] == "ltr"
    assert page_of(client.get("/events/talks?lang=en")).one("html").attrs["dir"] == "ltr"


def test_relations_are_told_from_both_ends(client: FlaskClient) -> None:
    meeting = page_of(client.get("/events/meeting?lang=en")).one("dl", class_="ties")
    ankara = page_of(client.get("/events/ankara?lang=en")).one("dl", class_="ties")
    assert meeting.one("dt").text == "Prepares"
    assert links(meeting) == ["/events/ankara?lang=en"]
    assert ankara.one("dt").text == "Prepared by"
    assert links(ankara) == ["/events/meeting?lang=en"]


def test_relations_to_drafts_and_to_nothing_are_not_told(
    client: FlaskClient, site: Service
) -> None:
    tied = [{"type": "part-of", "uid": uid} for uid in ("planned-in-secret", "nothing")]
    publish_event(site, "side-event", "2026-05-01", relations=tied)
    page = page_of(client.get("/events/side-event"))
    assert not page.all("dl", class_="ties")
    assert client.get("/events/planned-in-secret").status_code == 404


def test_a_past_event_offers_its_feeds_and_no_form(client: FlaskClient) -> None:
    page = page_of(client.get("/events/the-hague?lang=en"))
    assert not page.all("form")
    offered = section(page, "Calendars with this event")
    assert "This event is over." in offered.text
    assert links(offered) == ["/feeds/nato?lang=en", "/feeds/summits?lang=en"]
    assert page_of(client.get("/events/ankara?lang=en")).all("form")


def test_a_cancelled_event_says_so_first_and_why(client: FlaskClient) -> None:
    page = page_of(client.get("/events/called-off?lang=en"))
    article = page.one("article")
    assert "cancelled" in article.attrs["class"].split()
    assert article.one("p", class_="mark").text == "Cancelled"
    assert article.text.index("Cancelled") < article.text.index("called-off")
    assert article.one("p", class_="note").text == "The hall has burnt down."
    assert not page.all("form")
    entry = page_of(client.get("/?lang=en")).one("li", class_="cancelled")
    assert entry.one("h3").text == "Cancelled called-off"


def test_an_event_without_a_day_tells_its_month_and_offers_no_empty_calendar(
    client: FlaskClient,
) -> None:
    page = page_of(client.get("/events/someday?lang=en"))
    assert fact(page, "When") == "September 2026, on a day not yet known"
    assert not [at for at in links(page) if ".ics" in at]
    assert page.all("form")


@pytest.mark.parametrize("host", ["evil.example.com", "a..b", "x" * 300, "a b", "évil", ""])
def test_the_ways_to_subscribe_use_the_sites_own_address_whatever_the_host_header_says(
    site: Service, host: str
) -> None:
    there = with_settings(site, origin="https://kalendar.example.org")
    client = client_of(there)
    answer = client.get("/feeds/nato?lang=sq", headers={"Host": host})
    assert answer.status_code == 200
    address = "https://kalendar.example.org/feeds/nato.ics?lang=sq"
    webcal = address.replace("https:", "webcal:")
    page = page_of(answer)
    ways = [one.attrs["href"] for one in page.all("a", role="button")]
    assert ways[:4] == [
        webcal,
        f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        f"https://outlook.live.com/calendar/0/addfromweb?url={quote(address, safe='')}&name=NATO",
        f"https://outlook.office.com/calendar/0/addfromweb?url={quote(address, safe='')}&name=NATO",
    ]
    assert parse_qs(urlsplit(ways[1]).query)["cid"] == [webcal]
    assert page.one("code", class_="address").text == address
    assert "evil.example.com" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("asked", ["", "?lang=en", "?lang=tlh"])
def test_a_feed_in_its_own_language_has_the_plain_address(client: FlaskClient, asked: str) -> None:
    headers = {"Accept-Language": "en"}
    page = page_of(client.get("/feeds/nato" + asked, headers=headers))
    address = page.one("code", class_="address").text
    assert address == "http://127.0.0.1:8000/feeds/nato.ics"


def test_a_feed_that_does_not_speak_the_pages_language_is_offered_in_its_own(
    client: FlaskClient,
) -> None:
    page = page_of(client.get("/feeds/summits?lang=fr"))
    address = page.one("code", class_="address").text
    assert address == "http://127.0.0.1:8000/feeds/summits.ics"


def test_a_feeds_page_lists_its_own_events_alone(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/summits?lang=en"))
    assert titles(section(page, "Coming up")) == ["Summit in Ankara"]
    assert titles(section(page, "Past")) == ["the-hague"]


def test_privacy_and_imprint_come_from_the_settings(site: Service) -> None:
    words = {
        "privacy": "Kept in Prishtina.\\nFor a year.",
        "imprint": "Redaksia <&>\nRruga 1",
        "contact": "desk@example.org",
    }
    client = client_of(with_settings(site, **words))
    privacy, imprint = (page_of(client.get(at)) for at in ("/privacy", "/imprint"))
    assert {"Kept in Prishtina.", "For a year."} <= {one.text for one in privacy.all("p")}
    assert imprint.one("address").text == "Redaksia <&> Rruga 1"
    for page in (privacy, imprint):
        assert "mailto:desk@example.org" in links(page)


def test_an_imprint_that_nobody_has_filled_in_says_so(client: FlaskClient) -> None:
    page = page_of(client.get("/imprint?lang=en"))
    assert page.one("p", class_="note").text == "The publisher has not yet filled in this page."


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])
def test_every_answer_forbids_what_is_not_ours(client: FlaskClient, method: str) -> None:
    others = ("/feeds/nato.ics", "/x.ics", "/healthz", "/static/site.css")
    for address in (*PAGES, *ERRORS, *others):
        answer = client.open(address, method=method)
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"]
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", [*PAGES, *ERRORS])
def test_no_page_has_script_or_style_of_its_own_or_anything_from_elsewhere(
    client: FlaskClient, address: str
) -> None:
    page = page_of(client.get(address))
    for script in scripts(page):
        assert script.attrs["src"].startswith(("/static/proof.js?", "/static/site.js?"))
        assert script.text == ""
        assert "defer" in script.attrs
    assert not page.all("style")
    for element in page.all():
        assert not [name for name in element.attrs if name == "style" or name.startswith("on")]
        assert not element.attrs.get("src", "").startswith(("http", "//"))
        assert not element.attrs.get("href", "").lower().startswith("javascript")
    for sheet in page.all("link", rel="stylesheet") + page.all("link", rel="icon"):
        assert sheet.attrs["href"].startswith("/static/")


@pytest.mark.parametrize(
    "languages", [("en", "sr-Latn"), pytest.param(LANGUAGES, marks=pytest.mark.thorough)]
)
def test_every_link_inside_the_site_leads_somewhere_in_each_language(
    client: FlaskClient, languages: tuple[str, ...]
) -> None:
    """In some of them, and thoroughly in all."""
    origin = "http://127.0.0.1:8000"
    to_see, seen = ["/"], set[str]()
    while to_see:
        address = to_see.pop()
        if (
            address in seen
            or parse_qs(urlsplit(address).query).get("lang", languages)[0] not in languages
        ):
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.mimetype != "text/html":
            continue
        page = page_of(answer)
        ids = [one.attrs["id"] for one in page.all() if "id" in one.attrs]
        assert len(ids) == len(set(ids)), address
        for link in page.all("a") + page.all("link"):
            href = link.attrs["href"].removeprefix(origin)
            if href.startswith("#"):
                assert href[1:] in ids
            elif href.startswith("/"):
                to_see.append(href.partition("#")[0])
    for code in languages:
        assert {f"/events/the-hague?lang={code}", f"/imprint?lang={code}"} <= seen


def test_what_a_page_loads_may_be_kept_for_good(client: FlaskClient) -> None:
    page = page_of(client.get("/"))
    for one in page.all("link", rel="stylesheet") + page.all("link", rel="icon"):
        answer = client.get(one.attrs["href"])
        assert answer.status_code == 200
        assert re.search(r"\?v=[0-9a-f]{12}$", one.attrs["href"])
        assert "public" in answer.headers["Cache-Control"]
        assert int(str(answer.cache_control.max_age)) >= 365 * 24 * 3600


def test_a_page_is_kept_for_a_moment_and_an_error_not_at_all(client: FlaskClient) -> None:
    assert client.get("/").headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/nothing").headers["Cache-Control"] == "no-store"


def test_an_ending_behind_a_hyphen_stays_on_its_line(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, replace(NATO, description={"en": "Of BE-së"}))
    publish_event(
        sqlite_service,
        "summit",
        "2026-07-07",
        title={"en": "<b> of NATO-s & long-lasting"},
        description={"en": "5% of PBB-së"},
        participants=[{"name": "Rutte", "role": {"en": "head of OKB-së, by e-mail"}}],
    )
    client = client_of(sqlite_service)
    page = page_of(client.get("/events/summit?lang=en"))
    unbroken = [part.text for part in page.one("main").all("span", class_="unbroken")]
    assert unbroken == ["NATO-s", "OKB-së", "e-mail", "PBB-së"]
    assert page.one("h1").text == "<b> of NATO-s & long-lasting"
    for address in ("/?lang=en", "/feeds/nato?lang=en"):
        assert "BE-së" in [
            part.text for part in page_of(client.get(address)).all("span", class_="unbroken")
        ]


def test_markup_in_texts_is_shown_and_never_obeyed(sqlite_service: Service) -> None:
    evil = "</title><script>alert(1)</script>\"'{{7*7}}%(x)s"
    load_feeds(sqlite_service, replace(NATO, title={"en": evil}, description={"en": evil}))
    publish_event(
        sqlite_service,
        "evil",
        "2026-07-07",
        slug="evil",
        title={"en": evil},
        description={"en": evil},
        place={"name": {"en": evil}},
        participants=[{"name": evil, "role": {"en": evil}}],
        sources=[{"title": evil, "url": "https://example.org/?a='b"}],
    )
    publish_event(
        sqlite_service, "tied", "2026-07-07", relations=[{"type": "follows", "uid": "evil"}]
    )
    client = client_of(with_settings(sqlite_service, name=evil))
    for address in ("/", "/events/evil", "/events/tied", "/feeds/nato", "/nothing"):
        page = page_of(client.get(address + "?lang=<script>"))
        assert all(script.text == "" and "src" in script.attrs for script in scripts(page))
        assert all(json.loads(data.text) for data in page.all("script", type="application/ld+json"))
        assert evil in page.text
        assert evil in page.one("title").text


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
@pytest.mark.parametrize(
    ("method", "address", "status", "title"),
    [
        ("GET", "/nothing", 404, "Page not found"),
        ("GET", "/events/nothing", 404, "Page not found"),
        ("GET", "/feeds/nothing", 404, "Page not found"),
        ("GET", "/feeds/nato/other", 404, "Page not found"),
        ("GET", "/confirm/forged", 410, "This link no longer works"),
        ("PUT", "/feeds/nato/reminders", 405, "This did not work"),
    ],
)
def test_an_error_is_told_in_the_readers_language(
    client: FlaskClient, method: str, address: str, status: int, title: str, code: str
) -> None:
    for answer in (
        client.open(address, method=method, headers={"Accept-Language": code}),
        client.open(f"{address}?lang={code}", method=method),
    ):
        assert answer.status_code == status
        page = page_of(answer)
        assert page.one("html").attrs["lang"] == code
        assert page.one("h1").text == translator(code).gettext(title)
        assert answer.headers["Content-Language"] == code


@pytest.mark.parametrize("address", ["/", "/events/ankara", "/feeds/nato", "/readyz"])
def test_without_a_database_a_page_says_so_and_when_to_come_back(
    site: Service, address: str
) -> None:
    with without_database(site) as client:
        answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert page_of(answer).one("h1").text == "Back in a moment"


@pytest.mark.parametrize("address", ["/privacy", "/imprint", "/healthz", "/robots.txt"])
def test_what_needs_no_database_answers_without_one(site: Service, address: str) -> None:
    with without_database(site) as client:
        assert client.get(address).status_code == 200


def test_robots_may_fetch_feeds(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert not [line for line in lines if line.startswith("Disallow: /feeds")]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_body_that_is_too_large_is_413(client: FlaskClient, kind: str) -> None:
    body = b"address=" + b"a" * LARGEST_FORM
    answer = client.post("/feeds/nato/reminders?lang=en", data=body, headers={"Content-Type": kind})
    assert answer.status_code == 413
    assert page_of(answer).one("h1").text == "This did not work"
    assert "This is too long to be read." in page_of(answer).text


def test_ten_thousand_letters_of_any_script_are_kept_as_they_were_typed(
    client: FlaskClient,
) -> None:
    typed = "🎈" * 10_000
    answer = client.post("/feeds/nato/reminders?lang=en", data={"address": typed})
    assert answer.status_code == 422
    assert page_of(answer).one("input", name="address").attrs["value"] == typed


def test_a_static_file_that_somebody_has_answers_304_as_it_would_200(client: FlaskClient) -> None:
    first = client.get("/static/site.css")
    again = client.get("/static/site.css", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize("odd", ODD)
def test_odd_addresses_and_queries_never_break_it(client: FlaskClient, odd: str) -> None:
    for address in (f"/{odd}", f"/events/{odd}", f"/feeds/{odd}", f"/feeds/{odd}.ics"):
        assert client.get(address).status_code == 404
    for address in (f"/confirm/{odd}", f"/unsubscribe/{odd}"):
        assert client.get(address).status_code in {404, 410}
        assert client.post(address).status_code in {404, 410}
    for address in ("/", "/events/ankara", "/feeds/nato"):
        answer = client.get(f"{address}?lang={odd}&{odd}={odd}&&&=")
        assert answer.status_code == 200
        assert "X-Evil" not in answer.headers
    for query, status in ((f"lang={odd}", 200), (f"{odd}=1", 400), (f"cancelled={odd}", 400)):
        answer = client.get(f"/feeds/nato.ics?{query}")
        assert answer.status_code == status
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Language": "*;q=0"},
        {"Accept-Language": "a" * 9000},
        {"Accept-Language": ",".join(["fr;q=0.1"] * 900)},
        {"Host": "a..b"},
        {"X-Forwarded-Host": "evil.example.com"},
        {"Content-Length": "-1"},
        {"Content-Length": "many"},
        {"Cookie": "session=\x01; =;"},
        {"Range": "bytes=0-1,5-"},
        {"Authorization": "Basic \xff"},
    ],
)
def test_odd_headers_never_break_it(client: FlaskClient, headers: dict[str, str]) -> None:
    for address in ("/", "/nothing", "/feeds/nato.ics", "/static/site.css"):
        assert client.get(address, headers=headers).status_code in {200, 206, 404, 416}


def test_a_nul_in_an_address_is_404_on_every_database(service: Service) -> None:
    client = client_of(service)
    for address in ("/events/%00", "/feeds/a%00b", "/feeds/%00.ics", "/events/%00.ics"):
        assert client.get(address).status_code == 404
    assert client.post("/feeds/%00/reminders").status_code == 404


@pytest.mark.parametrize("address", [*PAGES, *ERRORS])
def test_a_page_has_one_heading_a_title_and_a_way_past_the_menu(
    client: FlaskClient, address: str
) -> None:
    page = page_of(client.get(address))
    assert page.one("h1").text
    assert page.one("title").text
    assert page.one("a", class_="skip").attrs["href"] == "#content"
    assert page.one("main").attrs["id"] == "content"
    assert page.one("meta", name="viewport").attrs["content"]
    levels = [int(one.tag[1]) for one in page.all() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("address", PAGES)
def test_every_field_has_a_label_and_every_link_and_button_a_name(
    client: FlaskClient, address: str
) -> None:
    page = page_of(client.get(address))
    labelled = {label.attrs.get("for") for label in page.all("label")}
    wrapped = [id(one) for label in page.all("label") for one in label.all()]
    for field in page.all("input") + page.all("select"):
        assert field.attrs.get("id") in labelled or id(field) in wrapped
    for one in page.all("a") + page.all("button") + page.all("label") + page.all("legend"):
        assert one.text
    for group in page.all("fieldset"):
        assert group.one("legend").text
