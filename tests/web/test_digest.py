"""The page and the one click that end digests, and nothing else."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from calendar_service.actions.digests import digest_token
from calendar_service.actions.service import Service
from calendar_service.actions.tokens import Purpose, make_token
from calendar_service.store.rows import AuditRow, ReaderRow, SubscriptionRow
from tests.calendars_at_work import confirmed
from tests.web.reading import page_of
from tests.web.test_signup import is_private

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ADDRESS = "reader@example.org"


@pytest.fixture
def link(site: Service) -> str:
    """The link in the daily digest of a reader who reads French, and wants weekly ones too."""
    confirmed(site, ADDRESS, language="fr", event="ankara")
    confirmed(site, ADDRESS, language="fr")
    with site.database.write() as session:
        session.execute(update(SubscriptionRow).values(digest="daily"))
        weekly = SubscriptionRow.target_kind == "event"
        session.execute(update(SubscriptionRow).where(weekly).values(digest="weekly"))
        key = session.scalars(select(ReaderRow.key)).one()
    return f"/digest/{digest_token(site, key, 'daily')}"


def digests(site: Service) -> list[str]:
    with site.database.read() as session:
        running = select(SubscriptionRow.digest).where(SubscriptionRow.ended_at.is_(None))
        return sorted(session.scalars(running))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_it_changes_nothing(
    client: FlaskClient, site: Service, link: str, method: str
) -> None:
    answer = client.open(link, method=method, data=ONE_CLICK)
    assert answer.status_code == 200
    assert is_private(answer)
    assert digests(site) == ["daily", "weekly"]


def test_one_click_ends_the_digests_of_its_sort_and_no_reminder(
    client: FlaskClient, site: Service, link: str
) -> None:
    for _ in range(2):
        answer = client.post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert is_private(answer)
    assert digests(site) == ["", "weekly"]
    with site.database.read() as session:
        noted = select(AuditRow).where(AuditRow.action == "reader.stop-digest")
        assert len(session.scalars(noted).all()) == 1


def test_its_page_asks_in_the_readers_language(client: FlaskClient, link: str) -> None:
    asked = page_of(client.get(link))
    assert asked.one("html").attrs["lang"] == "fr"
    assert ADDRESS not in asked.text
    assert "reminders go on" in page_of(client.post(link + "?lang=en")).one(role="status").text


def test_what_is_forged_is_gone_and_ends_nothing(
    client: FlaskClient, site: Service, link: str
) -> None:
    with site.database.read() as session:
        key = session.scalars(select(ReaderRow.key)).one()
    other = make_token(site.secret, Purpose.UNSUBSCRIBE, key, "daily")
    nobody = digest_token(site, "nobody", "daily")
    for token in ("x", link.rpartition("/")[2][:-2], other, nobody):
        assert client.get(f"/digest/{token}").status_code == 410
        assert client.post(f"/digest/{token}", data=ONE_CLICK).status_code == 410
    assert digests(site) == ["daily", "weekly"]
