"""What holds for a mail of every kind in every language, as it leaves the machine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import getaddresses
from typing import cast

import pytest
from sqlalchemy import select

from calendar_service.actions.preferences import Wish, change_by_address
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.domain.digests import Digest
from calendar_service.domain.search import Search
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.dkim_keys import make_keys
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.database import Database
from calendar_service.store.rows import DeliveryRow, Row
from tests.builders import timed, utc
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event, sign_up
from tests.delivery.mailings import body_of
from tests.delivery.newsroom import Newsroom
from tests.stores import WINTER, reset, with_settings
from tests.web.sites import client_of

KINDS = ("arrival", "confirmation", "digest", "notice", "preferences", "reminder")
TALKS = Search(topic=("talks",))
PUBLIC = "https://calendar.example.org"
BOUNCES = BounceAddress.parse("bounces@example.org")

Mails = dict[tuple[str, str], EmailMessage]


@pytest.fixture(scope="module")
def site(
    shared_sqlite: Database, sqlite_form: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """An installation that signs, and whose envelopes are each mail's own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "var").mkdir()
    reset(shared_sqlite, sqlite_form)
    plain = Service(shared_sqlite, read_settings({}, folder), SetClock(WINTER), b"a secret")
    yield with_settings(
        plain,
        origin=PUBLIC,
        mail_from="Kalendari <calendar@example.org>",
        bounce_address="bounces@example.org",
        dkim_key=tuple(make_keys(folder / "dkim", "calendar")),
        dkim_domain="example.org",
    )
    shared_sqlite.close()


@pytest.fixture(scope="module")
def mails(site: Service) -> Mails:
    """One mail of each kind in each language."""
    return {_named(site, mail): mail for mail in _sent(site)}


def _sent(service: Service) -> list[EmailMessage]:
    """What a reader of each language is sent in three days, and who signs up then."""
    load_feeds(service, NATO)
    publish_event(service, "briefing", "2026-03-10T15:00:00", zone="Europe/Brussels")
    newsroom = Newsroom(service, cast("SetClock", service.clock))
    newsroom.clock.set(utc("2026-03-06 12:00"))
    for language in LANGUAGES:
        confirmed(service, f"{language}@example.org", language=language)
        confirmed(service, f"{language}@example.org", search=TALKS, language=language)
        wish = Wish(digest=Digest.WEEKLY, arrivals=True)
        change_by_address(service, f"{language}@example.org", wish)
    publish_event(service, "talks", "2026-03-20", topics=["talks"])
    newsroom.move(timed("2026-03-10 10:00", "11:00"))
    newsroom.wait(4)
    earlier = newsroom.mails
    newsroom.clock.set(utc("2026-03-09 09:00"))
    for language in LANGUAGES:
        sign_up(service, f"new-{language}@example.org", language=language)
    newsroom.at_once()
    newsroom.sender.close()
    return [*earlier, *newsroom.mails]


def _named(service: Service, mail: EmailMessage) -> tuple[str, str]:
    """Its kind, by the ledger that its envelope sender leads to, and its language."""
    (returned,) = BOUNCES.find(mail["Return-Path"], most=2)
    with service.database.read() as session:
        kind = select(DeliveryRow.kind).where(DeliveryRow.id == returned.delivery_id)
        return session.scalars(kind).one(), mail["Content-Language"]


def test_every_kind_leaves_in_every_language_and_each_mail_has_what_relays_and_programs_ask_for(
    mails: Mails,
) -> None:
    assert set(mails) == {(kind, language) for kind in KINDS for language in LANGUAGES}
    for (kind, language), mail in mails.items():
        once = Counter(name.lower() for name in mail)
        assert {name for name, count in once.items() if count > 1} == {"dkim-signature"}
        assert mail["From"] == "Kalendari <calendar@example.org>"
        new = "new-" if kind == "confirmation" else ""
        assert getaddresses([mail["To"]]) == [("", f"{new}{language}@example.org")]
        assert mail["Date"].datetime.tzinfo is not None
        assert re.fullmatch(r"<[0-9a-f]{40}@example\.org>", mail["Message-ID"])
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert {"precedence", "cc", "bcc", "reply-to"}.isdisjoint(once)
        assert mail["Content-Language"] == language
        assert len(mail.as_bytes()) < 100_000
    assert len({mail["Message-ID"] for mail in mails.values()}) == len(mails)


def test_every_mail_has_an_envelope_sender_that_fits_and_is_its_own(mails: Mails) -> None:
    senders = {mail["Return-Path"].strip("<>") for mail in mails.values()}
    assert len(senders) == len(mails)
    assert all(
        re.fullmatch(r"bounces\+[0-9a-f]+-[a-z2-7]{16}@example\.org", one) for one in senders
    )
    assert max(len(one.partition("@")[0]) for one in senders) <= 64


def test_mails_about_an_event_are_one_thread_and_others_are_in_none(mails: Mails) -> None:
    for language in LANGUAGES:
        notice, reminder = (mails[kind, language] for kind in ("notice", "reminder"))
        assert notice["References"] == notice["In-Reply-To"] == reminder["References"]
        assert reminder["In-Reply-To"] is None
        assert mails["arrival", language]["References"] not in {None, notice["References"]}
        for kind in ("confirmation", "digest", "preferences"):
            assert {"References", "In-Reply-To"}.isdisjoint(mails[kind, language].keys())


def test_everything_has_its_list_and_its_one_click(mails: Mails) -> None:
    clicks = {"confirmation": "never", "digest": "digest"}
    for (kind, _), mail in mails.items():
        assert re.search(r"<[\w.-]+\.calendar\.example\.org>$", mail["List-Id"].strip())
        path = clicks.get(kind, "unsubscribe")
        assert re.fullmatch(rf"<{PUBLIC}/{path}/[\w-]+>", mail["List-Unsubscribe"].strip())
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        signatures = [re.sub(r"\s", "", one) for one in mail.get_all("DKIM-Signature", [])]
        assert [re.search(r";a=([\w-]+);", one)[1] for one in signatures] == [  # type: ignore[index]
            "rsa-sha256",
            "ed25519-sha256",
        ]
        for one in signatures:
            signed = re.search(r";h=([^;]+);", one)[1].lower().split(":")  # type: ignore[index]
            assert {"list-unsubscribe", "list-unsubscribe-post", "message-id", "date"} <= set(
                signed
            )
            assert signed.count("from") == 2, "nobody can add another one"


def test_every_link_leads_to_the_site_and_the_html_asks_for_nothing(mails: Mails) -> None:
    for (kind, language), mail in mails.items():
        html, text = body_of(mail, "html"), body_of(mail)
        assert f'<html lang="{language}" dir="ltr">' in html
        assert not re.search(
            r"<(img|script(?! type=.application/ld)|link|iframe|form|object)\b", html
        )
        assert not re.search(r"url\(|@import|\bsrc=|\bbackground=", html)
        addresses = re.findall(r'href="([^"]+)"', html)
        assert all(one.startswith((PUBLIC, "mailto:")) for one in addresses), (kind, language)
        assert set(re.findall(r"https?://[^\s,]+", text)) <= set(addresses)


def test_whoever_looks_at_any_link_of_any_mail_changes_nothing_and_only_a_click_does(
    site: Service, mails: Mails
) -> None:
    client, before = client_of(site), everything_in(site)
    assert all(len(links_in(mail)) >= 2 for mail in mails.values())
    for link in set().union(*map(links_in, mails.values())):
        path, joint = link.removeprefix(PUBLIC) or "/", "&" if "?" in link else "?"
        for method, query in (("HEAD", ""), ("GET", f"{joint}List-Unsubscribe=One-Click")):
            assert client.open(path + query, method=method).status_code == 200, link
    assert everything_in(site) == before
    for kind, language in zip(KINDS, ("de", "en", "fr", "fr", "en", "sq"), strict=True):
        link = mails[kind, language]["List-Unsubscribe"].strip().strip("<>").removeprefix(PUBLIC)
        assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        after = everything_in(site)
        assert after != before, kind
        before = after


def links_in(mail: EmailMessage) -> set[str]:
    """Whatever a scanner takes for a link to the site: in headers, texts, markup and files."""
    parts = (part.get_content() for part in mail.walk() if not part.is_multipart())
    texts = [one.decode() if isinstance(one, bytes) else one for one in (*mail.values(), *parts)]
    unfolded = re.sub(r"\r?\n[ \t]", "", "\n".join(texts))
    return set(re.findall(rf"{PUBLIC}[^\s\"'<>,\\]*", unfolded))


def everything_in(service: Service) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with service.database.read() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in Row.metadata.sorted_tables
        }
