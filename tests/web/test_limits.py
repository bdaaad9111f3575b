"""The sign-up form under pressure, as a browser and as a flood meets it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from calendar_service.actions import limits, proofs
from calendar_service.actions.service import Service
from calendar_service.actions.standing import suppress_address
from calendar_service.store.rows import DeliveryRow
from tests.actions.test_proofs import solved
from tests.calendars_at_work import confirmed
from tests.web.reading import page_of
from tests.web.test_signup import FORM, TYPED

FLOOD = "198.51.100.7"


def post(client: FlaskClient, address: str, ip: str = FLOOD, **more: Any) -> Any:
    typed = TYPED | {"address": address} | more
    return client.post(FORM, data=typed, environ_base={"REMOTE_ADDR": ip})


def waiting(site: Service) -> list[bool]:
    with site.database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id))
        return [row.not_before is not None for row in rows]


def test_under_pressure_a_form_is_taken_the_slower_way_and_with_work_at_once(
    client: FlaskClient, site: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "COST", 1)
    asked = {"environ_base": {"REMOTE_ADDR": FLOOD}}
    assert client.get("/challenge", **asked).json == {"challenge": None}
    for number in range(limits.NETWORK.size):
        assert post(client, f"r{number}@example.org").status_code == 303
    answer = client.get("/challenge", **asked)
    assert answer.headers["Cache-Control"] == "no-store"
    assert post(client, "without@example.org").status_code == 303
    proof = solved(answer.json["challenge"])  # type: ignore[index]
    assert post(client, "with@example.org", proof=proof).status_code == 303
    assert post(client, "replayed@example.org", proof=proof).status_code == 303
    assert waiting(site)[-4:] == [False, True, False, True]


def test_beyond_that_a_form_is_shown_again_as_it_was_typed(
    client: FlaskClient, site: Service
) -> None:
    for number in range(limits.NETWORK.size + limits.NETWORK.debt):
        post(client, f"r{number}@example.org")
    answer = post(client, "one-more@example.org")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert page_of(answer).one("input", name="address").attrs["value"] == "one-more@example.org"
    assert post(client, "one-more@example.org", ip="203.0.113.9").status_code == 303


@pytest.mark.parametrize(
    ("said", "peer", "counted"),
    [
        (FLOOD, "127.0.0.1", FLOOD),
        (f"203.0.113.1, {FLOOD}", "127.0.0.1", FLOOD),
        (f"{FLOOD}, 10.0.0.3", "172.17.0.2", FLOOD),
        (FLOOD, "203.0.113.200", "203.0.113.200"),
        ("nonsense", "127.0.0.1", ""),
        ("", "127.0.0.1", ""),
    ],
)
def test_only_a_proxy_of_ours_is_believed_whom_it_stands_for(
    client: FlaskClient, site: Service, said: str, peer: str, counted: str
) -> None:
    for number in range(limits.NETWORK.size):
        client.post(
            FORM,
            data=TYPED | {"address": f"r{number}@example.org"},
            headers={"X-Forwarded-For": said},
            environ_base={"REMOTE_ADDR": peer},
        )
    pressed = [ip for ip in (FLOOD, "203.0.113.200") if limits.is_under_pressure(site, ip)]
    assert pressed == [counted] * bool(counted)


def test_a_known_an_unknown_and_a_suppressed_address_get_one_and_the_same_reply(
    client: FlaskClient, site: Service
) -> None:
    confirmed(site, "known@example.org")
    suppress_address(site, "never@example.org")
    addresses = ("known@example.org", "unknown@example.org", "never@example.org")
    answers = [post(client, address, ip="") for address in addresses]
    assert len({(one.status, one.data, str(one.headers)) for one in answers}) == 1
    with site.database.read() as session:
        rows = session.scalars(select(DeliveryRow).where(DeliveryRow.kind == "confirmation"))
        assert [row.state for row in rows] == ["queued"] * 3, "each took the same way"


def test_the_form_works_without_its_script(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato"))
    assert page.one("input", name="proof").attrs["type"] == "hidden"
    assert page.one("form", method="post").attrs["data-challenge"] == "/challenge"
    (script,) = [one for one in page.all("script") if "proof.js" in one.attrs["src"]]
    assert client.get(script.attrs["src"]).status_code == 200
