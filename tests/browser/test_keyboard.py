"""Everything by keyboard alone, with the place where one is always to be seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from calendar_service.actions.confirming import confirm_token
from calendar_service.actions.service import Service
from tests.browser.conftest import Windows
from tests.browser.test_journeys import choices_of
from tests.calendars_at_work import confirmed, sign_up
from tests.web.test_signup import newest_confirm_link

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    name: (one.labels?.[0] ?? one).textContent.trim().replace(/\\s+/g, " "),
    id: one.id,
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      || style.boxShadow !== "none",
    size: Math.min(box.width, box.height),
    onPage: one !== document.body,
  };
}"""


def tab_to(page: Page, name: str = "", *, id: str = "", most: int = 120) -> None:  # noqa: A002
    """Presses Tab until something has the focus, which must show all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if not focused["onPage"]:
            continue
        assert focused["seen"], f"the focus is not to be seen on {focused}"
        if (id and focused["id"] == id) or (name and focused["name"].startswith(name)):
            return
    raise AssertionError(f"Tab does not lead to {name or id!r}")


def test_the_first_tab_leads_past_the_menu(windows: Windows) -> None:
    window = windows.new(width=1280)
    window.open("/?lang=en")
    tab_to(window.page, "Skip to the content", most=1)
    window.page.keyboard.press("Enter")
    tab_to(window.page, id="field-text", most=2)


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_languages_unfold_from_a_button(windows: Windows, scripts: bool) -> None:
    window = windows.new(width=390, scripts=scripts)
    window.open("/events/speech?lang=en")
    page = window.page
    languages = page.get_by_role("navigation", name="Language")
    expect(languages).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Language: English")).to_be_focused()
    page.keyboard.press("Enter")
    expect(languages).to_be_visible()
    page.keyboard.press("Escape")
    expect(languages).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/events/speech\?lang=de$"))


def test_events_are_searched_and_opened(windows: Windows) -> None:
    window = windows.new(width=1280)
    page = window.page
    window.open("/?lang=en")
    tab_to(page, id="field-text")
    page.keyboard.type("atlantic")
    page.keyboard.press("Enter")
    expect(page.locator(".criteria")).to_be_visible()
    tab_to(page, "Speech of the Secretary General")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Speech of the Secretary General")
    tab_to(page, "Calendar file (.ics)")
    tab_to(page, "copy the link")


def test_months_are_turned(windows: Windows) -> None:
    window = windows.new(width=1280)
    window.open("/calendar/2026/02?lang=en")
    tab_to(window.page, "Month after")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("h1")).to_have_text("March 2026")


def test_a_calendar_is_wanted_otherwise(windows: Windows) -> None:
    window = windows.new(width=1280)
    page = window.page
    window.open("/feeds/nato?lang=en")
    tab_to(page, "Alarms, and what becomes of")
    page.keyboard.press("Enter")
    tab_to(page, id="field-cancelled")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "A day before")
    page.keyboard.press("Space")
    tab_to(page, "Change the address")
    page.keyboard.press("Enter")
    expect(page.locator("code.address")).to_contain_text("cancelled=hide&alarm=P1D")


def test_a_reader_signs_up_and_confirms(windows: Windows, site: Service) -> None:
    window = windows.new(width=390)
    page = window.page
    window.open("/events/speech?lang=en")
    tab_to(page, id="field-address")
    page.keyboard.type("keyboard@example.org")
    tab_to(page, id="field-consent")
    page.keyboard.press("Space")
    tab_to(page, "Remind me")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Check your inbox")
    window.open(f"{newest_confirm_link(site)}?lang=en")
    tab_to(page, page.locator("main form button").inner_text())
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are signed up")


def test_one_of_several_things_is_confirmed_and_then_the_others(
    windows: Windows, site: Service
) -> None:
    window = windows.new(width=320)
    page = window.page
    key = sign_up(site, "several-keys@example.org")
    sign_up(site, "several-keys@example.org", event="speech")
    window.open(f"/confirm/{confirm_token(site, key)}?lang=en")
    tab_to(page, "Confirm only this")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are signed up")
    tab_to(page, "Still waiting for your answer (1)")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Yes, remind me")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are signed up")


def test_what_is_pressed_is_large_enough(windows: Windows) -> None:
    """24 pixels each way, but for links within a line of text (WCAG 2.2, 2.5.8)."""
    window = windows.new(width=320)
    for path in ("/?lang=en", "/events/speech?lang=en", "/feeds/nato?lang=en"):
        window.open(path)
        small = window.page.evaluate(
            """() => [...document.querySelectorAll(
                'a[role=button], button:not([hidden]), summary, select, nav a, .criteria a,'
                + 'input:not([type=hidden]):not([type=checkbox])')]
              .filter((one) => one.checkVisibility())
              .map((one) => [one.textContent.trim().slice(0, 40), one.getBoundingClientRect()])
              .filter(([, box]) => box.height < 24 || box.width < 24)
              .map(([name, box]) => `${name} ${box.width}x${box.height}`)"""
        )
        assert small == [], path


def test_a_reader_pauses_and_resumes(windows: Windows, site: Service) -> None:
    confirmed(site, "keys@example.org")
    window = windows.new(width=1280)
    page = window.page
    window.open(f"{choices_of(site, 'keys@example.org')}?lang=en")
    tab_to(page, "Pause until")
    tab_to(page, "Pause")
    page.keyboard.press("Enter")
    expect(page.locator(".followed .mark")).to_have_text("Paused until you resume it")
    tab_to(page, "Resume")
    page.keyboard.press("Enter")
    expect(page.locator(".followed .mark")).to_have_count(0)
