"""Addresses with a token in them stay private whatever the answer, and probes are never kept."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from calendar_service.actions.service import Service
from tests.web.sites import without_database


def is_private(answer: TestResponse) -> bool:
    return (
        answer.headers["Cache-Control"] == "no-store"
        and answer.headers["Referrer-Policy"] == "no-referrer"
        and "noindex" in answer.headers.get("X-Robots-Tag", "")
    )


@pytest.mark.parametrize("place", ["confirm", "unsubscribe", "never", "digest", "preferences"])
def test_a_link_that_does_not_work_is_as_private_as_one_that_does(
    client: FlaskClient, place: str
) -> None:
    for token in ("forged", "forged.ics", "a/b", "%FF"):
        for method in ("GET", "HEAD", "POST", "PUT", "PROPFIND", "OPTIONS"):
            answer = client.open(f"/{place}/{token}", method=method)
            assert is_private(answer), (method, token, answer.status)


@pytest.mark.parametrize("place", ["confirm", "unsubscribe", "never", "digest", "preferences"])
def test_a_link_is_private_while_the_database_is_away(site: Service, place: str) -> None:
    with without_database(site) as client:
        answer = client.get(f"/{place}/anything")
    assert is_private(answer)


@pytest.mark.parametrize("address", ["/", "/events/ankara", "/feeds/nato", "/nothing"])
def test_what_everybody_may_know_may_be_indexed(client: FlaskClient, address: str) -> None:
    assert "X-Robots-Tag" not in client.get(address).headers


@pytest.mark.parametrize("place", ["confirm", "unsubscribe", "never", "digest", "preferences"])
def test_robots_are_kept_from_links(client: FlaskClient, place: str) -> None:
    assert f"Disallow: /{place}/" in client.get("/robots.txt").text.splitlines()


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_is_told_the_state_of_this_moment(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
