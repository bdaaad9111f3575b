"""What readers come for, from the agenda to the last click, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.service import Service
from calendar_service.language.catalogues import translator
from calendar_service.store.rows import ReaderRow
from tests.browser.conftest import Window, Windows
from tests.browser.world import newspaper
from tests.web.test_signup import followed, newest_confirm_link, stop_link

pytestmark = pytest.mark.browser

KINDS = (("sq", 390, True), ("fr", 1280, False), ("en", 320, False), ("en", 1280, True))
"""Language, width, and whether scripts run."""


@pytest.mark.parametrize(("language", "width", "scripts"), KINDS)
def test_a_reader_subscribes_signs_up_confirms_chooses_pauses_stops_and_is_erased(
    windows: Windows, site: Service, language: str, width: int, scripts: bool
) -> None:
    say = translator(language).gettext
    window = windows.new(width=width, scripts=scripts)
    page = window.page
    window.open(f"/?lang={language}")
    page.locator(".feeds h3 a").first.click()
    way = page.locator(".apps a[role=button]").first.get_attribute("href") or ""
    assert way.startswith(("webcal://127.0.0.1", "https://calendar.google.com"))

    address = f"reader-{language}-{width}@example.org"
    page.fill("#field-address", address)
    page.check("input[name=offsets][value=P7D]")
    page.click("form[method=post] button[type=submit]")
    wrong = page.locator(".problems[role=alert]")
    expect(wrong).to_contain_text(say("Please tick the box.")[-12:] if language == "en" else "")
    expect(wrong).to_be_visible()
    assert page.input_value("#field-address") == address
    assert page.is_checked("input[name=offsets][value=P7D]")
    window.trouble.clear()  # the browser itself notes the answer 422

    page.check("#field-consent")
    page.click("form[method=post] button[type=submit]")
    expect(page.locator("h1")).to_have_text(say("Check your inbox"))

    window.open(f"{newest_confirm_link(site)}?lang={language}")
    window.picture(f"confirm-{language}-{width}")
    page.click("main form button")
    expect(page.locator("h1")).to_have_text(say("You are signed up"))
    assert (address, "nato") in followed(site)

    choose_and_pause(window, site, language, address)
    window.open(f"{stop_of(site, address)}?lang={language}")
    window.picture(f"unsubscribe-{language}-{width}")
    page.locator("main form button").first.click()
    expect(page.locator("h1")).to_have_text(say("Stopped"))
    assert (address, "nato") not in followed(site)

    link = choices_of(site, address)
    window.open(f"{link}?lang={language}")
    page.click("a[href*='/erase']")
    window.picture(f"erase-{language}-{width}")
    page.click("main form button")
    expect(page.locator("h1")).to_have_text(say("You are erased"))
    page.goto(f"{window.origin}{link}?lang={language}")
    expect(page.locator("h1")).to_have_text(say("This link no longer works"))
    window.trouble.clear()  # the browser itself notes the answer 410


@pytest.mark.parametrize(("number", "kind"), list(enumerate(KINDS)))
def test_who_signs_up_for_what_has_just_been_cancelled_follows_its_calendar_instead(
    windows: Windows, site: Service, number: int, kind: tuple[str, int, bool]
) -> None:
    language, width, scripts = kind
    say = translator(language).gettext
    window = windows.new(width=width, scripts=scripts)
    page, address = window.page, f"late-{language}-{width}@example.org"
    window.open(f"/events/group-{number}?lang={language}")
    page.fill("#field-address", address)
    page.check("#field-consent")
    cancel_event(site, f"group-{number}", "")
    page.click(".signup form[method=post] button[type=submit]")
    expect(page.locator("h1")).to_have_text(say("This is not possible any more"))
    window.picture(f"too-late-{language}-{width}")
    assert page.input_value("#field-address") == address
    assert not page.is_checked("#field-consent")
    page.check("#field-consent")
    page.locator("form[method=post] button[type=submit]").first.click()
    expect(page.locator("h1")).to_have_text(say("Check your inbox"))
    window.trouble.clear()  # the browser itself notes the answer 409


@pytest.mark.parametrize(("language", "width", "scripts"), KINDS)
def test_what_was_asked_for_in_several_forms_is_confirmed_on_one_page_singly_or_at_once(
    windows: Windows, site: Service, language: str, width: int, scripts: bool
) -> None:
    say = translator(language).gettext
    window = windows.new(width=width, scripts=scripts)
    page = window.page
    address = f"several-{language}-{width}@example.org"
    search = f"/feeds/custom?text={'o' * 60}&text=%3Cb%3Efree%3C%2Fb%3E"
    for form in ("/feeds/nato?", "/events/nato-summit-ankara-2026?", f"{search}&"):
        window.open(f"{form}lang={language}")
        page.fill("#field-address", address)
        page.check("#field-consent")
        page.click(".signup form[method=post] button[type=submit]")
        expect(page.locator("h1")).to_have_text(say("Check your inbox"))
        if form == "/feeds/nato?":
            link = newest_confirm_link(site)

    window.open(f"{link}?lang={language}")
    window.picture(f"confirm-several-{language}-{width}")
    expect(page.locator("main h2")).to_have_count(3)
    page.locator("main section").nth(1).locator("button").click()
    expect(page.locator("h1")).to_have_text(say("You are signed up"))
    ((_, uid),) = [one for one in followed(site) if one[0] == address]
    assert uid not in {"nato", "custom"}
    page.click("main .note a")
    expect(page.locator("main h2")).to_have_count(2)
    page.locator("main form > button").click()
    expect(page.locator("main [role=status] p")).to_have_count(2)
    window.picture(f"confirmed-several-{language}-{width}")
    assert len([one for one in followed(site) if one[0] == address]) == 3
    page.locator("main p:last-child a").click()
    assert page.get_attribute("html", "lang") == language


def choose_and_pause(window: Window, site: Service, language: str, address: str) -> None:
    """Changes what a reader is sent, pauses it and resumes it."""
    page = window.page
    window.open(f"{choices_of(site, address)}?lang={language}")
    page.check("input[name=offsets][value=P0D]")
    page.select_option("select[name=digest]", "weekly")
    page.fill("input[name=hour]", "18:30")
    page.click("form[action*='/choose'] button")
    expect(page.locator(".note[role=status]")).to_be_visible()
    assert page.input_value("input[name=hour]") == "18:30"
    assert page.is_checked("input[name=offsets][value=P0D]")
    window.picture(f"preferences-{language}")
    page.click("form[action*='/pause'] button")
    paused = translator(language).gettext("Paused until you resume it")
    expect(page.locator(".followed .mark")).to_have_text(paused)
    page.click("form[action*='/resume'] button")
    expect(page.locator(".followed .mark")).to_have_count(0)


def choices_of(site: Service, address: str) -> str:
    """The link to what a reader is sent."""
    with site.database.read() as session:
        key = session.scalars(select(ReaderRow.key).where(ReaderRow.address == address)).one()
    return f"/preferences/{preferences_token(site, key)}"


def stop_of(site: Service, address: str) -> str:
    """The unsubscribe link of the reader's mails."""
    return stop_link(site, "nato-summit-ankara-2026", address=address)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_event_is_found_by_the_words_that_people_type(windows: Windows, scripts: bool) -> None:
    window = windows.new(scripts=scripts)
    page = window.page
    window.open("/?lang=en")
    page.fill("#field-text", "ATLANTIC council")
    page.press("#field-text", "Enter")
    expect(page).to_have_url(re.compile(r"/\?lang=en&text=ATLANTIC\+council$"))
    expect(page.locator(".entry h3 a")).to_have_count(1)
    page.locator(".criteria a").click()
    expect(page.locator(".criteria")).to_have_count(0)
    page.click("text=Month")
    expect(page.locator("h1")).to_have_text("February 2026")
    page.click("text=Month after")
    expect(page.locator("h1")).to_have_text("March 2026")


def test_hours_follow_the_clock_of_the_device(windows: Windows) -> None:
    tokyo = windows.new(zone="Asia/Tokyo")
    tokyo.open("/events/speech?lang=sq")
    yours = tokyo.page.locator(".facts .yours")
    expect(yours).to_contain_text("Tokio (UTC+9)")
    expect(yours).to_contain_text("e premte, 20 shkurt 2026")
    new_york = windows.new(zone="America/New_York")
    new_york.open("/events/speech?lang=en")
    expect(new_york.page.locator(".facts .yours")).to_be_hidden()
    plain = windows.new(zone="Asia/Tokyo", scripts=False)
    plain.open("/events/speech?lang=en")
    expect(plain.page.locator(".facts .yours")).to_contain_text("Tirana (UTC+1)")


def test_the_zone_of_the_device_is_the_city_that_it_is_named_after(windows: Windows) -> None:
    window = windows.new(zone="Europe/Tirane")
    window.open("/events/nato-summit-ankara-2026?lang=en")
    shown = window.page.locator("select[name=zone] option:checked")
    assert shown.text_content() == "Tirana, Albania"


def test_addresses_are_copied_with_one_click(windows: Windows) -> None:
    window = windows.new(width=1280)
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.open("/feeds/nato?lang=en")
    copy_and_compare(window, "Copy the address", "/feeds/nato.ics?lang=en")
    window.open("/events/speech?lang=en")
    copy_and_compare(window, "copy the link", "/events/speech?lang=en")


def copy_and_compare(window: Window, words: str, path: str) -> None:
    window.page.get_by_role("button", name=words).click()
    expect(window.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = window.page.evaluate("navigator.clipboard.readText()")
    assert copied == window.origin + path


def test_a_frame_in_another_page_shows_the_feed(windows: Windows) -> None:
    window = windows.new(width=1280)
    window.open("/feeds/nato?lang=en")
    code = window.page.locator("textarea").input_value()
    elsewhere = windows.new(width=1280)
    with newspaper(code) as address:
        elsewhere.page.goto(address)
        frame = elsewhere.page.frame_locator("iframe")
        expect(frame.locator("h1")).to_have_text("NATO Calendar")
        expect(frame.locator("li")).to_have_count(5)
        elsewhere.picture("framed")
    assert elsewhere.trouble == [f"asked {address}"]
    elsewhere.trouble.clear()


def test_no_other_page_can_be_framed(windows: Windows) -> None:
    window = windows.new()
    with (
        newspaper(f'<iframe src="{window.origin}/?lang=en"></iframe>') as address,
        window.page.expect_console_message(lambda said: "frame-ancestors" in said.text),
    ):
        window.page.goto(address)
    window.trouble.clear()
