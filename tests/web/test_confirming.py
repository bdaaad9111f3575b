"""The page that a confirmation's link opens, where several things wait for one address."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.confirming import confirm_token
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.search import Search
from calendar_service.language.catalogues import LANGUAGES, translator
from tests.calendars_at_work import sign_up
from tests.stores import WINTER
from tests.web.reading import Element, page_of
from tests.web.test_signup import followed, is_private, what_is_stored

HOSTILE = '<b>free</b> & "money" {{ 7*7 }}'


@pytest.fixture
def link(site: Service) -> str:
    """Of a mail about a feed; an event and a search were asked for later."""
    first = sign_up(site)
    sign_up(site, event="ankara", offsets=("P7D", "P0D"), language="fr", zone="Asia/Tokyo")
    sign_up(site, search=Search(text=(HOSTILE,)))
    return f"/confirm/{confirm_token(site, first)}"


def buttons(page: Element, name: str) -> list[str]:
    return [one.attrs["value"] for one in page.all("button", name=name)]


def titles(page: Element) -> list[str]:
    return [one.text for one in page.all("h2")]


def test_all_that_waits_is_shown_with_its_choices_and_nothing_is_chosen_beforehand(
    client: FlaskClient, link: str
) -> None:
    page = page_of(client.get(link + "?lang=en")).one("main")
    assert titles(page) == [f"Selected events: “{HOSTILE}”", "Summit in Ankara", "NATO"]
    assert not page.all("b")
    assert not page.all("input", type="checkbox")
    assert not page.all("input", type="radio")
    (event,) = [one for one in page.all("section") if "Ankara" in one.text]
    for fact in ("a week before", "on the morning", "français", "Tokyo", "5 January 2026"):
        assert fact in event.text, fact
    shown = [one.attrs["value"] for one in page.all("input", name="shown")]
    assert buttons(page, "only") == shown
    assert [one.text for one in page.all("button")] == ["Confirm only this"] * 3 + [
        "Confirm all (3)"
    ]
    headings = {one.attrs["id"] for one in page.all("h2")}
    assert {one.attrs["aria-describedby"] for one in page.all("button", name="only")} == headings


def test_one_button_confirms_what_it_stands_below_and_the_rest_still_waits(
    client: FlaskClient, site: Service, link: str
) -> None:
    event = buttons(page_of(client.get(link)), "only")[1]
    done = page_of(client.post(link + "?lang=en", data={"only": event, "shown": [event, "x"]}))
    assert followed(site) == [("reader@example.org", "ankara")]
    assert "Summit in Ankara" in done.one(role="status").text
    assert "NATO" not in done.one(role="status").text
    (rest,) = [one for one in done.all("a") if one.text == "Still waiting for your answer (2)"]
    again = page_of(client.get(rest.attrs["href"]))
    assert titles(again) == [f"Selected events: “{HOSTILE}”", "NATO"]
    assert again.one("html").attrs["lang"] == "en"


def test_the_other_button_confirms_all_that_was_shown(
    client: FlaskClient, site: Service, link: str
) -> None:
    shown = [one.attrs["value"] for one in page_of(client.get(link)).all("input", name="shown")]
    sign_up(site, event="meeting")
    done = client.post(link + "?lang=en", data={"shown": shown})
    assert done.status_code == 200
    names = [name for _, name in followed(site)]
    assert (len(names), "meeting" in names) == (3, False), "what came since was not shown"
    once_more = client.post(link + "?lang=en", data={"shown": shown})
    assert once_more.status_code == 200
    assert len(followed(site)) == 3
    left = page_of(client.get(link + "?lang=en"))
    assert "You have confirmed this already." in left.one(role="status").text
    assert titles(left) == ["meeting"]
    assert [one.text for one in left.one("main").all("button")] == ["Yes, remind me"]


def test_what_was_asked_for_anew_since_it_was_shown_is_shown_again_and_not_confirmed(
    client: FlaskClient, site: Service, link: str
) -> None:
    page = page_of(client.get(link))
    sign_up(site, event="ankara", offsets=("P1D",), language="tr")
    before = what_is_stored(site)
    for data in ({"only": buttons(page, "only")[1]}, {"shown": buttons(page, "only")}):
        answer = client.post(link + "?lang=en", data=data)
        assert answer.status_code == 409
        assert is_private(answer)
        assert "Please look at it again" in page_of(answer).one(role="alert").text
        assert len(buttons(page_of(answer), "only")) == 3
    assert what_is_stored(site) == before
    newest = buttons(page_of(client.get(link)), "only")[0]
    assert client.post(link, data={"only": newest}).status_code == 200
    assert followed(site) == [("reader@example.org", "ankara")]


@pytest.mark.parametrize("data", [{"only": "nothing"}, {"shown": ["", "x"]}, {"only": "\x00"}])
def test_an_odd_form_confirms_nothing(
    client: FlaskClient, site: Service, link: str, data: dict[str, str]
) -> None:
    assert client.post(link, data=data).status_code == 409
    assert followed(site) == []


def test_looking_at_it_changes_nothing(client: FlaskClient, site: Service, link: str) -> None:
    before = what_is_stored(site)
    key = buttons(page_of(client.get(link)), "only")[0]
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(f"{link}?only={key}&shown={key}", method=method).status_code == 200
    assert what_is_stored(site) == before


def test_a_link_shows_nothing_of_another_address(
    client: FlaskClient, site: Service, link: str
) -> None:
    other = sign_up(site, "other@example.org", event="meeting")
    assert "meeting" not in page_of(client.get(link)).text
    assert client.post(link, data={"only": other}).status_code == 409
    assert followed(site) == []


def test_what_has_expired_is_not_shown_and_a_link_of_it_is_gone(
    client: FlaskClient, site: Service, clock: SetClock, link: str
) -> None:
    clock.set(WINTER + timedelta(hours=1))
    later = f"/confirm/{confirm_token(site, sign_up(site, event='meeting'))}"
    clock.set(WINTER + timedelta(hours=48))
    assert client.get(link).status_code == 410
    assert titles(page_of(client.get(later))) == ["meeting"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_speaks_every_language(client: FlaskClient, link: str, code: str) -> None:
    page = page_of(client.get(f"{link}?lang={code}"))
    say = translator(code).gettext
    assert page.one("h1").text == say("Confirm your reminders")
    assert [one.text for one in page.one("main").all("button")] == [
        *[say("Confirm only this")] * 3,
        say("Confirm all (%(count)s)") % {"count": 3},
    ]
    assert code == "en" or "Asked for" not in page.one("main").text


@pytest.mark.parametrize("code", ["sq", "uk"])
def test_the_way_back_to_the_calendar_keeps_the_language_that_a_links_page_speaks(
    client: FlaskClient, site: Service, code: str
) -> None:
    link = f"/confirm/{confirm_token(site, sign_up(site, language=code))}"
    other = {"Accept-Language": "de"}
    for answer in (client.post(link, headers=other), client.get(link, headers=other)):
        page = page_of(answer)
        _choices, back = page.one("main").all("a")
        home = client.get(back.attrs["href"], headers=other)
        assert home.headers["Content-Language"] == code
        ways = [one.attrs["href"] for one in page.one("footer").all("a")]
        assert all(re.search(rf"[?&]lang={code}\b", one) for one in ways)
    chosen = page_of(client.get(link + "?lang=fr", headers=other)).one("main").all("a")[-1]
    assert client.get(chosen.attrs["href"]).headers["Content-Language"] == "fr"
