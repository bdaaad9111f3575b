"""The page of a feed and of a selection: the right way into each app, and how it is wanted."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from tests.calendars_at_work import publish_event
from tests.web.reading import Element, links, page_of

ORIGIN = "http://127.0.0.1:8000"
DEVICES = (
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)", "Apple Calendar"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0)", "Apple Calendar"),
    ("Mozilla/5.0 (Linux; Android 15; Pixel 9)", "Android, without Google"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Outlook.com"),
    ("Mozilla/5.0 (X11; Linux x86_64)", "Thunderbird"),
    ("", "Apple Calendar"),
    ("curl/8", "Apple Calendar"),
)


def address(page: Element) -> str:
    return page.one("code", class_="address").text


def apps(page: Element) -> list[Element]:
    return [one for part in page.all("ul", class_="apps") for one in part.all("li") if one.all("a")]


@pytest.mark.parametrize(("agent", "first"), DEVICES)
def test_the_app_of_the_device_at_hand_stands_first(
    client: FlaskClient, agent: str, first: str
) -> None:
    answer = client.get("/feeds/nato?lang=en", headers={"User-Agent": agent})
    assert "User-Agent" in answer.vary
    found = apps(page_of(answer))
    assert found[0].all("a")[0].text.startswith(first)
    assert len(found) == 6


def test_each_app_says_how_it_is_done_and_when_it_looks_for_news_by_whose_word(
    client: FlaskClient,
) -> None:
    for app in apps(page_of(client.get("/feeds/nato?lang=en"))):
        assert app.one("summary").text.startswith("How it is done")
        assert len(app.one("ol").all("li")) == 3
        assert "Looks for news" in app.text
        source = app.all("a")[-1]
        assert source.text.startswith("Source")
        assert source.attrs["href"].startswith("https://")


def test_the_address_can_be_copied_and_the_page_scanned(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato?lang=en"))
    button = next(one for one in page.all("button") if one.text == "Copy the address")
    assert button.attrs["data-copy"] == address(page)
    code = page.one("div", class_="qr")
    assert code.attrs["aria-label"]
    assert code.one("svg").all("path")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cancelled=hide", "/feeds/nato.ics?cancelled=hide"),
        ("alarm=P1D&alarm=PT2H", "/feeds/nato.ics?alarm=P1D&alarm=PT2H"),
        ("past=30", "/feeds/custom.ics?feed=nato&past=30&lang=en"),
        ("past=0&cancelled=status", "/feeds/custom.ics?feed=nato&past=0&cancelled=status&lang=en"),
        ("cancelled=nonsense&alarm=x&past=-1", "/feeds/nato.ics"),
    ],
)
def test_options_become_parameters_of_the_address(
    client: FlaskClient, query: str, expected: str
) -> None:
    page = page_of(client.get(f"/feeds/nato?lang=en&{query}"))
    assert urlsplit(address(page)).path == urlsplit(expected).path
    assert parse_qs(urlsplit(address(page)).query) == parse_qs(urlsplit(expected).query)
    assert client.get(address(page).removeprefix(ORIGIN)).mimetype == "text/calendar"


def test_the_form_keeps_what_was_chosen(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato?lang=en&cancelled=hide&alarm=PT2H&past=365"))
    chosen = [
        one.text
        for name in ("cancelled", "past")
        for one in page.one("select", name=name).all("option")
        if "selected" in one.attrs
    ]
    assert chosen == ["Not at all", "For 365 days"]
    ticked = [
        one.attrs["value"] for one in page.all("input", name="alarm") if "checked" in one.attrs
    ]
    assert ticked == ["PT2H"]
    plain = client.get("/feeds/nato?lang=en&cancelled=&past=")
    assert plain.headers["Location"] == "/feeds/nato?lang=en"


def test_a_selection_has_a_page_to_subscribe_to_it(client: FlaskClient) -> None:
    found = page_of(client.get("/?lang=en&topic=summit&place=ankara"))
    follow = next(at for at in links(found) if at.startswith("/feeds/custom"))
    page = page_of(client.get(follow))
    assert page.one("h1").text == "Selected events: Summits, ankara"
    calendar = client.get(address(page).removeprefix(ORIGIN))
    assert calendar.mimetype == "text/calendar"
    assert b"SUMMARY;LANGUAGE=en:Summit in Ankara" in calendar.data
    for link in page.all("link", rel="alternate"):
        if "type" in link.attrs:
            assert client.get(link.attrs["href"].removeprefix(ORIGIN)).status_code == 200
    form = page.one("form", method="post")
    assert form.attrs["action"].startswith("/feeds/custom/reminders?topic=summit&place=ankara")


def test_nothing_chosen_is_nothing_to_subscribe_to(client: FlaskClient) -> None:
    assert client.get("/feeds/custom").status_code == 404
    assert client.get("/feeds/custom?past=30").status_code == 404
    for never in ("feed=nix", "topic=nix", "place=nix", "language=xx", "text=%CC%81"):
        answer = client.get(f"/feeds/custom?lang=en&{never}")
        assert answer.status_code == 400, "no app could subscribe to it"
        assert "Nothing is found." in answer.text
    nothing_yet = client.get("/feeds/custom?lang=en&text=zzz")
    assert nothing_yet.status_code == 200
    assert client.get(address(page_of(nothing_yet)).removeprefix(ORIGIN)).status_code == 200


def test_what_is_long_over_leaves_a_calendar_by_the_day(
    site: Service, client: FlaskClient, clock: SetClock
) -> None:
    publish_event(site, "over", "2026-01-04")
    publish_event(site, "weekly", "2025-01-01", recurrence={"rule": "FREQ=WEEKLY"})
    first = client.get("/feeds/custom.ics?feed=nato&past=2")
    assert b"over" in first.data
    assert b"weekly" in first.data
    assert b"the-hague" not in first.data
    csv = client.get("/feeds/custom.csv?feed=nato&past=2")
    clock.set(clock.now().replace(day=7))
    again = client.get(
        "/feeds/custom.ics?feed=nato&past=2",
        headers={"If-Modified-Since": first.headers["Last-Modified"]},
    )
    assert again.status_code == 200
    assert b"UID:over" not in again.data
    assert client.get("/feeds/custom.csv?feed=nato&past=2").data != csv.data


def test_a_window_that_is_no_number_is_told(client: FlaskClient) -> None:
    for wrong in ("x", "-1", "99999", "٣"):
        answer = client.get(f"/feeds/custom.ics?feed=nato&past={wrong}")
        assert answer.status_code == 400
        assert "is no number of days" in answer.text
