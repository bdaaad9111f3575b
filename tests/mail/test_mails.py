"""What the mails say, in each language, as text and as HTML."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from calendar_service.domain.events import Revision, Status
from calendar_service.domain.reminders import DAY_BEFORE
from calendar_service.domain.words import days_until
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail import rendering
from calendar_service.mail.messages import Masthead, ReminderMail
from calendar_service.mail.sample_events import BRIEFING, MINISTERIAL
from calendar_service.mail.samples import MASTHEAD, SENT, Samples
from calendar_service.syndication.items import Item
from calendar_service.syndication.json_ld import json_ld_for_page
from tests.mail.samples import (
    NEVER_URL,
    UNSUBSCRIBE_URL,
    a_confirmation,
    a_reminder,
    composed,
)
from tests.right_to_left import arabic

SNAPSHOTS = Path(__file__).parent / "snapshots"


def test_each_template_is_compiled_once_for_all_languages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str | None] = []
    compile_one = Environment.compile

    def counting(self: Environment, source: str, name: str | None = None, *more: Any) -> Any:
        compiled.append(name)
        return compile_one(self, source, name, *more)

    monkeypatch.setattr(Environment, "compile", counting)
    monkeypatch.setattr(rendering, "_COMPILED", rendering._Compiled())
    rendering._environment.cache_clear()
    rendering.prepare()
    assert sorted(compiled, key=str) == sorted(set(compiled), key=str)
    assert len(compiled) > len(LANGUAGES)
    assert "Nesër" in composed(Samples("sq").reminder())["Subject"]
    assert "Demain" in composed(Samples("fr").reminder())["Subject"]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def text(mail: ReminderMail) -> str:
    return part(composed(mail), "plain")


def subject(mail: ReminderMail) -> str:
    return str(composed(mail)["Subject"])


@cache
def mails(language: str) -> dict[str, EmailMessage]:
    return {name: composed(mail) for name, mail in Samples(language).all().items()}


class Page(HTMLParser):
    """The words and addresses of a page, as a reader gets them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)

    @property
    def words(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.said))


# --- Snapshots ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", Samples().all())
def test_the_mails_read_as_in_the_snapshots(name: str, language: str) -> None:
    """`UPDATE_SNAPSHOTS=1` writes them anew; read the difference before committing it."""
    message = mails(language)[name]
    shown = f"Subject: {message['Subject']}\n\n{part(message, 'plain')}"
    for suffix, content in (("txt", shown), ("html", part(message, "html"))):
        file = SNAPSHOTS / f"{name}.{language}.{suffix}"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(content, encoding="utf-8")
        assert content == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["notice-some-dates", "digest"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_became_of_a_date_is_no_second_colon_after_it(language: str, name: str) -> None:
    """A colon may stand before what the new time or place is, so none stands before both."""
    (told,) = (
        line for line in part(mails(language)[name], "plain").split("\n") if "(UTC+2), " in line
    )
    assert re.search(r"\(UTC\+2\) [–—] \w", told)
    assert language != "fr" or told.count("\u00a0:") + told.count("\u202f:") == 1


# --- What a reminder says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "language", "beginning"),
    [
        ("2026-02-05 07:00", "en", "In 7 days"),
        ("2026-02-11 07:00", "en", "Tomorrow"),
        ("2026-02-11 22:59", "en", "Tomorrow"),
        ("2026-02-11 23:00", "en", "Today"),
        ("2026-02-05 07:00", "fr", "Dans 7 jours"),
        ("2026-02-11 07:00", "fr", "Demain"),
        ("2026-02-12 07:00", "fr", "Aujourd’hui"),
        ("2026-02-05 07:00", "sq", "Pas 7 ditësh"),
        ("2026-02-11 07:00", "sq", "Nesër"),
        ("2026-02-12 07:00", "sq", "Sot"),
        ("2026-02-05 07:00", "de", "In 7 Tagen"),
        ("2026-02-11 07:00", "de", "Morgen"),
        ("2026-02-12 07:00", "de", "Heute"),
        ("2026-02-05 07:00", "tr", "7 gün sonra"),
        ("2026-02-11 07:00", "tr", "Yarın"),
        ("2026-02-12 07:00", "tr", "Bugün"),
    ],
)
def test_the_subject_begins_with_the_distance_on_the_readers_calendar(
    date: str, language: str, beginning: str
) -> None:
    now = datetime.fromisoformat(date).replace(tzinfo=UTC)
    mail = a_reminder(language)
    days = days_until(mail.when, zone="Europe/Tirane", now=now)
    said = subject(a_reminder(language, days=days))
    assert re.split(r"\s?: ", said, maxsplit=1)[0] == beginning
    assert said.endswith(f": {MINISTERIAL.title[language]}")


def test_the_subject_of_an_event_that_has_begun_claims_no_distance() -> None:
    assert subject(a_reminder(days=-1)) == MINISTERIAL.title["en"]


def test_the_first_lines_say_what_when_and_where() -> None:
    assert text(a_reminder()).splitlines()[:4] == [
        "Meeting of NATO Ministers of Defence",
        "Thursday, 12 February 2026",
        "NATO Headquarters, Brussels",
        "",
    ]


def test_a_reader_elsewhere_gets_their_own_time_first_and_the_events_beside_it() -> None:
    assert text(Samples().late_reminder_from_afar()).splitlines()[:3] == [
        "Late reminder: Press briefing",
        "Tuesday, 31 March 2026, 02:00–03:30, Auckland (UTC+13)",
        "Local time of the event: Monday, 30 March 2026, 15:00–16:30, Brussels (UTC+2)",
    ]


def test_a_reader_whose_clocks_agree_gets_one_time() -> None:
    said = text(a_reminder(event=BRIEFING))
    assert "Monday, 30 March 2026, 15:00–16:30, Tirana (UTC+2)" in said
    assert "Local time" not in said


def test_only_a_late_reminder_says_that_it_is_late() -> None:
    late, punctual = text(a_reminder(late=True)), text(a_reminder())
    assert late.splitlines()[4].startswith("This reminder is late")
    assert "late" not in punctual


def test_an_event_that_is_not_sure_says_so() -> None:
    revision = a_reminder().revision
    tentative = replace(revision, event=replace(revision.event, status=Status.TENTATIVE))
    assert "not yet confirmed" in text(a_reminder(revision=tentative))
    assert "not yet confirmed" not in text(a_reminder())


def test_whoever_presides_is_named_first() -> None:
    said = text(a_reminder())
    chair = "- Mark Rutte, Secretary General of NATO (chair)\n"
    assert chair in said
    assert said.index("Mark Rutte") < said.index("Mykhailo Fedorov")


def test_the_end_says_why_one_gets_it_how_to_stop_and_who_sends_it() -> None:
    mail = a_reminder()
    end = text(mail).partition("----")[2]
    for fact in ("“The year of NATO” and “NATO Summits”", UNSUBSCRIBE_URL, "Kalendari"):
        assert fact in end
    assert MASTHEAD.imprint in end
    assert MASTHEAD.contact in end


def test_an_imprint_of_several_lines_and_none_at_all_are_both_right() -> None:
    several = Masthead(MASTHEAD.from_address, "Kalendari", MASTHEAD.origin, imprint="One\nTwo <3>")
    message = composed(a_reminder(masthead=several))
    assert "One\nTwo <3>\n" in part(message, "plain")
    assert "One<br>Two &lt;3&gt;" in part(message, "html")
    bare = Masthead(MASTHEAD.from_address, "Kalendari", MASTHEAD.origin)
    message = composed(a_reminder(masthead=bare))
    assert part(message, "plain").endswith("Sent by Kalendari, https://calendar.example.org\n")


def test_a_text_in_another_language_than_the_mails_is_marked() -> None:
    html = part(composed(Samples("fr").late_reminder_from_afar()), "html")
    assert '<span lang="en" dir="ltr">Press briefing</span>' in html
    assert '<html lang="fr" dir="ltr">' in html


def test_a_mail_runs_in_the_direction_of_its_language() -> None:
    with arabic():
        html = part(composed(Samples("ar").late_reminder_from_afar()), "html")
    assert '<html lang="ar" dir="rtl">' in html
    assert '<table role="presentation" class="page" dir="rtl"' in html, "for who drops the head"
    assert "padding:24px 22px;text-align:right" in html
    assert '<span lang="en" dir="ltr">Press briefing</span>' in html
    assert "تأخر هذا التذكير" in html
    assert '<div lang="en" dir="ltr" style="margin:18px 0 0;text-align:left">' in html


def test_an_event_without_place_text_or_guests_leaves_no_gap() -> None:
    bare = replace(MINISTERIAL, description={}, place=None, participants=())
    said = text(a_reminder(event=bare))
    assert "\n\n\n" not in said
    assert "Taking part" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same(language: str) -> None:
    for message in mails(language).values():
        html = part(message, "html")
        page = Page(html)
        addresses = " ".join(str(values.get("href", "")) for _, values in page.tags)
        said = re.sub(r"\n[^\n]+\n(?=https://\S+\n)", "\n", part(message, "plain"))
        for line in said.replace("\n----\n", "\n").splitlines():
            for phrase in re.split(r"\s?: https?://\S+$|https?://\S+", line.removeprefix("- ")):
                assert phrase.strip() in page.words
        for url in re.findall(r"https?://[^\s,]+", part(message, "plain")):
            assert url in addresses


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_fetches_nothing_runs_nothing_and_is_small(language: str) -> None:
    for message in mails(language).values():
        html = part(message, "html")
        page = Page(html)
        names = {tag for tag, _ in page.tags}
        assert names.isdisjoint({"img", "script", "link", "iframe", "form", "object", "video"})
        assert not re.search(r"url\(|@import|src=|background=", html)
        assert not any(name.startswith("on") for _, values in page.tags for name in values)
        assert len(message.as_bytes()) < 100_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_can_be_read_by_a_screen_reader(language: str) -> None:
    for message in mails(language).values():
        page = Page(part(message, "html"))
        attributes = dict(page.tags)["html"]
        assert attributes == {"lang": language, "dir": "ltr"}
        assert [tag for tag, _ in page.tags].count("h1") == 1
        tables = [values for tag, values in page.tags if tag == "table"]
        assert all(values["role"] == "presentation" for values in tables)


def test_what_programs_read_of_the_event_runs_nothing_and_ends_nothing() -> None:
    title = {"en": "</script><b>x</b> & <!--"}
    event = replace(MINISTERIAL, title=title)
    item = Item(Revision(event, 0, SENT, SENT), "en", MASTHEAD.origin)
    html = part(composed(a_reminder(event=event, markup=json_ld_for_page(item))), "html")
    scripts = [values for tag, values in Page(html).tags if tag == "script"]
    assert scripts == [{"type": "application/ld+json"}]
    written = re.findall(r"<script[^>]*>(.*?)</script>", html)
    assert [json.loads(one)["name"] for one in written] == [title["en"]]


def test_markup_in_a_text_is_text() -> None:
    title = {"en": "<b>Bold</b> & {{ 7*7 }} %(x)s 100%"}
    event = replace(
        MINISTERIAL, language="en", title=title, description={"en": "<script>x</script>"}
    )
    message = composed(a_reminder(event=event, follows=("<i>Feed</i>",)))
    html = part(message, "html")
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; {{ 7*7 }} %(x)s 100%" in html
    assert "<script" not in html
    assert "<i>" not in html
    assert part(message, "plain").startswith(title["en"])
    assert str(message["Subject"]) == f"Tomorrow: {title['en']}"


# --- What a confirmation says -------------------------------------------------------------------


def test_a_confirmation_says_what_is_asked_until_when_and_what_happens_otherwise() -> None:
    said = part(composed(a_confirmation()), "plain")
    for fact in (
        "NATO Summits",
        "a week before, a day before and on the morning of the event",
        "Tirana (UTC+1)",
        "48 hours, until Friday, 13 February 2026 at 08:00",
        "https://calendar.example.org/confirm/kdnwb2wm7q",
        "do nothing",
    ):
        assert fact in said


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_confirmation_shows_how_never_to_be_written_to_again(kind: str) -> None:
    shown = re.sub(r"<head>.*</head>", "", part(composed(a_confirmation()), kind), flags=re.DOTALL)
    assert shown.count(NEVER_URL) == 1
    assert "If you never want to hear from us, say so here" in shown


def test_a_confirmation_of_one_hour_is_in_the_singular() -> None:
    mail = a_confirmation(expires_in=1, offsets=(DAY_BEFORE,))
    assert "works for 1 hour, until" in part(composed(mail), "plain")


def test_a_confirmation_has_no_file_and_names_no_other_list_and_one_click_ends_all_mail() -> None:
    message = composed(a_confirmation())
    assert list(message.iter_attachments()) == []
    assert message["List-Id"] == "Kalendari <confirmation.calendar.example.org>"
    assert message["List-Unsubscribe"] == f"<{NEVER_URL}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
