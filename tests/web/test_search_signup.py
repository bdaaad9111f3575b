"""Signing up for what a search finds, from its page to its title in mails and on pages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from tests.web.reading import page_of
from tests.web.test_preferences import link_of
from tests.web.test_signup import TYPED, followed, newest_confirm_link, ticked

PAGE = "/feeds/custom?topic=summit&text=ankara&lang=en"


def test_a_reader_signs_up_for_a_search_and_it_is_named_on_their_page(
    client: FlaskClient, site: Service
) -> None:
    form = page_of(client.get(PAGE)).one("form", method="post")
    assert ticked(form, "arrivals") == ["yes"]
    answer = client.post(form.attrs["action"], data=TYPED | {"arrivals": "yes"})
    assert answer.status_code == 303
    link = newest_confirm_link(site)
    asked = page_of(client.get(link + "?lang=en"))
    assert asked.one("h2").text == "Selected events: Summits, “ankara”"
    done = page_of(client.post(link + "?lang=en"))
    assert "Selected events: Summits, “ankara”" in done.one(role="status").text
    assert followed(site) == [("reader@example.org", "topic=summit&text=ankara")]
    mine = page_of(client.get(link_of(site) + "?lang=en"))
    assert mine.one("strong").text == "Selected events: Summits, “ankara”"
    assert ticked(mine, "arrivals") == ["yes"]


def test_what_was_typed_is_kept_on_the_page_of_the_search(client: FlaskClient) -> None:
    form = page_of(client.get(PAGE)).one("form", method="post")
    answer = client.post(form.attrs["action"], data=TYPED | {"address": "nobody"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.one("form", method="post").attrs["action"] == form.attrs["action"]
    assert page.one("input", name="address").attrs["value"] == "nobody"
    assert "ankara" in page.one("h1").text


@pytest.mark.parametrize(
    "query", ["", "?past=30", "?text=", "?text=%CC%81", "?text=a%07b", "?nothing=x", "?text=%00"]
)
def test_a_search_that_names_nothing_cannot_be_followed(
    client: FlaskClient, site: Service, query: str
) -> None:
    answer = client.post(f"/feeds/custom/reminders{query}", data=TYPED)
    assert answer.status_code == 404
    assert followed(site) == []


def test_who_reloads_the_forms_own_address_is_led_to_the_form(client: FlaskClient) -> None:
    answer = client.get("/feeds/custom/reminders?topic=summit&lang=en")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/feeds/custom?topic=summit&lang=en"
