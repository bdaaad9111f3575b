"""Mails that come back, posted by a mail server that knows the secret."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from calendar_service.actions.standing import why_suppressed
from calendar_service.clock import SetClock
from calendar_service.web.app import create_app
from tests.actions.returned_mails import after_sending
from tests.actions.test_returned import about
from tests.mail.returned_samples import GONE
from tests.stores import with_settings

SECRET = "twenty-letters-or-more"


@pytest.fixture
def service(sqlite_service: Service, clock: SetClock) -> Service:
    return with_settings(after_sending(sqlite_service, clock), bounces_secret=SECRET)


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return create_app(service).test_client()


def bearer(secret: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}


def test_a_mail_that_is_posted_is_counted(client: FlaskClient, service: Service) -> None:
    octets = about(service, GONE["exchange"])
    answers = [client.post("/bounces", data=octets, headers=bearer(SECRET)) for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [
        (200, "counted\n"),
        (200, "not ours\n"),
    ]
    assert why_suppressed(service, "one@example.org") is not None


def test_a_large_one_is_read_too(client: FlaskClient, service: Service) -> None:
    octets = about(service, GONE["exchange"]) + b"x" * 300_000
    assert client.post("/bounces", data=octets, headers=bearer(SECRET)).text == "counted\n"


@pytest.mark.parametrize(
    "headers", [{}, bearer(""), bearer("wrong"), bearer("é"), {"Authorization": "x"}]
)
def test_without_the_secret_nothing_is_read(
    client: FlaskClient, service: Service, headers: Mapping[str, str]
) -> None:
    answer = client.post("/bounces", data=about(service, GONE["qmail"]), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].lower() == "bearer"
    assert answer.text == "The secret is not that of CALENDAR_BOUNCES_SECRET.\n"
    assert why_suppressed(service, "one@example.org") is None


def test_where_no_secret_is_set_there_is_no_such_address(sqlite_service: Service) -> None:
    client = create_app(sqlite_service).test_client()
    assert client.post("/bounces", data=b"", headers=bearer("")).status_code == 404


def test_looking_at_the_address_is_no_use(client: FlaskClient) -> None:
    assert client.get("/bounces").status_code == 405
