"""A reader's own calendar: what they follow alone, at an address that they can revoke."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from calendar_service.actions.tokens import Purpose, make_token
from calendar_service.clock import SetClock
from calendar_service.store.rows import PrivateCalendarRow
from tests.calendars_at_work import confirmed
from tests.stores import WINTER
from tests.web.reading import page_of
from tests.web.test_preferences import link_of

ADDRESS = "reader@example.org"


@pytest.fixture
def link(site: Service) -> str:
    """The link of a reader who follows two events, and is reminded of each otherwise."""
    confirmed(site, ADDRESS, event="ankara", language="fr")
    confirmed(site, ADDRESS, event="meeting", language="fr", offsets=("P0D", "PT2H"))
    return link_of(site)


def address_of(client: FlaskClient, link: str, **form: str) -> str:
    """Makes a calendar; its path."""
    answer = client.post(f"{link}/calendar?lang=en", data=form)
    assert answer.status_code == 303
    page = page_of(client.get(answer.headers["Location"]))
    assert "It is made" in page.one(role="status").text
    shown = page.one("code", class_="address").text
    assert shown.startswith("http://127.0.0.1:8000/my/")
    return shown.removeprefix("http://127.0.0.1:8000")


def events(answer: TestResponse) -> dict[str, list[str]]:
    """The triggers of each event's alarms, by its title."""
    assert answer.status_code == 200
    parts = answer.text.replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    return {
        re.findall(r"^SUMMARY[^:]*:(.*)\r$", part, re.MULTILINE)[0]: re.findall(
            r"^TRIGGER:(.*)\r$", part, re.MULTILINE
        )
        for part in parts
    }


def test_it_has_what_its_reader_follows_in_their_language(client: FlaskClient, link: str) -> None:
    answer = client.get(address_of(client, link))
    assert events(answer) == {"Sommet d’Ankara": [], "meeting": []}
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert answer.headers["Content-Language"] == "fr"
    assert (answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"]) == (
        "no-referrer",
        "noindex, nofollow",
    )
    assert b"/my/" not in answer.data
    assert b"X-WR-CALNAME:Mes" in answer.data


def test_alarms_ring_when_the_reader_is_reminded(client: FlaskClient, link: str) -> None:
    """Brussels and Tirana share their hours: the morning of 15:00 is seven hours before."""
    answer = client.get(address_of(client, link, alarms="yes"))
    assert events(answer) == {"Sommet d’Ankara": ["-PT16H"], "meeting": ["-PT2H", "-PT7H"]}


def test_it_is_sent_again_only_when_something_has_changed(
    client: FlaskClient, site: Service, clock: SetClock, link: str
) -> None:
    address = address_of(client, link)
    first = client.get(address)
    seen = {"If-None-Match": first.headers["ETag"]}
    again = client.get(address, headers=seen)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]
    by_date = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(address, headers=by_date).status_code == 304
    clock.set(WINTER + timedelta(hours=1))
    cancel_event(site, "meeting", "Snow.")
    assert client.get(address, headers=seen).status_code == 200
    confirmed(site, ADDRESS)
    assert "talks" in events(client.get(address))


def test_it_is_compressed_for_who_asks_and_each_coding_has_its_tag(
    client: FlaskClient, link: str
) -> None:
    address = address_of(client, link)
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    either = {"If-None-Match": packed.headers["ETag"]}
    assert client.get(address, headers=either).status_code == 304
    head = client.head(address)
    assert (head.data, head.headers["ETag"]) == (b"", plain.headers["ETag"])


def test_a_revoked_address_is_gone_and_a_new_one_is_another(
    client: FlaskClient, site: Service, clock: SetClock, link: str
) -> None:
    first = address_of(client, link)
    clock.set(WINTER + timedelta(hours=1))
    second = address_of(client, link, alarms="yes")
    assert first != second
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    client.post(f"{link}/calendar", data={"revoke": "yes"})
    gone = client.get(second)
    assert (gone.status_code, gone.mimetype) == (410, "text/plain")
    third = address_of(client, link)
    erase_reader(site, ADDRESS)
    assert client.get(third).status_code == 410


def test_a_forged_address_is_gone_and_no_other_link_is_one(
    client: FlaskClient, site: Service, link: str
) -> None:
    token = address_of(client, link).split("/")[2]
    other = make_token(site.secret, Purpose.CALENDAR, "nobody", WINTER.isoformat())
    for one in ("x", token[:-2], token + "x", other, link.rpartition("/")[2], "a" * 3000):
        answer = client.get(f"/my/{one}/calendar.ics")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (410, "no-store")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_store_does_not_have_the_address(client: FlaskClient, site: Service, link: str) -> None:
    token = address_of(client, link).split("/")[2]
    with site.database.read() as session:
        row = session.scalars(select(PrivateCalendarRow)).one()
    assert token not in row.digest
    assert len(row.digest) == 64


def test_robots_are_told_nothing_of_it(client: FlaskClient) -> None:
    assert "/my/" not in client.get("/robots.txt").text


def test_who_follows_nothing_any_more_has_an_empty_one(
    client: FlaskClient, site: Service, link: str
) -> None:
    address = address_of(client, link)
    client.post(f"{link}/stop", data={"only": "all"})
    assert events(client.get(address)) == {}


def test_who_reads_another_language_has_it_in_that_of_the_site(
    client: FlaskClient, site: Service
) -> None:
    confirmed(site, ADDRESS, event="ankara", language="de")
    answer = client.get(address_of(client, link_of(site)))
    assert events(answer) == {"Samiti i Ankarasë": []}
    assert answer.headers["Content-Language"] == "sq"
