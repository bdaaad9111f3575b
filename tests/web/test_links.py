"""Links that no longer do anything: whatever the reason, they get one and the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.confirming import confirm_token
from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.service import Service
from calendar_service.actions.standing import never_token
from calendar_service.actions.tokens import LONGEST, Purpose, make_token
from calendar_service.clock import SetClock
from tests.actions.test_signup import stop_link
from tests.calendars_at_work import confirmed, sign_up
from tests.stores import WINTER


def dead_links(site: Service, clock: SetClock) -> Iterator[tuple[str, str]]:
    """Each kind of link, with a token that is none for it, or none any more."""
    expired = confirm_token(site, sign_up(site, "late@example.org"))
    confirmed(site, "gone@example.org")
    stop = stop_link(site, "ankara", "gone@example.org")
    confirmed(site, "here@example.org")
    fresh_stop = stop_link(site, "ankara", "here@example.org")
    erase_reader(site, "gone@example.org")
    clock.set(WINTER + timedelta(days=3))
    fresh = confirm_token(site, sign_up(site, "now@example.org"))
    never = never_token(site, "now@example.org", "en")
    forged = (
        "x",
        "a" * 60,
        "é",
        "A" * (LONGEST + 1),
        fresh[:-1] + ("A" if fresh[-1] != "A" else "B"),
    )
    foreign = make_token(b"another installation", Purpose.CONFIRM, "key")
    for token in (*forged, foreign, expired, fresh_stop, never):
        yield "confirm", token
    for token in (*forged, foreign, stop, fresh, never):
        yield "unsubscribe", token
    for token in (*forged, foreign, fresh, fresh_stop):
        yield "never", token
    for token in (*forged, foreign, fresh, fresh_stop, never):
        yield "digest", token


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_forged_expired_erased_and_of_another_purpose_are_told_alike(
    client: FlaskClient, site: Service, clock: SetClock, method: str
) -> None:
    answers = {}
    for kind, token in dead_links(site, clock):
        answer = client.open(f"/{kind}/{token}", method=method, headers={"Accept-Language": "en"})
        page = answer.text.replace(token, "TOKEN").replace(f"/{kind}/", "/KIND/")
        answers[kind, token] = (answer.status_code, page, sorted(answer.headers.keys()))
    assert {status for status, _, _ in answers.values()} == {410}
    told = {(page.count("href"), len(headers)) for _, page, headers in answers.values()}
    assert len(told) == 1
    words = {page.partition("<main")[2].partition("</main>")[0] for _, page, _ in answers.values()}
    assert len(words) == 1
