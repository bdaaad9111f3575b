"""The page of a reader's own link: all that they are sent, changed without a password."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from calendar_service.actions.preferences import Choice, choices_by_link
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.service import Service
from calendar_service.actions.tokens import Purpose, make_token
from calendar_service.store.rows import (
    AuditRow,
    BucketRow,
    ConsentRow,
    DeliveryRow,
    ReaderRow,
    SubscriptionRow,
)
from tests.calendars_at_work import confirmed, deliveries
from tests.stores import WINTER
from tests.web.reading import Element, page_of
from tests.web.sites import client_of, on_another_connection
from tests.web.test_signup import choices, followed, is_private, ticked

ADDRESS = "reader@example.org"
CHOSEN = {
    "offsets": ["P7D", "P0D"],
    "language": "fr",
    "zone": "America/New_York",
    "hour": "18:30",
    "notices": ["no"],
    "digest": "weekly",
}


@pytest.fixture
def link(site: Service) -> str:
    """The link of a reader who follows a feed and an event, in English."""
    confirmed(site, ADDRESS)
    confirmed(site, ADDRESS, event="ankara")
    return link_of(site)


def link_of(site: Service) -> str:
    with site.database.read() as session:
        key = session.scalars(select(ReaderRow.key)).one()
    return f"/preferences/{preferences_token(site, key)}"


def chosen(site: Service, link: str) -> list[Choice]:
    return choices_by_link(site, link.rpartition("/")[2])


def number_of(site: Service, link: str, name: str) -> int:
    (number,) = [one.subscription_id for one in chosen(site, link) if one.target.name == name]
    return number


def stored(site: Service) -> list[int]:
    """How much there is of what a visit might change."""
    with site.database.read() as session:
        kinds = (SubscriptionRow, ReaderRow, DeliveryRow, AuditRow, ConsentRow)
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def form_of(page: Element, action: str, only: int | str) -> Element:
    (found,) = [
        form
        for form in page.all("form")
        if form.attrs["action"].split("?")[0].endswith(action)
        and form.all("input", name="only", value=str(only))
    ]
    return found


# --- Looking ------------------------------------------------------------------------------------


def test_a_page_shows_what_is_followed_and_how(
    client: FlaskClient, site: Service, link: str
) -> None:
    page = page_of(client.get(link))
    assert [one.text for one in page.all("strong")] == ["NATO", "Summit in Ankara"]
    form = form_of(page, "/choose", number_of(site, link, "nato"))
    assert ticked(form, "offsets") == ["P1D"]
    assert ticked(form, "notices") == ["yes"]
    prefix = f"field-{number_of(site, link, 'nato')}-"
    assert choices(form, prefix + "language") == ["en"]
    assert choices(form, prefix + "zone") == ["Europe/Tirane"]
    assert choices(form, prefix + "digest") == [""]
    assert form.one("input", name="hour").attrs["value"] == "08:00"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "below", ["", "/choose", "/pause", "/resume", "/stop", "/download", "/erase", "?done=erased"]
)
def test_looking_changes_nothing(
    client: FlaskClient, site: Service, link: str, method: str, below: str
) -> None:
    before = stored(site)
    answer = client.open(link + below, method=method, data=CHOSEN | {"only": "all"})
    assert answer.status_code in {200, 302}
    assert is_private(answer)
    assert "Set-Cookie" not in answer.headers
    assert stored(site) == before


def test_the_page_names_no_address_and_leads_nowhere_else(client: FlaskClient, link: str) -> None:
    page = page_of(client.get(link))
    assert ADDRESS not in page.text
    assert not page.all("link", rel="alternate")


@pytest.mark.parametrize("code", ["en", "sq", "fr"])
def test_it_speaks_the_mails_language_unless_asked(
    client: FlaskClient, site: Service, code: str
) -> None:
    confirmed(site, ADDRESS, language=code)
    answer = client.get(link_of(site), headers={"Accept-Language": "fr" if code == "en" else "en"})
    assert page_of(answer).one("html").attrs["lang"] == code
    assert page_of(client.get(link_of(site) + "?lang=sq")).one("html").attrs["lang"] == "sq"


def test_what_is_done_and_what_is_wrong_is_told_in_the_language_of_the_page(
    client: FlaskClient, link: str
) -> None:
    german = {"Accept-Language": "de"}
    done = page_of(client.get(f"{link}?done=saved", headers=german))
    assert done.one(role="status").text == "Saved. An email tells how it is now."
    wrong = client.post(f"{link}/pause", data={"only": "all", "until": "x"}, headers=german)
    assert page_of(wrong).one(role="alert").text == "Choose a day that is still to come."


# --- Choosing -----------------------------------------------------------------------------------


def test_a_choice_is_kept_told_and_answered_by_a_mail(
    client: FlaskClient, site: Service, link: str
) -> None:
    number = number_of(site, link, "nato")
    answer = client.post(f"{link}/choose?lang=en", data=CHOSEN | {"only": number})
    assert answer.status_code == 303
    page = page_of(client.get(answer.headers["Location"]))
    assert "Saved" in page.one(role="status").text
    (nato,) = [one for one in chosen(site, link) if one.subscription_id == number]
    assert [str(one) for one in nato.preferences.offsets] == CHOSEN["offsets"]
    assert (nato.preferences.language, nato.preferences.zone) == ("fr", "America/New_York")
    assert f"{nato.preferences.hour:%H:%M}" == "18:30"
    assert (nato.preferences.notices, nato.preferences.digest) == (False, "weekly")
    (other,) = [one for one in chosen(site, link) if one.subscription_id != number]
    assert other.preferences.language == "en"
    assert len(deliveries(site, "preferences")) == 1


def test_a_choice_may_be_of_all_alike(client: FlaskClient, site: Service, link: str) -> None:
    form = CHOSEN | {"only": number_of(site, link, "nato"), "alike": "yes"}
    assert client.post(f"{link}/choose", data=form).status_code == 303
    assert {one.preferences.zone for one in chosen(site, link)} == {"America/New_York"}


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"hour": "noon"}, "hour"),
        ({"language": "tlh"}, "language"),
        ({"digest": "hourly"}, "digest"),
        ({"offsets": ["P9Y"]}, "offsets"),
        ({"offsets": [], "digest": ""}, "offsets"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_what_was_typed_is_kept(
    client: FlaskClient, site: Service, link: str, wrong: dict[str, str], key: str
) -> None:
    before, number = chosen(site, link), number_of(site, link, "nato")
    answer = client.post(f"{link}/choose?lang=en", data=CHOSEN | {"only": number} | wrong)
    assert answer.status_code == 422
    assert is_private(answer)
    page = page_of(answer)
    told = page.one(role="alert")
    field = page.one(id=told.one("a").attrs["href"][1:])
    assert field.attrs["id"] == f"field-{number}-{key}"
    assert field.attrs["aria-invalid"] == "true"
    assert page.one(id=field.attrs["aria-describedby"]).text in told.text
    form = form_of(page, "/choose", number)
    assert form.one("input", name="hour").attrs["value"] == (CHOSEN | wrong)["hour"]
    assert chosen(site, link) == before


def test_reminders_that_are_not_offered_stay_until_they_are_unticked(
    client: FlaskClient, site: Service
) -> None:
    confirmed(site, ADDRESS, offsets=("P2D", "P1D"))
    link = link_of(site)
    form = page_of(client.get(link)).all("form")[0]
    assert ticked(form, "offsets") == ["P2D", "P1D"]


@pytest.mark.parametrize("only", ["0", "x", "", "-1", "9" * 30, "٣"])
def test_what_is_not_followed_is_not_changed(
    client: FlaskClient, site: Service, link: str, only: str
) -> None:
    before = chosen(site, link)
    for action, data in (("choose", CHOSEN), ("pause", {}), ("resume", {}), ("stop", {})):
        assert client.post(f"{link}/{action}", data=data | {"only": only}).status_code == 303
    assert chosen(site, link) == before


@pytest.mark.parametrize("action", ["choose", "pause", "resume"])
def test_what_was_stopped_in_another_window_is_not_said_to_be_changed(
    client: FlaskClient, site: Service, link: str, action: str
) -> None:
    number = number_of(site, link, "nato")
    client.post(f"{link}/stop", data={"only": number})
    typed = CHOSEN | {"only": number, "until": "no day"}
    answer = client.post(f"{link}/{action}?lang=en", data=typed)
    page = page_of(client.get(answer.headers["Location"]))
    assert page.one(role="status").text.startswith("You do not follow this any more")


def test_a_day_typed_in_another_window_is_kept_where_it_is_paused_already(
    client: FlaskClient, site: Service, link: str
) -> None:
    number = number_of(site, link, "nato")
    for only in (str(number), "all"):
        client.post(f"{link}/pause", data={"only": only})
        answer = client.post(f"{link}/pause", data={"only": only, "until": "yesterday"})
        field = page_of(answer).one(id=f"field-{only}-until")
        assert (field.attrs["value"], field.attrs["aria-invalid"]) == ("yesterday", "true")


# --- Pausing and stopping -----------------------------------------------------------------------


def test_it_is_paused_until_a_day_or_until_it_is_resumed(
    client: FlaskClient, site: Service, link: str
) -> None:
    number = number_of(site, link, "nato")
    day = (WINTER + timedelta(days=20)).date()
    client.post(f"{link}/pause", data={"only": number, "until": day.isoformat()})
    page = page_of(client.get(link + "?lang=en"))
    assert "Paused until" in page.one("details", id=f"followed-{number}").one(class_="mark").text
    client.post(f"{link}/pause", data={"only": "all", "until": ""})
    page = page_of(client.get(link + "?lang=en"))
    assert [one.text for one in page.all(class_="mark")] == ["Paused until you resume it"] * 2
    client.post(f"{link}/resume", data={"only": "all"})
    assert [one.paused_until for one in chosen(site, link)] == [None, None]


@pytest.mark.parametrize("until", ["yesterday", "2026-02-30", "2020-01-01", "9999-12-31", "<"])
@pytest.mark.parametrize("only", ["nato", "all"])
def test_a_day_that_is_none_or_over_is_told_at_its_field(
    client: FlaskClient, site: Service, link: str, until: str, only: str
) -> None:
    number = only if only == "all" else number_of(site, link, only)
    answer = client.post(f"{link}/pause?lang=en", data={"only": number, "until": until})
    assert answer.status_code == 422
    field = page_of(answer).one(id=f"field-{number}-until")
    assert field.attrs["value"] == until
    told = page_of(answer).one(role="alert")
    assert told.attrs["id"] == field.attrs["aria-describedby"]
    assert [one.paused_until for one in chosen(site, link)] == [None, None]


def test_one_thing_is_stopped_or_all(client: FlaskClient, site: Service, link: str) -> None:
    client.post(f"{link}/stop", data={"only": number_of(site, link, "nato")})
    assert followed(site) == [(ADDRESS, "ankara")]
    answer = client.post(f"{link}/stop?lang=en", data={"only": "all"})
    assert followed(site) == []
    page = page_of(client.get(answer.headers["Location"]))
    assert "You follow nothing" in page.one("main").text
    assert client.get(link + "/download").status_code == 200


# --- What is held -------------------------------------------------------------------------------


def test_all_that_is_held_comes_as_a_file(client: FlaskClient, site: Service, link: str) -> None:
    client.post(f"{link}/stop", data={"only": number_of(site, link, "nato")})
    answer = client.get(link + "/download")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="about-me.json"'
    assert is_private(answer)
    held = json.loads(answer.text)
    assert held["address"] == ADDRESS
    assert [(one["kind"], one["name"]) for one in held["follows"]] == [
        ("feed", "nato"),
        ("event", "ankara"),
    ]
    assert held["follows"][0]["ended_at"] == WINTER.isoformat()
    assert "reminded by email" in held["follows"][0]["consents"][0]["words"]
    assert [one["what"] for one in held["log"]] == [
        "reader.confirm",
        "reader.confirm",
        "reader.unsubscribe",
    ]
    assert len(held["signups"]) == 2


def test_a_file_has_something_of_every_column_that_is_about_a_reader(
    client: FlaskClient, site: Service, link: str
) -> None:
    held = json.loads(client.get(link + "/download").text)
    ours = {"id", "reader_id", "target_kind", "target_name", "key"}
    assert {column.name for column in SubscriptionRow.__table__.columns} - ours <= {
        *held["follows"][0]
    }
    assert {column.name for column in ConsentRow.__table__.columns} - {"id", "subscription_id"} <= {
        *held["follows"][0]["consents"][0]
    }


def test_erasing_is_asked_once_more_and_then_done(
    client: FlaskClient, site: Service, link: str
) -> None:
    asked = page_of(client.get(link + "/erase?lang=en"))
    assert asked.one("form").attrs["method"] == "post"
    assert len(followed(site)) == 2
    done = client.post(link + "/erase?lang=en")
    assert page_of(done).one("h1").text == "You are erased"
    assert is_private(done)
    with site.database.read() as session:
        for kind in (ReaderRow, SubscriptionRow, ConsentRow, DeliveryRow):
            assert session.scalar(select(func.count()).select_from(kind)) == 0
    assert client.get(link).status_code == 410


# --- Another link -------------------------------------------------------------------------------


def test_a_forged_link_is_gone_and_offers_another(
    client: FlaskClient, site: Service, link: str
) -> None:
    with site.database.read() as session:
        key = session.scalars(select(ReaderRow.key)).one()
    token = link.rpartition("/")[2]
    other = make_token(site.secret, Purpose.UNSUBSCRIBE, key, "", "0")
    forged = ["x", token[:-2], token + "x", other, preferences_token(site, "nobody"), "a" * 3000]
    pages = set()
    for one in forged:
        for below in ("", "/erase", "/download"):
            answer = client.get(f"/preferences/{one}{below}?lang=en")
            assert answer.status_code == 410
            assert is_private(answer)
            pages.add(answer.text)
        for action in ("choose", "pause", "resume", "stop", "erase"):
            answer = client.post(f"/preferences/{one}/{action}", data=CHOSEN | {"only": "all"})
            assert answer.status_code == 410
    (page,) = pages
    assert 'action="/preferences?lang=en"' in page
    assert len(followed(site)) == 2


def test_the_link_is_sent_to_readers_and_nobody_is_told_who_is_one(
    client: FlaskClient, site: Service, link: str
) -> None:
    with site.database.write() as session:
        session.execute(delete(BucketRow))
    answers = [
        client.post("/preferences?lang=en", data={"address": address})
        for address in (ADDRESS, "unknown@example.org", ADDRESS, *["often@example.org"] * 5)
    ]
    assert {(one.status, one.data, str(one.headers)) for one in answers} == {
        ("303 SEE OTHER", answers[0].data, str(answers[0].headers))
    }
    told = page_of(client.get(answers[0].headers["Location"]))
    assert told.one("h1").text == "Check your inbox"
    assert len(deliveries(site, "preferences")) == 1


def test_an_address_that_is_none_is_told_at_its_field(client: FlaskClient) -> None:
    answer = client.post("/preferences?lang=en", data={"address": "nobody"})
    assert answer.status_code == 422
    field = page_of(answer).one("input", name="address")
    assert field.attrs["value"] == "nobody"
    assert page_of(answer).one(role="alert").attrs["id"] == field.attrs["aria-describedby"]


def test_a_locked_store_keeps_what_was_typed(site: Service) -> None:
    with on_another_connection(site) as (hasty, database), database.write():
        answer = client_of(hasty).post("/preferences?lang=en", data={"address": ADDRESS})
    assert answer.status_code == 503
    assert page_of(answer).one("input", name="address").attrs["value"] == ADDRESS
