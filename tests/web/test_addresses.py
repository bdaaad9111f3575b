"""Addresses as people type and pass them on, and where they lead."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from tests.calendars_at_work import confirmed
from tests.web.test_preferences import link_of


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/calendar/2026/7", "/calendar/2026/07"),
        ("/calendar/2026/7/", "/calendar/2026/07"),
        ("/calendar/2026-7", "/calendar/2026/07"),
        ("/calendar/2026-07", "/calendar/2026/07"),
        ("/calendar/2026-07/", "/calendar/2026/07"),
        ("/calendar/2026/07/", "/calendar/2026/07"),
        ("/events/ankara/", "/events/ankara"),
        ("/events/ankara///", "/events/ankara"),
        ("/events/ankara.ics/", "/events/ankara.ics"),
        ("/feeds/nato/", "/feeds/nato"),
        ("/feeds/custom/", "/feeds/custom"),
        ("/feeds/nato.ics/", "/feeds/nato.ics"),
        ("/feeds/nato.atom/", "/feeds/nato.atom"),
        ("/embed/nato/", "/embed/nato"),
        ("/privacy/", "/privacy"),
        ("/hours/", "/hours"),
        ("/preferences/", "/preferences"),
        ("/confirm/forged/", "/confirm/forged"),
        ("/robots.txt/", "/robots.txt"),
    ],
)
@pytest.mark.parametrize("query", ["", "?lang=en&topic=a%26b&topic=%C3%AB&x="])
def test_what_is_nearly_a_pages_address_leads_there_with_its_query(
    client: FlaskClient, asked: str, there: str, query: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = client.open(asked + query, method=method, headers={"Host": "evil.example.org"})
        assert answer.status_code == 301
        assert answer.headers["Location"] == there + query


@pytest.mark.parametrize(
    "asked",
    [
        *("/nothing/", "/nothing/else/", "/calendar/", "/calendar/26/7", "/calendar/2026/007"),
        *("/calendar/2026/7/1", "/calendar/٢٠٢٦/7", "/events/", "/feeds/", "/evil.example.org/"),
        *("/%2F%2Fevil.example.org/", "/%5Cevil.example.org/", "/events/a%00/", "/bounces/"),
        "/check-your-mail%0d%0aX:y/",
    ],
)
def test_what_is_no_pages_address_with_or_without_a_slash_is_404(
    client: FlaskClient, asked: str
) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


def test_a_form_is_led_nowhere(client: FlaskClient) -> None:
    for asked in ("/feeds/nato/reminders/", "/events/ankara/reminders/", "/preferences/"):
        assert client.post(asked, data={}).status_code == 404


def test_a_secret_address_stays_one_on_the_way(client: FlaskClient, site: Service) -> None:
    confirmed(site)
    answer = client.get(link_of(site) + "/")
    assert answer.status_code == 301
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/feeds/nato?slug=x&alarm=", "/feeds/nato?slug=x"),
        ("/calendar/2026/07?text=&year=1&number=2", "/calendar/2026/07?year=1&number=2"),
        ("/?text=&endpoint=x", "/?endpoint=x"),
        ("/?text=&_anchor=x&_method=PUT", "/?_anchor=x&_method=PUT"),
        (
            "/?text=&_external=1&_scheme=javascript",
            "/?_external=1&_scheme=javascript",
        ),
        ("/?topic=&topic=a&lang=en&topic=b", "/?topic=a&topic=b&lang=en"),
        ("/?text=", "/"),
    ],
)
def test_no_name_in_an_address_is_taken_for_one_of_ours(
    client: FlaskClient, asked: str, there: str
) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, there)
