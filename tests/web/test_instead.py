"""A form that comes too late, or to the wrong address: what was typed stands, with a way on."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from tests.web.reading import Element, page_of
from tests.web.sites import client_of, on_another_connection, without_database
from tests.web.test_signup import TYPED, choices, ticked, what_is_stored


def calendars(page: Element) -> dict[str, str]:
    """The calendars that the form may be sent to instead, by their buttons."""
    buttons = page.one("form", method="post").all("button", type="submit")
    return {one.text: one.attrs["formaction"] for one in buttons}


@pytest.mark.parametrize("event", ["the-hague", "called-off", "meeting"])
def test_for_an_event_that_is_over_or_cancelled_its_calendars_are_offered_with_what_was_typed(
    client: FlaskClient, site: Service, event: str
) -> None:
    cancel_event(site, "meeting", "")
    answer = client.post(f"/events/{event}/reminders?lang=en", data=TYPED)
    assert answer.status_code == 409
    assert answer.headers["Cache-Control"] == "no-store"
    page = page_of(answer)
    assert page.one("h1").text == "This is not possible any more"
    form = page.one("form", method="post")
    assert form.one("input", name="address").attrs["value"] == TYPED["address"]
    assert ticked(form, "offsets") == TYPED["offsets"]
    assert choices(form, "field-zone") == [TYPED["zone"]]
    assert choices(form, "field-language") == [TYPED["language"]]
    in_summits = {"Remind me of: Summits": "/feeds/summits/reminders?lang=en#reminders"}
    assert calendars(page) == {
        "Remind me of: NATO": "/feeds/nato/reminders?lang=en#reminders",
        **(in_summits if event == "the-hague" else {}),
    }
    assert what_is_stored(site) == (0, 0, 0, 0)


def test_another_calendar_is_agreed_to_anew_and_then_followed(
    client: FlaskClient, site: Service
) -> None:
    page = page_of(client.post("/events/the-hague/reminders?lang=en", data=TYPED))
    assert ticked(page, "consent") == []
    assert "Nothing that you typed is lost" in page.one(role="alert").text
    action = calendars(page)["Remind me of: Summits"].removesuffix("#reminders")
    assert client.post(action, data=TYPED).status_code == 303
    assert what_is_stored(site) == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/feeds/nothing/reminders", 404),
        ("/events/nothing/reminders", 404),
        ("/events/planned-in-secret/reminders", 404),
        ("/feeds/custom/reminders", 404),
        ("/nothing", 404),
        ("/feeds/nato", 405),
        ("/events/ankara", 405),
    ],
)
def test_what_is_sent_to_what_is_not_there_any_more_or_to_a_page_is_kept(
    client: FlaskClient, site: Service, address: str, status: int
) -> None:
    answer = client.post(f"{address}?lang=en", data=TYPED)
    assert answer.status_code == status
    page = page_of(answer)
    assert page.one("input", name="address").attrs["value"] == TYPED["address"]
    assert list(calendars(page)) == ["Remind me of: NATO", "Remind me of: Summits"]
    assert what_is_stored(site) == (0, 0, 0, 0)


def test_a_calendars_name_in_another_language_says_so(client: FlaskClient) -> None:
    page = page_of(client.post("/feeds/nothing/reminders?lang=de", data=TYPED))
    (button, *_) = page.one("form", method="post").all("button", type="submit")
    assert button.text == "Erinnern Sie mich an: NATO"
    assert "lang" in button.one("bdi").attrs


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/nothing", "method": "GET"},
        {"path": "/nothing", "method": "POST", "data": {"offsets": "P1D"}},
        {"path": "/feeds/nothing.ics", "method": "POST", "data": TYPED},
        {"path": "/nothing", "method": "POST", "data": b"\xff" * (256 * 1024)},
        {
            "path": "/nothing",
            "method": "POST",
            "data": b"a=" + b"1" * (256 * 1024),
            "content_type": "application/x-www-form-urlencoded",
        },
        {"path": "/confirm/forged", "method": "POST", "data": {"only": "x"}},
    ],
)
def test_where_nothing_was_typed_into_a_form_none_is_shown(
    client: FlaskClient, asked: dict[str, Any]
) -> None:
    answer = client.open(**asked)
    assert answer.status_code in {404, 405, 410}
    assert "<form" not in answer.text


def test_without_a_database_it_is_answered_all_the_same(site: Service) -> None:
    with without_database(site) as client:
        answer = client.post("/nothing", data=TYPED)
        assert answer.status_code == 404
        assert "<form" not in answer.text


def test_a_locked_database_keeps_nobody_from_their_way_on(site: Service) -> None:
    with on_another_connection(site) as (hasty, database), database.write():
        answer = client_of(hasty).post("/events/the-hague/reminders", data=TYPED)
        assert answer.status_code == 409
        assert page_of(answer).all("input", name="address")
