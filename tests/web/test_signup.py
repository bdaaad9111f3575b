"""From the form to the confirmation, and the way out: what a reader and their mail program see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.listing import subscriptions
from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from calendar_service.actions.standing import suppress_address
from calendar_service.actions.unsubscribing import unsubscribe_token
from calendar_service.clock import SetClock
from calendar_service.language.catalogues import translator
from calendar_service.store.rows import ReaderRow, SignupRow, SubscriptionRow
from tests.calendars_at_work import confirmed, deliveries, sign_up
from tests.stores import WINTER
from tests.web.reading import Element, page_of
from tests.web.sites import client_of, on_another_connection

FORM = "/feeds/nato/reminders?lang=en"
TYPED = {
    "address": "reader@example.org",
    "offsets": ["P7D", "P0D"],
    "language": "fr",
    "zone": "Europe/Brussels",
    "consent": "yes",
}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def followed(service: Service) -> list[tuple[str, str]]:
    return [(one.address, one.target.name) for one in subscriptions(service)]


def newest_confirm_link(service: Service) -> str:
    with service.database.read() as session:
        newest = select(SignupRow.key).order_by(SignupRow.id.desc()).limit(1)
        return f"/confirm/{confirm_token(service, session.scalars(newest).one())}"


def stop_link(service: Service, event: str = "ankara", *, address: str | None = None) -> str:
    with service.database.read() as session:
        readers = session.scalars(select(ReaderRow)).all()
        (reader,) = [one for one in readers if address in {None, one.address}]
        mine = select(SubscriptionRow.id).where(SubscriptionRow.reader_id == reader.id)
        first = session.scalars(mine.order_by(SubscriptionRow.id)).first()
    assert first is not None
    return f"/unsubscribe/{unsubscribe_token(service, reader.key, event, first)}"


def what_is_stored(service: Service) -> tuple[int, int, int, int]:
    """Sign-ups, readers, subscriptions and mails that are owed."""
    with service.database.read() as session:
        rows = [len(session.scalars(select(kind)).all()) for kind in (SignupRow, ReaderRow)]
    return rows[0], rows[1], len(followed(service)), len(deliveries(service, "confirmation"))


def choices(form: Element, select_id: str) -> list[str]:
    options = form.one("select", id=select_id).all("option")
    return [one.attrs["value"] for one in options if "selected" in one.attrs]


def ticked(form: Element, name: str) -> list[str]:
    boxes = form.all("input", type="checkbox", name=name)
    return [box.attrs["value"] for box in boxes if "checked" in box.attrs]


def is_private(answer: TestResponse) -> bool:
    return (
        answer.headers["Cache-Control"] == "no-store"
        and answer.headers["Referrer-Policy"] == "no-referrer"
        and "noindex" in answer.headers.get("X-Robots-Tag", "")
    )


def test_who_has_confirmed_comes_to_their_choices_and_nobody_before(
    client: FlaskClient, site: Service
) -> None:
    form = page_of(client.get("/feeds/nato?lang=en")).one("form", method="post")
    client.post(form.attrs["action"], data=TYPED)
    link = newest_confirm_link(site) + "?lang=en"
    assert "/preferences/" not in client.get(link).text
    for page in (client.post(link), client.get(link)):
        addresses = [one.attrs.get("href") or "" for one in page_of(page).all("a")]
        (choices,) = [one for one in addresses if "/preferences/" in one]
        assert page_of(client.get(choices)).one("h1").text == "What you are sent"
    erase_reader(site, str(TYPED["address"]))
    assert "/preferences/" not in client.get(link).text


def test_a_reader_signs_up_confirms_and_stops(client: FlaskClient, site: Service) -> None:
    form = page_of(client.get("/feeds/nato?lang=en")).one("form", method="post")
    answer = client.post(form.attrs["action"], data=TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/check-your-mail?lang=en")
    assert page_of(client.get(answer.headers["Location"])).one("h1").text == "Check your inbox"
    assert followed(site) == []

    link = newest_confirm_link(site)
    shown = page_of(client.get(link + "?lang=en"))
    assert shown.one("h2").text == "NATO"
    assert "Brussels (UTC+1)" in shown.one("main").text
    assert shown.one("form").attrs["method"] == "post"
    assert "action" not in shown.one("form").attrs
    assert page_of(client.post(link + "?lang=en")).one("h1").text == "You are signed up"
    assert followed(site) == [("reader@example.org", "nato")]

    stop = stop_link(site)
    assert "NATO" in page_of(client.get(stop + "?lang=en")).one("main").text
    button = page_of(client.get(stop)).one("form").one("button")
    done = client.post(stop + "?lang=en", data={button.attrs["name"]: button.attrs["value"]})
    assert page_of(done).one("h1").text == "Stopped"
    assert followed(site) == []


def test_an_events_own_form_leads_to_that_event(client: FlaskClient, site: Service) -> None:
    form = page_of(client.get("/events/ankara")).one("form")
    assert client.post(form.attrs["action"], data=TYPED).status_code == 303
    confirm(site, newest_confirm_link(site).removeprefix("/confirm/"))
    assert followed(site) == [("reader@example.org", "ankara")]


def test_an_event_without_a_day_can_be_awaited(client: FlaskClient, site: Service) -> None:
    assert client.post("/events/someday/reminders", data=TYPED).status_code == 303
    assert client.post(newest_confirm_link(site)).status_code == 200
    assert followed(site) == [("reader@example.org", "someday")]


def test_a_form_sent_as_multipart_is_read_too(client: FlaskClient, site: Service) -> None:
    answer = client.post(FORM, data=TYPED, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert what_is_stored(site) == (1, 0, 0, 1)


@pytest.mark.parametrize("address", ["/feeds/nato", "/events/ankara"])
@pytest.mark.parametrize(
    "typed",
    [
        {"address": "nobody"},
        {"address": '"><script>@'},
        {"address": ""},
        {"address": "a\x00b@example.org"},
        {"zone": "Mars/Olympus", "address": "nobody"},
        {"zone": '"<b>'},
        {"consent": ""},
        {"offsets": [], "notices": "no"},
        {"hour": "25:00"},
        {"digest": "hourly"},
        {"offsets": ["P9Y", "P0D"]},
        {"offsets": []} | {"address": "x", "zone": "", "consent": "", "language": ""},
        {"language": "tlh"},
    ],
)
def test_what_was_typed_is_kept_when_something_is_wrong(
    client: FlaskClient, site: Service, address: str, typed: dict[str, Any]
) -> None:
    values = TYPED | typed
    answer = client.post(f"{address}/reminders?lang=en", data=values)
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    form = page_of(answer).one("form", method="post")
    assert form.one("input", name="address").attrs["value"] == values["address"]
    assert ticked(form, "offsets") == [one for one in values["offsets"] if one != "P9Y"]
    assert choices(form, "field-zone") == [values["zone"]] * bool(values["zone"])
    assert choices(form, "field-language") == [values["language"]] * (values["language"] == "fr")
    assert ticked(form, "consent") == ["yes"] * bool(values["consent"])
    assert what_is_stored(site) == (0, 0, 0, 0)


def test_mistakes_are_announced_and_tied_to_their_fields(client: FlaskClient) -> None:
    wrong = {"address": "nobody", "zone": "Mars/Olympus", "language": "tlh", "hour": "8"}
    page = page_of(client.post(FORM, data=wrong))
    told = page.one(role="alert")
    assert len(told.all("li")) == 5
    ids = {one.attrs["id"] for one in page.all() if "id" in one.attrs}
    assert {link.attrs["href"][1:] for link in told.all("a")} <= ids
    for key in ("address", "hour", "language", "zone", "consent"):
        field = page.one(id=f"field-{key}")
        assert field.attrs["aria-invalid"] == "true"
        reason = page.one(id=field.attrs["aria-describedby"]).text
        assert reason
        assert reason in told.text


def test_nothing_is_announced_before_anything_is_wrong(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato"))
    assert not page.all(role="alert")
    assert not page.all(aria_invalid="true")
    good = page_of(client.post(FORM, data=TYPED | {"consent": ""})).one("input", name="address")
    assert "aria-invalid" not in good.attrs


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
def test_an_unknown_zone_and_a_bad_address_are_told_in_the_readers_language(
    client: FlaskClient, code: str
) -> None:
    wrong = TYPED | {"address": "nobody", "zone": "Mars/Olympus", "language": code}
    page = page_of(client.post(f"/feeds/nato/reminders?lang={code}", data=wrong))
    say = translator(code).gettext
    assert [one.text for one in page.one(role="alert").all("li")] == [
        say("This is not a complete email address. Write it like name@example.org."),
        say("This time zone is not known. Choose one from the list."),
    ]
    assert code == "en" or say("Choose at least one reminder.") != "Choose at least one reminder."


def test_an_empty_form_proposes_what_most_will_want(client: FlaskClient) -> None:
    form = page_of(client.get("/feeds/nato?lang=fr")).one("form", method="post")
    assert form.one("input", name="address").attrs["value"] == ""
    assert ticked(form, "offsets") == ["P1D"]
    assert choices(form, "field-language") == ["fr"]
    assert choices(form, "field-zone") == ["Europe/Tirane"]
    assert ticked(form, "consent") == []


def test_nobody_learns_from_the_form_who_is_a_reader(client: FlaskClient, site: Service) -> None:
    confirmed(site, "known@example.org")
    suppress_address(site, "suppressed@example.org")
    known, never, unknown = (f"{name}@example.org" for name in ("known", "suppressed", "unknown"))
    answers = [
        client.post(FORM, data=TYPED | {"address": address})
        for address in (known, never, unknown, *["often@example.org"] * 9)
    ]
    assert {(one.status, one.data, str(one.headers)) for one in answers} == {
        (answers[0].status, answers[0].data, str(answers[0].headers))
    }


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_link_changes_nothing(client: FlaskClient, site: Service, method: str) -> None:
    confirmed(site)
    sign_up(site, "other@example.org")
    before = what_is_stored(site)
    for link in (newest_confirm_link(site), stop_link(site)):
        for query in ("", "?List-Unsubscribe=One-Click", "?stop=everything"):
            answer = client.open(link + query, method=method, data=ONE_CLICK)
            assert answer.status_code == 200
            assert answer.data or method != "GET"
    assert what_is_stored(site) == before


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "", "text/plain", "x"]
)
def test_a_mail_programs_one_click_stops(client: FlaskClient, site: Service, kind: str) -> None:
    confirmed(site)
    link = stop_link(site)
    if kind == "multipart/form-data":
        answer = client.post(link, data=ONE_CLICK, content_type=kind)
    else:
        body = b"List-Unsubscribe=One-Click"
        answer = client.post(link, data=body, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert followed(site) == []
    assert client.post(link, data=ONE_CLICK).status_code == 200


def test_one_click_stops_no_more_than_that_mail_was_for(client: FlaskClient, site: Service) -> None:
    confirmed(site, event="ankara")
    confirmed(site, event="meeting")
    link = stop_link(site, "ankara")
    page = page_of(client.post(link + "?lang=en", data=ONE_CLICK))
    assert followed(site) == [("reader@example.org", "meeting")]
    button = page.one("form").one("button")
    assert button.text == "Stop everything"
    client.post(link, data={button.attrs["name"]: button.attrs["value"]})
    assert followed(site) == []


def test_the_pages_of_a_link_are_private(client: FlaskClient, site: Service) -> None:
    sign_up(site)
    link = newest_confirm_link(site)
    answers = [client.get(link), client.post(link), client.get(link), client.head(link)]
    stop = stop_link(site)
    answers += [client.get(stop), client.post(stop), client.get(stop), client.post(stop)]
    for answer in answers:
        assert answer.status_code == 200
        assert is_private(answer)


def test_a_links_page_loads_nothing_that_would_learn_of_it(
    client: FlaskClient, site: Service
) -> None:
    sign_up(site)
    page = page_of(client.get(newest_confirm_link(site)))
    assert not page.all("link", rel="alternate")
    assert "reader@example.org" not in page.text


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
def test_a_links_page_speaks_the_mails_language_unless_asked(
    client: FlaskClient, site: Service, code: str
) -> None:
    sign_up(site, language=code)
    link = newest_confirm_link(site)
    other = {"Accept-Language": "fr" if code == "en" else "en"}
    for address, method in ((link, "GET"), (link, "POST")):
        answer = client.open(address, method=method, headers=other)
        assert answer.headers["Content-Language"] == code
        assert page_of(answer).one("html").attrs["lang"] == code
    assert client.get(link + "?lang=sq", headers=other).headers["Content-Language"] == "sq"


def test_after_48_hours_a_link_is_gone_and_says_what_to_do(
    client: FlaskClient, site: Service, clock: SetClock
) -> None:
    sign_up(site)
    link = newest_confirm_link(site)
    clock.set(WINTER + timedelta(hours=47, minutes=59))
    assert client.get(link).status_code == 200
    clock.set(WINTER + timedelta(hours=48))
    for answer in (client.get(link + "?lang=en"), client.post(link + "?lang=en")):
        assert answer.status_code == 410
        assert page_of(answer).one("h1").text == "This link no longer works"
        assert answer.headers["Cache-Control"] == "no-store"
    assert followed(site) == []


def test_a_forged_link_is_gone_too(client: FlaskClient, site: Service) -> None:
    confirmed(site)
    sign_up(site)
    asked, stop = newest_confirm_link(site), stop_link(site)
    token, stopping = asked.rpartition("/")[2], stop.rpartition("/")[2]
    other = "Y" if token.startswith("X") else "X"
    forged = [
        *(f"/confirm/{other}{token[1:]}", asked[:-2], asked + "x", "/confirm/" + "a" * 3000),
        *(f"/unsubscribe/{token}", f"/confirm/{stopping}", "/confirm/.ics", "/unsubscribe/é.é"),
        *("/unsubscribe/WyJhIiwiYiIsImMiXQ.x", stop[:-2] + "..", "/confirm/=" + token),
    ]
    for link in forged:
        assert client.get(link).status_code == 410, link
        assert client.post(link, data=ONE_CLICK).status_code == 410, link
    assert followed(site) == [("reader@example.org", "nato")]


@pytest.mark.parametrize("typed", [TYPED, TYPED | {"address": "nobody"}, {}])
@pytest.mark.parametrize("event", ["the-hague", "called-off", "meeting"])
def test_what_is_over_or_cancelled_since_the_form_was_opened_is_409(
    client: FlaskClient, site: Service, event: str, typed: dict[str, Any]
) -> None:
    cancel_event(site, "meeting", "")
    answer = client.post(f"/events/{event}/reminders?lang=en", data=typed)
    assert answer.status_code == 409
    assert page_of(answer).one("h1").text == "This is not possible any more"
    assert what_is_stored(site) == (0, 0, 0, 0)


@pytest.mark.parametrize("name", ["feeds/nothing", "events/nothing", "events/planned-in-secret"])
def test_signing_up_to_what_is_not_there_is_404(client: FlaskClient, name: str) -> None:
    assert client.post(f"/{name}/reminders", data=TYPED).status_code == 404


@pytest.mark.parametrize("page", ["/feeds/nato", "/events/ankara"])
def test_opening_the_forms_own_address_leads_to_the_form(client: FlaskClient, page: str) -> None:
    answer = client.get(f"{page}/reminders", follow_redirects=True)
    assert answer.status_code == 200
    assert (
        page_of(answer).one("form", method="post").attrs["action"].startswith(f"{page}/reminders")
    )


def test_while_the_database_is_locked_nothing_is_half_done_and_nothing_lost(site: Service) -> None:
    confirmed(site)
    sign_up(site, "other@example.org")
    asked, stop = newest_confirm_link(site), stop_link(site)
    before = what_is_stored(site)
    posts: list[tuple[str, dict[str, Any]]] = [(FORM, TYPED), (asked, {}), (stop, ONE_CLICK)]
    with on_another_connection(site) as (hasty, database):
        client = client_of(hasty)
        with database.write():
            for link, data in posts:
                answer = client.post(link, data=data, headers={"Accept-Language": "en"})
                assert answer.status_code == 503
                assert int(answer.headers["Retry-After"]) > 0
                assert answer.headers["Cache-Control"] == "no-store"
                page = page_of(answer)
                if link == FORM:  # shown again as it was typed, to be sent again
                    assert page.one("input", name="address").attrs["value"] == TYPED["address"]
                    assert "Nothing that you typed is lost" in page.text
                else:
                    assert page.one("h1").text == "Back in a moment"
            assert client.get("/feeds/nato").status_code == 200
            assert client.get(asked).status_code == 200
        assert what_is_stored(site) == before
        assert [client.post(link, data=data).status_code for link, data in posts] == [303, 200, 200]
    assert followed(site) == [("other@example.org", "nato")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00=\x00&address=\x00%00%FF", "application/x-www-form-urlencoded"),
        (b"address=%ED%A0%80@x.org&zone=%F0&language=%00&offsets=%00&consent=%00", ""),
        ("address=ë@x.org".encode("utf-16"), "application/x-www-form-urlencoded; charset=utf-16"),
        (b"a=1" + b"&a=1" * 3000, "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" * 900, "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
        (b'{"address": null}', "application/json"),
        (b"", "text/plain; charset=ÿ"),
    ],
)
@pytest.mark.parametrize("address", ["/feeds/nato/reminders", "/events/ankara/reminders"])
def test_odd_forms_get_an_answer_and_leave_nothing(
    client: FlaskClient, site: Service, address: str, body: bytes, kind: str
) -> None:
    answer = client.post(address, data=body, headers={"Content-Type": kind})
    assert answer.status_code in {400, 413, 422}
    assert what_is_stored(site) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "address",
    [
        "a@" + "é" * 300,
        "a@[127.0.0.1]",
        "a@xn--a",
        '"a b"@x.org',
        "a@é..é",
        "a@b.org\r\nBcc: c@d.org",
        "a@b.org, c@d.org",
        "A <a@b.org>",
        "\u202ea@b.org",
        "a" * 9000 + "@b.org",
    ],
)
def test_no_address_is_taken_that_a_mail_could_not_safely_go_to(
    client: FlaskClient, site: Service, address: str
) -> None:
    assert client.post(FORM, data=TYPED | {"address": address}).status_code == 422
    assert what_is_stored(site) == (0, 0, 0, 0)


def test_every_field_of_a_form_with_mistakes_has_its_label(client: FlaskClient) -> None:
    page = page_of(client.post(FORM, data={}))
    assert len(page.all("h1")) == 1
    labelled = {label.attrs.get("for") for label in page.all("label")}
    wrapped = [id(one) for label in page.all("label") for one in label.all()]
    for field in page.all("input") + page.all("select"):
        assert field.attrs.get("id") in labelled or id(field) in wrapped
