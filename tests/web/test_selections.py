"""Readers' own selections as feeds, and alarms for those who ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.publishing import add_event, cancel_event, publish
from calendar_service.actions.service import Service
from calendar_service.domain.events import Status
from calendar_service.domain.feeds import Selection
from calendar_service.store.queries.events import find_event, to_revision
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.stores import with_settings
from tests.web.sites import client_of
from tests.web.test_feeds import at, calendar_of, event_in, summaries

CUSTOM = "/feeds/custom.ics"


@pytest.fixture
def site(site: Service) -> Service:
    """The usual site, with somebody who organises."""
    publish_event(
        site,
        "exercise",
        "2026-05-04",
        organizer={"en": "Allied Command", "fr": "Commandement allié"},
        place={"name": {"en": "Riga", "sq": "Rigë"}},
        topics=["exercise"],
    )
    return site


@pytest.mark.parametrize(
    ("query", "uids"),
    [
        ("topic=summit", {"ankara", "the-hague"}),
        ("topic=summit&topic=exercise", {"ankara", "the-hague", "exercise"}),
        ("topic=summit&place=ankara", {"ankara"}),
        ("place=rige", {"exercise"}),
        ("organiser=COMMANDEMENT+ALLIE", {"exercise"}),
        ("feed=summits", {"ankara", "the-hague"}),
        ("uid=talks&uid=meeting", {"talks", "meeting"}),
        ("text=aleatet", {"ankara"}),
        ("language=fr&topic=summit", {"ankara"}),
        ("text=nothing+says+this", set()),
    ],
)
def test_what_is_selected_is_there_and_nothing_else(
    client: FlaskClient, query: str, uids: set[str]
) -> None:
    answer = client.get(f"{CUSTOM}?{query}")
    assert answer.status_code == 200
    assert summaries(answer).keys() == uids


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", "?topic="),
        ("topic=", "?topic="),
        ("lang=sq", "?topic="),
        ("topic=sumit", "Did you mean 'summit'?"),
        ("topic=zzz", "There are exercise, summit"),
        ("feed=nope", "feed='nope'"),
        ("feed=custom", "feed='custom'"),
        ("uid=nobody", "uid='nobody'"),
        ("place=Atlantis", "place has 'Atlantis' in it"),
        ("language=xx", "en, fr"),
        ("colour=red", "topic"),
        ("topic=summit&alarm=soon", "P1D"),
        ("topic=summit&cancelled=no", "mark"),
        ("text=" + "x" * 300, "200 characters"),
        ("text=%FF", "'text' is not UTF-8"),
        ("topic=summit&place=%C3", "'place' is not UTF-8"),
        ("text=+", "no letters"),
        ("place=%CC%81", "no letters"),
        ("text=%00", "no letters"),
        ("text=%E2%80%8B", "no letters"),
        ("topic=summit&lang=en&lang=en", "lang is there twice"),
        ("&".join(f"text={'x' * 190}{number}" for number in range(20)), "2000 characters"),
    ],
)
def test_what_there_is_not_is_refused_in_words(client: FlaskClient, query: str, named: str) -> None:
    answer = client.get(f"{CUSTOM}?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert named in answer.text


def test_a_draft_is_in_no_selection(client: FlaskClient) -> None:
    assert client.get(f"{CUSTOM}?uid=planned-in-secret").status_code == 400
    assert "planned-in-secret" not in client.get(f"{CUSTOM}?text=a").text


def test_who_has_picked_an_event_that_is_taken_back_goes_on_seeing_the_others(
    client: FlaskClient, site: Service
) -> None:
    both, taken_back = f"{CUSTOM}?uid=talks&uid=meeting", f"{CUSTOM}?uid=talks"
    assert summaries(client.get(both)).keys() == {"talks", "meeting"}
    with changing_feeds(site) as (session, changes):
        row = find_event(session, "talks")
        assert row is not None
        draft = replace(to_revision(row).event, status=Status.DRAFT)
        publish(session, site, row, draft, changes, actor="editor", action="event.edit")
    assert summaries(client.get(both)).keys() == {"meeting"}
    assert summaries(client.get(taken_back)).keys() == set()


def test_a_selection_names_itself_and_its_own_address(client: FlaskClient) -> None:
    calendar = calendar_of(client.get(f"{CUSTOM}?topic=summit&lang=fr"))
    assert str(calendar["X-WR-CALNAME"]) == "Sélection d’événements: summit"
    assert str(calendar["SOURCE"]).endswith("/feeds/custom.ics?lang=fr&topic=summit")


def test_a_language_that_is_not_spoken_falls_back_and_says_so(client: FlaskClient) -> None:
    calendar = calendar_of(client.get(f"{CUSTOM}?topic=summit&lang=ja"))
    assert str(calendar["DESCRIPTION"]) == "Ky kalendar nuk ofrohet në gjuhën e kërkuar."


@pytest.mark.parametrize("ending", ["ics", "csv"])
def test_without_the_language_that_was_asked_for_it_is_in_that_of_the_site(
    site: Service, ending: str
) -> None:
    for own, asked, spoken in (
        ("sq", "lang=ja", "sq"),
        ("fr", "lang=ja", "fr"),
        ("fr", "", "fr"),
        ("fr-CA", "", "fr"),
        ("fr", "lang=en", "en"),
        ("ja", "lang=uk", "en"),
    ):
        client = client_of(with_settings(site, language=own))
        answer = client.get(f"/feeds/custom.{ending}?topic=summit&{asked}")
        assert answer.headers["Content-Language"] == spoken, (own, asked)


def test_the_address_that_a_selection_tells_of_itself_is_in_the_language_it_is_in(
    client: FlaskClient,
) -> None:
    for code, name in (("en", "Selected events"), ("sq", "Ngjarje të zgjedhura")):
        told = str(calendar_of(client.get(f"{CUSTOM}?topic=summit&lang={code}"))["SOURCE"])
        again = calendar_of(client.get(told.removeprefix("http://127.0.0.1:8000")))
        assert str(again["NAME"]).startswith(name)


def test_equal_selections_are_one_whatever_their_order(client: FlaskClient) -> None:
    first = client.get(f"{CUSTOM}?topic=summit&topic=exercise&place=")
    second = client.get(f"{CUSTOM}?topic=exercise&topic=summit&topic=summit")
    assert first.headers == second.headers


def test_a_selection_stays_current_while_others_change_and_not_when_its_own_do(
    client: FlaskClient, site: Service
) -> None:
    address = f"{CUSTOM}?topic=summit"
    held = client.get(address)
    asked = {"If-None-Match": held.headers["ETag"]}
    publish_event(site, "elsewhere", "2026-06-01")
    assert client.get(address, headers=asked).status_code == 304
    cancel_event(site, "ankara", "")
    changed = client.get(address, headers=asked)
    assert changed.status_code == 200
    dates = [parsedate_to_datetime(one.headers["Last-Modified"]) for one in (held, changed)]
    assert dates[0] < dates[1]
    restarted = client_of(site).get(address, headers={"If-None-Match": changed.headers["ETag"]})
    assert restarted.status_code == 304


def test_a_selection_of_a_feed_follows_the_feeds_definition(
    client: FlaskClient, site: Service
) -> None:
    address = f"{CUSTOM}?feed=summits"
    held = client.get(address)
    load_feeds(site, NATO, replace(SUMMITS, selection=Selection(topics=("exercise",))))
    for name, validator in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        answer = client.get(address, headers={name: held.headers[validator]})
        assert summaries(answer).keys() == {"exercise"}
    load_feeds(site, NATO)
    assert client.get(address).status_code == 400


def test_what_can_be_looked_for_is_known_at_once(client: FlaskClient, site: Service) -> None:
    address = f"{CUSTOM}?topic=parade"
    assert client.get(address).status_code == 400
    undated = {"uid": "p", "language": "en", "title": {"en": "Parade"}, "month": "2026-09"}
    add_event(site, {**undated, "topics": ["parade"]})
    assert client.get(address).status_code == 200


def test_what_was_cancelled_leaves_a_selection_in_time_too(
    client: FlaskClient, site: Service
) -> None:
    address = f"{CUSTOM}?text=called-off"
    assert "called-off" in summaries(client.get(address))
    at(site, "2026-05-01 12:00")
    assert summaries(client.get(address)) == {}


def test_a_selection_has_no_page_and_cannot_be_signed_up_to(client: FlaskClient) -> None:
    nothing = client.get("/feeds/custom?lang=en")
    assert nothing.status_code == 404
    assert "Nothing is chosen here yet." in nothing.text
    assert client.post("/feeds/custom/reminders", data={}).status_code == 404
    assert "Selected events" not in client.get("/?lang=en").text


def test_alarms_are_for_those_who_ask(client: FlaskClient) -> None:
    assert b"VALARM" not in client.get("/feeds/nato.ics").data
    answer = client.get("/feeds/nato.ics?alarm=P1D&alarm=pt30m&alarm=P0D")
    alarms = event_in(answer, "meeting").walk("VALARM")
    triggers = [alarm["TRIGGER"].dt for alarm in alarms]  # type: ignore[union-attr]
    assert triggers == [timedelta(), -timedelta(days=1), -timedelta(minutes=30)]
    assert {str(alarm["ACTION"]) for alarm in alarms} == {"DISPLAY"}
    assert {str(alarm["DESCRIPTION"]) for alarm in alarms} == {"meeting"}
    assert not event_in(answer, "called-off").walk("VALARM")


def test_every_alarm_has_an_identity_that_stays(client: FlaskClient, site: Service) -> None:
    address = "/feeds/nato.ics?alarm=P1D"
    first = client.get(address)
    uids = re.findall(rb"BEGIN:VALARM\r\nUID:([^\r]*)", first.data)
    assert len(set(uids)) == len(uids) > 1
    assert client_of(site).get(address).data == first.data


def test_other_alarms_are_other_bytes_with_another_tag(client: FlaskClient) -> None:
    tags = {
        client.get(f"/feeds/nato.ics{query}").headers["ETag"]
        for query in ("", "?alarm=P1D", "?alarm=P1W", "?alarm=P1D&alarm=P1W")
    }
    assert len(tags) == 4
    once = client.get("/feeds/nato.ics?alarm=P1D&alarm=p01d")
    assert once.headers == client.get("/feeds/nato.ics?alarm=P1D").headers


@pytest.mark.parametrize("alarm", ["soon", "P1Y", "-P1D", "P1DT2H", "99", "P1D\r\nX:1"])
def test_an_alarm_that_cannot_be_read_is_refused_in_words(client: FlaskClient, alarm: str) -> None:
    answer = client.get("/feeds/nato.ics", query_string={"alarm": alarm})
    assert answer.status_code == 400
    assert "PT30M" in answer.text


def test_too_many_alarms_are_refused(client: FlaskClient) -> None:
    query = "&".join(f"alarm=P{days}D" for days in range(6))
    assert client.get(f"/feeds/nato.ics?{query}").status_code == 400
