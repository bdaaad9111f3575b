"""The page and the one click that end all mail to an address."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from calendar_service.actions.standing import never_token, why_suppressed
from calendar_service.actions.tokens import Purpose, make_token
from tests.web.reading import page_of
from tests.web.test_signup import is_private

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ADDRESS = "reader@example.org"


@pytest.fixture
def link(site: Service) -> str:
    return f"/never/{never_token(site, ADDRESS, 'fr')}"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_it_changes_nothing(
    client: FlaskClient, site: Service, link: str, method: str
) -> None:
    answer = client.open(link, method=method, data=ONE_CLICK)
    assert answer.status_code == 200
    assert is_private(answer)
    assert why_suppressed(site, ADDRESS) is None


def test_one_click_is_answered_200_without_a_cookie_or_a_detour(
    client: FlaskClient, site: Service, link: str
) -> None:
    for _ in range(2):
        answer = client.post(link, data=ONE_CLICK)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert is_private(answer)
    assert why_suppressed(site, ADDRESS) is not None


def test_its_page_asks_in_the_mails_language_and_does_not_show_the_address(
    client: FlaskClient, site: Service, link: str
) -> None:
    asked = page_of(client.get(link))
    assert asked.one("html").attrs["lang"] == "fr"
    assert ADDRESS not in asked.text
    assert "action" not in asked.one("form").attrs
    assert "whoever types it" in page_of(client.post(link + "?lang=en")).one(role="status").text


def test_what_is_forged_is_gone_and_ends_nothing(client: FlaskClient, site: Service) -> None:
    other = make_token(site.secret, Purpose.UNSUBSCRIBE, "a", "en")
    for token in ("x", never_token(site, ADDRESS, "en")[:-2], other):
        assert client.get(f"/never/{token}").status_code == 410
        assert client.post(f"/never/{token}", data=ONE_CLICK).status_code == 410
    assert why_suppressed(site, ADDRESS) is None
