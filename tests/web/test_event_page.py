"""An event's page: what has changed, how to keep it and to pass it on, and what machines read."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from PIL import Image

from calendar_service.actions.publishing import cancel_event, move_event, postpone_event
from calendar_service.actions.service import Service
from calendar_service.domain.when import AllDay, InMonth
from tests.builders import timed
from tests.calendars_at_work import publish_event
from tests.web.reading import Element, links, page_of

ORIGIN = "http://127.0.0.1:8000"
LATER = AllDay(date(2026, 7, 14), date(2026, 7, 15))


def meta(page: Element, name: str) -> str:
    return page.one("meta", property=name).attrs["content"]


def linked(page: Element) -> Any:
    return json.loads(page.one("script", type="application/ld+json").text)


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_a_move_is_told_at_once_and_in_the_history(site: Service, client: FlaskClient) -> None:
    assert not page_of(client.get("/events/ankara?lang=en")).all("section", class_="history")
    move_event(site, "ankara", LATER)
    page = page_of(client.get("/events/ankara?lang=en"))
    note = page.one("article").one("p", class_="note")
    assert note.text == "The date has changed. Before, it was: 7–8 July 2026."
    history = [one.text for one in page.one("section", class_="history").all("li")]
    assert history == [
        "Monday, 5 January 2026 Moved from 7–8 July 2026 to 14–15 July 2026.",
        "Monday, 5 January 2026 Published.",
    ]
    assert linked(page)["eventStatus"] == "https://schema.org/EventRescheduled"
    assert linked(page)["previousStartDate"] == ["2026-07-07"]


def test_a_running_event_says_so(client: FlaskClient) -> None:
    page = page_of(client.get("/events/talks?lang=en"))
    assert page.one("p", class_="runs").text == "Now"
    assert not page_of(client.get("/events/ankara?lang=en")).all("p", class_="runs")


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_does_not_take_place_is_unmistakable_everywhere(
    site: Service, client: FlaskClient, status: str
) -> None:
    publish_event(site, "off", "2026-06-01", status=status, reason={"en": "Snow."})
    word = status.capitalize()
    page = page_of(client.get("/events/off?lang=en"))
    assert page.one("title").text.startswith(f"{word}: off")
    assert meta(page, "og:title") == f"{word}: off"
    assert page.one("p", class_="mark").text == word
    assert page.one("p", class_="note").text == "Snow."
    assert linked(page)["eventStatus"] == f"https://schema.org/Event{word}"
    assert not [at for at in links(page) if "calendar.google.com" in at or ".ics" in at]
    assert bool(page.all("form")) is (status == "postponed")  # whose new date is waited for


def test_the_month_that_an_event_is_put_off_to_is_not_struck_as_an_old_date_is(
    site: Service, client: FlaskClient
) -> None:
    publish_event(site, "off", "2026-06-01")
    assert not page_of(client.get("/events/off?lang=en")).all(class_="undated")
    postpone_event(site, "off", "Snow.", until=InMonth(2026, 9))
    for path in ("/events/off?", "/?text=off&", "/embed/nato?limit=20&"):
        shown = page_of(client.get(f"{path}lang=en"))
        assert "undated" in shown.one(class_="postponed").attrs["class"].split(), path


def test_one_event_is_added_to_other_peoples_calendars(client: FlaskClient) -> None:
    page = page_of(client.get("/events/meeting?lang=en"))
    google, outlook, office = (
        next(at for at in links(page) if at.startswith(f"https://{host}"))
        for host in ("calendar.google.com", "outlook.live.com", "outlook.office.com")
    )
    assert query(google)["dates"] == "20260212T150000/20260212T180000"
    assert query(google)["ctz"] == "Europe/Brussels"
    assert f"{ORIGIN}/events/meeting?lang=en" in query(google)["details"]
    for address in (outlook, office):
        assert query(address)["startdt"] == "2026-02-12T14:00:00Z"
        assert query(address)["enddt"] == "2026-02-12T17:00:00Z"
    whole_days = page_of(client.get("/events/ankara?lang=en"))
    google = next(at for at in links(whole_days) if at.startswith("https://calendar.google.com"))
    assert query(google)["dates"] == "20260707/20260709"
    assert query(google)["location"] == "Ankara"


def test_a_page_is_shared_by_mail_and_its_address_copied(client: FlaskClient) -> None:
    page = page_of(client.get("/events/ankara?lang=en"))
    mail = next(at for at in links(page) if at.startswith("mailto:"))
    assert query(mail)["subject"] == "Summit in Ankara"
    assert query(mail)["body"].splitlines() == [
        "Summit in Ankara",
        "7–8 July 2026 · Ankara",
        f"{ORIGIN}/events/ankara?lang=en",
    ]
    for button in page.one("p", class_="share").all("button"):
        assert "hidden" in button.attrs  # until a script can do what it says


def test_machines_read_what_people_read(client: FlaskClient) -> None:
    page = page_of(client.get("/events/ankara?lang=en"))
    told = linked(page)
    assert told["@type"] == "Event"
    assert (told["startDate"], told["endDate"]) == ("2026-07-07", "2026-07-08")
    assert told["location"]["name"] == "Ankara"
    assert told["image"] == meta(page, "og:image")
    assert meta(page, "og:title") == page.one("h1").text
    assert meta(page, "og:description") == "7–8 July 2026 · Ankara"
    assert meta(page, "og:url") == page.one("link", rel="canonical").attrs["href"]


def test_the_picture_is_of_this_event_in_this_language(site: Service, client: FlaskClient) -> None:
    address = meta(page_of(client.get("/events/ankara?lang=en")), "og:image")
    other = meta(page_of(client.get("/events/ankara?lang=sq")), "og:image")
    assert address != other
    answer = client.get(address.removeprefix(ORIGIN))
    assert answer.mimetype == "image/png"
    assert Image.open(io.BytesIO(answer.data)).size == (1200, 630)
    assert answer.data != client.get(other.removeprefix(ORIGIN)).data
    again = client.get(
        address.removeprefix(ORIGIN), headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    move_event(site, "ankara", LATER)
    moved = meta(page_of(client.get("/events/ankara?lang=en")), "og:image")
    assert moved != address
    assert client.get(moved.removeprefix(ORIGIN)).data != answer.data


def test_there_is_no_picture_of_a_draft_or_of_nothing(client: FlaskClient) -> None:
    for name in ("planned-in-secret", "nothing"):
        assert client.get(f"/events/{name}.png").status_code == 404


def test_a_series_says_that_it_is_one_and_when_it_is_next(
    site: Service, client: FlaskClient
) -> None:
    weekly = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY"}}
    publish_event(site, "briefing", "2025-12-01T11:00:00", end="2025-12-01T12:00:00", **weekly)
    page = page_of(client.get("/events/briefing?lang=en"))
    assert "Monday, 5 January 2026, 11:00–12:00" in page.one("dl", class_="facts").text
    assert "One date of a series." in page.text


def test_where_to_join_and_who_organises_is_told(site: Service, client: FlaskClient) -> None:
    publish_event(
        site,
        "talk",
        "2026-06-01",
        organizer={"en": "Atlantic Council"},
        conference={"url": "https://example.org/live", "title": {"en": "Live stream"}},
    )
    page = page_of(client.get("/events/talk?lang=en"))
    assert "Organiser Atlantic Council" in page.one("dl", class_="facts").text
    assert "https://example.org/live" in links(page)
    assert linked(page)["organizer"]["name"] == "Atlantic Council"


def test_a_move_back_is_no_news_and_a_past_one_is_history(
    site: Service, client: FlaskClient
) -> None:
    for when in (timed("2026-02-13 15:00", "18:00"), timed("2026-02-12 15:00", "18:00")):
        move_event(site, "meeting", when)
    page = page_of(client.get("/events/meeting?lang=en"))
    assert "12 February 2026" in page.one("dl", class_="facts").text
    assert len(page.one("section", class_="history").all("li")) == 3
    cancel_event(site, "meeting", "Nobody can come.")
    page = page_of(client.get("/events/meeting?lang=en"))
    assert page.one("article").one("p", class_="note").text == "Nobody can come."
