"""What an address asks of a page that cannot be had: told on it, with all else as it was asked."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Element, page_of
from tests.web.test_agenda import listed
from tests.web.test_subscribing import address

PAGES = (
    "/",
    "/calendar/2026/07",
    "/events/ankara",
    "/feeds/nato",
    "/feeds/custom?topic=summit",
    "/hours",
    "/privacy",
    "/imprint",
    "/check-your-mail",
    "/preferences",
)


def asking(page: str, query: str) -> str:
    return f"{page}{'&' if '?' in page else '?'}lang=en&{query}"


def notes(page: Element) -> list[str]:
    """What the page says of its address, besides what is wrong with it."""
    return [one.text for one in page.one("main").all("p", class_="note", role="status")]


def wrong(page: Element) -> str:
    return " ".join(one.text for one in page.one("main").all(role="alert"))


@pytest.mark.parametrize("page", PAGES)
def test_an_option_that_no_page_has_is_told_and_costs_nothing(
    client: FlaskClient, page: str
) -> None:
    answer = client.get(asking(page, "colour=red"))
    assert answer.status_code == 200
    told = notes(page_of(answer))
    assert told == ["This page has no option “colour”, so it is left out."]
    assert notes(page_of(client.get(asking(page, "zone=Asia/Tokyo")))) == []


def test_a_name_that_is_nearly_one_is_told_with_the_right_one(client: FlaskClient) -> None:
    (told,) = notes(page_of(client.get("/?lang=en&topc=summit")))
    assert told.endswith("so it is left out. Did you mean “topic”?")
    (told,) = notes(page_of(client.get("/feeds/nato?lang=en&alarms=P1D")))
    assert told.endswith("Did you mean “alarm”?")


def test_a_page_takes_no_option_of_another(client: FlaskClient) -> None:
    for page, query in (
        ("/feeds/nato", "topic=summit"),
        ("/calendar/2026/07", "from=2026-07-01"),
        ("/events/ankara", "past=30"),
    ):
        (told,) = notes(page_of(client.get(asking(page, query))))
        assert f"no option “{query.partition('=')[0]}”" in told


def test_what_others_put_behind_an_address_that_they_pass_on_is_nothing_to_speak_of(
    client: FlaskClient,
) -> None:
    marks = "utm_source=news&utm_medium=social&fbclid=IwAR0&gclid=x&mc_cid=1&_x_tr_tl=sq"
    answer = client.get(f"/events/ankara?lang=en&{marks}")
    assert answer.status_code == 200
    assert notes(page_of(answer)) == []


def test_what_is_there_twice_and_counts_once_is_told(client: FlaskClient) -> None:
    (told,) = notes(page_of(client.get("/?lang=en&from=2026-01-01&from=2026-07-01")))
    assert told == "“from” is in the address twice. The first one counts."
    assert notes(page_of(client.get("/?lang=en&topic=a&topic=b&text=x&text=y"))) == [
        "Nothing is found. Look for less, or for other words."
    ]


def test_a_language_that_is_none_is_told(client: FlaskClient) -> None:
    for page in PAGES:
        asked = asking(page, "").replace("lang=en", "lang=xx")
        answer = client.get(asked, headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        (told,) = notes(page_of(answer))
        assert "“xx”" in told


@pytest.mark.parametrize("days", ["-1", "x", "99999", "٣", "3651", "1e3"])
@pytest.mark.parametrize("page", ["/", "/calendar/2026/07", "/feeds/nato", PAGES[4]])
def test_a_number_of_days_that_is_none_is_told(client: FlaskClient, page: str, days: str) -> None:
    answer = client.get(asking(page, f"past={days}"))
    assert answer.status_code == 400
    shown = page_of(answer)
    assert wrong(shown) == f"“{days}” is no number of days. Write one from 0 to 3650."
    assert shown.one("h1").text != "This did not work"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("cancelled=nonsense", "“cancelled=nonsense” means nothing here."),
        ("alarm=tomorrow", "“alarm=tomorrow” means nothing here."),
        ("&".join(f"alarm=P{days}D" for days in range(1, 8)), "More than 5 alarms cannot be had."),
        ("zone=Mars/Olympus", "No time zone is called “Mars/Olympus”."),
    ],
)
def test_what_a_calendar_cannot_be_like_is_told_and_all_else_is_as_it_was_asked(
    client: FlaskClient, query: str, words: str
) -> None:
    for page in ("/feeds/nato", PAGES[4]):
        answer = client.get(asking(page, f"{query}&past=30&alarm=P1D"))
        assert answer.status_code == 400
        shown = page_of(answer)
        assert words in wrong(shown)
        assert "past=30" in address(shown)
        assert "alarm=P1D" in address(shown)
        assert listed(shown)


@pytest.mark.parametrize("page", ["/events/ankara", "/hours", "/"])
def test_a_zone_that_is_none_is_told_wherever_hours_are(client: FlaskClient, page: str) -> None:
    answer = client.get(asking(page, "zone=Mars/Olympus"))
    assert answer.status_code == 400
    assert "No time zone is called “Mars/Olympus”." in wrong(page_of(answer))


def test_of_two_places_with_one_zone_the_one_it_is_named_after_stands_chosen(
    client: FlaskClient,
) -> None:
    page = page_of(client.get("/hours?lang=en&zone=Europe/Tirane"))
    chosen = [one.text for one in page.all("option") if "selected" in one.attrs]
    assert chosen == ["Tirana, Albania"]


def test_what_is_asked_for_and_not_among_the_usual_is_offered_too(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato?lang=en&past=7&alarm=PT45M"))
    (chosen,) = [
        one for one in page.one("select", name="past").all("option") if "selected" in one.attrs
    ]
    assert (chosen.attrs["value"], chosen.text) == ("7", "For 7 days")
    ticked = [
        one.attrs["value"] for one in page.all("input", name="alarm") if "checked" in one.attrs
    ]
    assert ticked == ["PT45M"]
    assert "past=7" in address(page)
    assert "alarm=PT45M" in address(page)
    assert client.get(address(page).removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_a_selection_of_nothing_that_can_be_had_says_why(client: FlaskClient) -> None:
    answer = client.get("/feeds/custom?lang=en&past=-1")
    assert answer.status_code == 400
    assert "“-1” is no number of days." in page_of(answer).one("main").text


def test_what_is_wrong_with_an_address_is_kept_by_nobody(client: FlaskClient) -> None:
    for query in ("past=-1", "zone=Mars/Olympus"):
        answer = client.get(f"/feeds/nato?{query}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
