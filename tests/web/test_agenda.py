"""The agenda and the months: chosen from, paged through, kept and passed on by their addresses."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.agenda import MOST_COMING, MOST_ON_A_PAGE, MOST_PAST
from calendar_service.actions.months import MOST_ON_A_DAY
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.when import AllDay
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.web.reading import Element, links, page_of
from tests.web.sites import client_of

SELECTIONS: tuple[tuple[str, list[str]], ...] = (
    ("text=bruksel", ["Takim në Bruksel"]),
    ("text=BRUKSËL", ["Takim në Bruksel"]),
    ("text=ethet", ["Takim në Bruksel"]),
    ("text=bruksel+takim", ["Takim në Bruksel"]),
    ("text=%22takim+n%C3%AB%22", ["Takim në Bruksel"]),
    ("text=%22bruksel+takim%22", []),
    ("text=%CC%81", []),
    ("place=ankara", ["Summit in Ankara"]),
    ("topic=summit", ["Summit in Ankara", "the-hague"]),
    ("feed=summits", ["Summit in Ankara", "the-hague"]),
    ("language=fr", ["Summit in Ankara"]),
    ("topic=summit&place=ankara", ["Summit in Ankara"]),
    ("topic=summit&topic=other", ["Summit in Ankara", "Takim në Bruksel", "the-hague"]),
)

MONTHLY = {"rule": "FREQ=MONTHLY"}


@pytest.fixture
def searched(site: Service, client: FlaskClient) -> FlaskClient:
    publish_event(
        site,
        "bruksel",
        "2026-09-02",
        language="sq",
        title={"sq": "Takim në Bruksel"},
        description={"sq": "Flitet për ëthet."},
        topics=["other"],
    )
    return client


def titles(page: Element) -> list[str]:
    return [entry.one("a").text for entry in page.one("main").all("h3") if entry.all("a")]


def listed(page: Element) -> list[str]:
    """The titles of the events of a page, without the feeds beside them."""
    entries = page.all("li", class_="entry")
    return [entry.one("h3").one("a").text for entry in entries]


def turn(page: Element, words: str) -> str:
    """Where a link leads by its words; empty if it is not there."""
    return next((one.attrs["href"] for one in page.all("a") if one.text == words), "")


@pytest.mark.parametrize(("query", "found"), SELECTIONS)
def test_a_selection_has_an_address_of_its_own(
    searched: FlaskClient, query: str, found: list[str]
) -> None:
    answer = searched.get(f"/?lang=en&{query}")
    assert answer.status_code == 200
    assert listed(page_of(answer)) == found


def test_what_is_chosen_is_shown_kept_in_the_form_and_taken_back_one_by_one(
    searched: FlaskClient,
) -> None:
    page = page_of(searched.get("/?lang=en&text=summit&topic=summit&topic=other&place=Ankara"))
    assert page.one("input", name="text").attrs["value"] == "summit"
    assert page.one("input", name="place").attrs["value"] == "Ankara"
    chosen = [
        one for one in page.one("select", name="topic").all("option") if "selected" in one.attrs
    ]
    assert [one.text for one in chosen] == ["Other"]
    assert page.one("input", type="hidden", name="topic").attrs["value"] == "summit"
    criteria = page.one("ul", class_="criteria")
    assert "Choose no longer: Ankara" in criteria.text
    taken_back = {urlsplit(at).query for at in links(criteria)}
    assert "topic=other&topic=summit&text=summit&lang=en" in taken_back


def test_nothing_found_is_said_and_what_was_typed_stays(searched: FlaskClient) -> None:
    for query in ("text=zzz", "topic=unknown", "place=nowhere", "uid=none"):
        answer = searched.get(f"/?lang=en&{query}")
        assert answer.status_code == 200
        page = page_of(answer)
        assert "Nothing is found." in page.one("main").one(role="status").text
        assert query.partition("=")[2] in page.one("ul", class_="criteria").text


def test_an_empty_field_of_the_form_leaves_no_trace_in_the_address(client: FlaskClient) -> None:
    answer = client.get("/?text=&feed=&topic=summit&language=&place=&lang=en")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/?topic=summit&lang=en"
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "“yesterday” is no day."),
        ("until=2026-13-01", "“2026-13-01” is no day."),
        ("from=0001-01-01", "is no day."),
        ("zone=Mars/Olympus", "No time zone is called “Mars/Olympus”."),
        ("text=" + "a" * 300, "This is too much to look for at once"),
        ("&".join(f"topic=t{number}" for number in range(60)), "This is too much"),
    ],
)
def test_what_cannot_be_understood_is_told_on_the_page(
    client: FlaskClient, query: str, words: str
) -> None:
    answer = client.get(f"/?lang=en&{query}")
    assert answer.status_code == 400
    page = page_of(answer)
    assert words in page.one(role="alert").text
    assert listed(page) or page.one("main").all(role="status")


def test_between_two_days_is_what_begins_on_them_a_page_at_a_time(
    sqlite_service: Service, clock: SetClock
) -> None:
    load_feeds(sqlite_service, NATO)
    for number in range(100):
        day = date(2026, 1, 1) + timedelta(days=number)
        publish_event(sqlite_service, f"event-{number:03}", day.isoformat())
    clock.set(datetime(2026, 6, 1, 12, tzinfo=UTC))
    client = client_of(sqlite_service)
    page = page_of(client.get("/?lang=en&from=2026-01-05&until=2026-03-10"))
    assert page.one("h1").text == "5 January – 10 March 2026"
    shown = listed(page)
    address = turn(page, "Later events")
    assert "until=2026-03-10" in address
    page = page_of(client.get(address))
    shown += listed(page)
    assert shown == [f"event-{number:03}" for number in range(4, 69)]
    assert turn(page, "Later events") == "/?from=2026-03-11&lang=en"
    assert turn(page_of(client.get("/?lang=en&from=2026-01-05")), "Earlier events")


def test_two_days_in_the_wrong_order_are_put_right_and_one_day_is_a_day(
    client: FlaskClient,
) -> None:
    page = page_of(client.get("/?lang=en&from=2026-03-31&until=2026-02-01"))
    assert page.one("h1").text == "1 February – 31 March 2026"
    assert listed(page) == ["meeting", "called-off"]
    page = page_of(client.get("/?lang=en&from=2026-02-12&until=2026-02-12"))
    assert "12 February 2026" in page.one("h1").text
    assert listed(page) == ["meeting"]
    page = page_of(client.get("/?lang=en&from=2026-02-13&until=2026-02-14"))
    assert "There is nothing on these days." in page.text


def test_what_began_before_the_first_of_two_days_and_goes_on_is_between_them(
    sqlite_service: Service,
) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "exercise", "2026-03-01", end="2026-03-06")
    publish_event(sqlite_service, "course", "2026-01-04", end="2026-01-06", recurrence=MONTHLY)
    publish_event(sqlite_service, "talk", "2026-03-06")
    publish_event(sqlite_service, "over", "2026-03-01", end="2026-03-05")
    client = client_of(sqlite_service)
    between = {
        ("2026-03-06", "2026-03-07"): ["exercise", "course", "talk"],
        ("2026-03-07", "2026-03-08"): [],
        ("2026-03-05", "2026-03-05"): ["exercise", "over", "course"],
    }
    for (first, last), expected in between.items():
        page = page_of(client.get(f"/?lang=en&from={first}&until={last}"))
        assert listed(page) == expected, first
    assert listed(page_of(client.get("/?lang=en&from=2026-03-06")))[:1] == ["talk"]


def test_a_series_is_listed_between_two_days_that_are_far_ahead(
    sqlite_service: Service,
) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "standup", "2026-01-05", recurrence=MONTHLY)
    page = page_of(client_of(sqlite_service).get("/?from=2030-01-01&until=2030-03-31"))
    assert listed(page) == ["standup"] * 3


def test_whoever_pages_sees_each_event_once_and_in_order(
    sqlite_service: Service, clock: SetClock
) -> None:
    load_feeds(sqlite_service, NATO)
    days = [date(2026, 1, 1) + timedelta(days=3 * number) for number in range(100)]
    for number, day in enumerate(days):
        publish_event(sqlite_service, f"event-{number:03}", day.isoformat())
    clock.set(datetime(2026, 6, 1, 12, tzinfo=UTC))
    client = client_of(sqlite_service)
    page = page_of(client.get("/?lang=en"))
    shown = listed(page)
    assert MOST_COMING + MOST_PAST <= len(shown) <= MOST_COMING + MOST_PAST + 1
    address, pages = turn(page, "Later events"), 0
    while address:
        page, pages = page_of(client.get(address)), pages + 1
        assert len(listed(page)) <= MOST_ON_A_PAGE
        shown += listed(page)
        address = turn(page, "Later events")
    address = turn(page_of(client.get("/?lang=en")), "Earlier events")
    while address:
        page, pages = page_of(client.get(address)), pages + 1
        shown += listed(page)
        address = turn(page, "Earlier events")
    assert pages >= 2
    assert sorted(shown) == [f"event-{number:03}" for number in range(len(days))]


def test_a_page_of_days_has_each_instance_of_a_series(sqlite_service: Service) -> None:
    weekly = {"zone": "Europe/Brussels", "recurrence": {"rule": "FREQ=WEEKLY"}}
    publish_event(sqlite_service, "briefing", "2026-02-02T09:00:00", **weekly)
    page = page_of(client_of(sqlite_service).get("/?lang=en&from=2026-03-01"))
    assert len(listed(page)) == MOST_ON_A_PAGE
    assert page.one("h1").text == "From Sunday, 1 March 2026"
    assert "Monday, 2 March 2026" in page.all("li", class_="entry")[0].text
    later = turn(page, "Later events")
    for _ in range(5):
        if later:
            later = turn(page_of(client_of(sqlite_service).get(later)), "Later events")
    assert later == ""  # an endless series does not lead whoever follows links on for ever


def test_the_links_of_a_selections_pages_keep_it(sqlite_service: Service) -> None:
    for number in range(60):
        topics = ["even"] if number % 2 == 0 else ["odd"]
        day = date(2026, 3, 1) + timedelta(days=number)
        publish_event(sqlite_service, f"event-{number}", day.isoformat(), topics=topics)
    client = client_of(sqlite_service)
    first = page_of(client.get("/?lang=en&topic=even"))
    assert len(listed(first)) == 30
    days = page_of(client.get("/?lang=en&topic=even&from=2026-03-15"))
    assert len(listed(days)) == 23
    assert "topic=even" in turn(days, "Earlier events")
    assert "topic=even" in turn(days, "Month")
    french = next(at for at in links(days.one("header")) if "lang=fr" in at)
    assert "topic=even" in french
    assert "from=2026-03-15" in french


def test_hours_are_told_by_the_events_clocks_and_by_the_readers(client: FlaskClient) -> None:
    page = page_of(client.get("/?lang=en&zone=Asia/Tokyo"))
    entry = next(one for one in page.all("li", class_="entry") if "meeting" in one.text)
    assert "15:00–18:00, Brussels (UTC+1)" in entry.one("p", class_="when").text
    yours = entry.one("p", class_="yours")
    assert "Friday, 13 February 2026 at 02:00, Tokyo (UTC+9)" in yours.text
    assert all("zone=Asia/Tokyo" in at for at in links(page.one("main")) if at.startswith("/"))
    same = page_of(client.get("/?lang=en&zone=Europe/Paris"))
    entry = next(one for one in same.all("li", class_="entry") if "meeting" in one.text)
    assert "hidden" in entry.one("p", class_="yours").attrs


def cell(page: Element, words: str) -> Element:
    """A day of a month's page."""
    cells = page.one("table", class_="month").all("td")
    return next(one for one in cells if one.one("p", class_="date").text.startswith(words))


def test_a_month_has_each_event_on_each_of_its_days(site: Service, client: FlaskClient) -> None:
    page = page_of(client.get("/calendar/2026/07?lang=en"))
    assert page.one("h1").text == "July 2026"
    assert [one.text for one in page.all("th")] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert links(cell(page, "Tuesday, 7 July")) == ["/events/ankara?lang=en"]
    assert cell(page, "Wednesday, 8 July").one("li", class_="goes-on").text == "Summit in Ankara"
    assert not links(cell(page, "Thursday, 9 July"))
    march = page_of(client.get("/calendar/2026/03?lang=en"))
    assert "Cancelled called-off" in cell(march, "Sunday, 1 March").text
    assert "15:00 meeting" in page_of(client.get("/calendar/2026/02?lang=en")).text


def test_what_has_no_day_yet_stands_below_its_month(client: FlaskClient) -> None:
    page = page_of(client.get("/calendar/2026/09?lang=en"))
    assert not any(links(one) for one in page.one("table").all("td"))
    assert page.one("main").all("h2")[0].text == "September 2026, day to be announced"
    assert listed(page) == ["someday"]


def test_a_full_day_leads_to_all_of_it(site: Service, client: FlaskClient) -> None:
    for number in range(MOST_ON_A_DAY + 3):
        publish_event(site, f"talk-{number}", "2026-05-05")
    day = cell(page_of(client.get("/calendar/2026/05?lang=en")), "Tuesday, 5 May")
    assert len(day.all("li")) == MOST_ON_A_DAY + 1
    more = day.all("a")[-1]
    assert more.text == "3 more"
    assert len(listed(page_of(client.get(more.attrs["href"])))) >= MOST_ON_A_DAY + 3


def test_months_lead_from_the_first_event_to_the_last_and_no_further(client: FlaskClient) -> None:
    seen, address = [], "/calendar/2025/06?lang=en"
    assert turn(page_of(client.get(address)), "Month before") == ""
    while address:
        page = page_of(client.get(address))
        seen.append(page.one("h1").text)
        address = turn(page, "Month after")
    assert (seen[0], seen[-1], len(seen)) == ("June 2025", "September 2026", 16)


def test_a_series_is_in_every_month_and_its_cancelled_instance_says_so(
    sqlite_service: Service,
) -> None:
    override = {"of": "2027-03-08T09:00:00", "status": "cancelled"}
    series = {"rule": "FREQ=WEEKLY", "overrides": [override]}
    publish_event(
        sqlite_service, "briefing", "2026-02-02T09:00:00", zone="Europe/Brussels", recurrence=series
    )
    page = page_of(client_of(sqlite_service).get("/calendar/2027/03?lang=en"))
    assert "09:00 briefing" in cell(page, "Monday, 1 March").text
    assert "Cancelled" in cell(page, "Monday, 8 March").text


@pytest.mark.parametrize("path", ["2026/13", "2026/00", "1800/01", "2300/01", "26/07"])
def test_a_month_that_is_none_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/calendar/{path}").status_code == 404


def test_a_month_that_is_none_is_told_which_there_are(client: FlaskClient) -> None:
    page = page_of(client.get("/calendar/2026/13?lang=en"))
    assert "from January 1900 to December 2199" in page.one("main").text


@pytest.mark.parametrize("address", ["/?", "/?from=2026-01-01&", "/calendar/2026/07?"])
def test_a_selection_is_named_in_the_title_of_its_page(client: FlaskClient, address: str) -> None:
    page = page_of(client.get(f"{address}lang=en&text=summit&place=Ankara"))
    assert page.one("title").text.endswith("Selected events: Ankara, summit – Kalendari")
    assert "Selected" not in page_of(client.get(f"{address}lang=en")).one("title").text


@pytest.mark.parametrize(
    "address", ["/", "/?topic=summit", "/calendar/2026/07", "/events/ankara", "/feeds/nato"]
)
def test_a_page_that_is_the_same_answers_304(
    site: Service, client: FlaskClient, clock: SetClock, address: str
) -> None:
    first = client.get(address)
    tag = first.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    assert {"Accept-Encoding", "Accept-Language"} <= set(again.vary)
    move_event(site, "ankara", AllDay(date(2026, 7, 14), date(2026, 7, 15)))
    cancel_event(site, "the-hague", "Long ago.")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_a_page_is_compressed_for_who_asks(client: FlaskClient) -> None:
    plain = client.get("/")
    for coding in ("gzip", "zstd"):
        answer = client.get("/", headers={"Accept-Encoding": coding})
        assert answer.headers["Content-Encoding"] == coding
        assert len(answer.data) < len(plain.data) / 2
        assert answer.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'
        tagged = {"If-None-Match": answer.headers["ETag"]}
        assert client.get("/", headers=tagged).status_code == 304


def test_the_agenda_is_light_and_waits_for_no_script(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    for number in range(70):
        day = date(2025, 12, 15) + timedelta(days=number)
        title = f"A meeting with a title of a usual length, number {number}"
        publish_event(sqlite_service, f"event-{number}", day.isoformat(), title={"en": title})
    client = client_of(sqlite_service)
    asking = {"Accept-Encoding": "gzip"}
    answer = client.get("/?lang=en", headers=asking)
    page = page_of(client.get("/?lang=en"))
    loaded = [one.attrs["href"] for one in page.all("link", rel="stylesheet")]
    loaded += [one.attrs["href"] for one in page.all("link", rel="icon")]
    loaded += [one.attrs["src"] for one in page.all("script")]
    assert page.all("script")
    assert all("defer" in one.attrs for one in page.all("script"))
    octets = sum(len(client.get(at, headers=asking).data) for at in loaded)
    assert len(answer.data) + octets < 60_000
    assert not re.search(r"https?://(?!127\.0\.0\.1)", page.one("head").text)
