"""What is answered past the framework is what the framework would answer."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from calendar_service.web import ready
from calendar_service.web.app import create_app
from tests.web.sites import client_of, without_database

FEED = "/feeds/nato.ics"


class Counting(Flask):
    """Counts what reaches the application itself."""

    asked = 0

    def full_dispatch_request(self) -> Any:
        type(self).asked += 1
        return super().full_dispatch_request()


@pytest.fixture
def counted(site: Service, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of a site that counts."""
    monkeypatch.setattr(Counting, "asked", 0)
    app = create_app(site)
    app.__class__ = Counting
    return app.test_client()


def told(answer: Any) -> tuple[int, Headers, bytes]:
    return answer.status_code, answer.headers, answer.data


@pytest.mark.thorough
@pytest.mark.parametrize("coding", ["", "gzip", "zstd", "gzip;q=0.5, *;q=0", "identity"])
@pytest.mark.parametrize("query", ["", "?lang=sq", "?lang=ja", "?cancelled=hide", "?alarm=P1D"])
def test_every_answer_is_the_one_that_a_fresh_site_gives(
    client: FlaskClient, site: Service, query: str, coding: str
) -> None:
    address, headers = f"{FEED}{query}", {"Accept-Encoding": coding}
    first = client.get(address, headers=headers)
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    asked: list[dict[str, str]] = [
        {},
        {"If-None-Match": tag},
        {"If-None-Match": '"other"'},
        {"If-None-Match": "other"},
        {"If-None-Match": tag.strip('"')},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": f"W/{tag}"},
        {"If-None-Match": "*"},
        {"If-None-Match": '"other"', "If-Modified-Since": date},
        {"If-Modified-Since": date},
        {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
        {"If-Modified-Since": "soon"},
        {"Range": "bytes=0-9"},
    ]
    for _, method, more in product(range(2), ("GET", "HEAD", "POST"), asked):
        fresh = client_of(site).open(address, method=method, headers={**headers, **more})
        again = client.open(address, method=method, headers={**headers, **more})
        assert told(again) == told(fresh), (method, more)


def test_what_is_asked_again_does_not_reach_the_application(counted: FlaskClient) -> None:
    tag = counted.get(FEED).headers["ETag"]
    counted.get(FEED, headers={"If-None-Match": tag})
    before = Counting.asked
    for _ in range(3):
        assert counted.get(FEED).status_code == 200
        assert counted.head(FEED).status_code == 200
        assert counted.get(FEED, headers={"If-None-Match": tag}).status_code == 304
    assert Counting.asked == before


def test_a_change_reaches_the_application_once(counted: FlaskClient, site: Service) -> None:
    held = counted.get(FEED)
    cancel_event(site, "ankara", "")
    before = Counting.asked
    answers = [counted.get(FEED, headers={"If-None-Match": held.headers["ETag"]}) for _ in "ab"]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].data == answers[1].data != held.data
    assert Counting.asked == before + 1


def test_a_database_that_is_gone_is_told_even_of_what_was_ready(site: Service) -> None:
    with without_database(site) as client:
        assert client.get(FEED).status_code == 503


def test_no_more_is_kept_than_may_be(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "MOST_QUESTIONS", 3)
    app = client.application.wsgi_app
    assert isinstance(app, ready.ReadyAnswers)
    for number in range(9):
        assert client.get(f"{FEED}?alarm=P{number}D").status_code == 200
    assert len(app._answers) == 3
    client.get(f"{FEED}?lang={'x' * 2000}")
    assert all(sum(map(len, question)) <= 1000 for question in app._answers)


def test_nothing_else_is_kept(client: FlaskClient) -> None:
    app = client.application.wsgi_app
    assert isinstance(app, ready.ReadyAnswers)
    for address in (
        "/",
        "/feeds/nope.ics",
        "/feeds/nato.ics?x=1",
        "/events/ankara.ics",
        "/imprint",
    ):
        client.get(address)
    assert not app._answers
