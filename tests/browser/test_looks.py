"""Every page in a browser: open to everybody, whole at each size, silent, and without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import expect

from calendar_service.actions.confirming import confirm_token
from calendar_service.actions.preference_page import pause, reader_page
from calendar_service.actions.private_calendars import make_calendar
from calendar_service.actions.service import Service
from calendar_service.domain.search import Search
from calendar_service.language.catalogues import LANGUAGES
from tests.browser.conftest import Window, Windows
from tests.browser.test_journeys import choices_of
from tests.calendars_at_work import confirmed, sign_up

pytestmark = pytest.mark.browser

PAGES = {
    "agenda": "/?lang=en",
    "agenda-later": "/?lang=fr&from=2026-05-01",
    "agenda-chosen": "/?lang=en&topic=nato&place=brussels&text=press",
    "agenda-nothing": "/?lang=sq&text=zzzzzz",
    "agenda-wrong": "/?lang=en&from=yesterday",
    "month": "/calendar/2026/02?lang=en",
    "event": "/events/speech?lang=en",
    "event-cancelled": "/events/visit?lang=sq",
    "event-undated": "/events/someday?lang=fr",
    "event-past": "/events/nato-summit-the-hague-2025?lang=sq",
    "feed": "/feeds/nato?lang=sq",
    "feed-options": "/feeds/nato?lang=en&alarm=P1D&cancelled=hide&past=30",
    "selection": "/feeds/custom?lang=fr&topic=nato",
    "embed": "/embed/nato?lang=en",
    "embed-dark": "/embed/nato?lang=fr&theme=dark&limit=20",
    "hours": "/hours?lang=fr",
    "privacy": "/privacy?lang=sq",
    "imprint": "/imprint?lang=en",
    "check-your-mail": "/check-your-mail?lang=en",
    "link-asked": "/preferences?lang=sq",
    "not-found": "/nothing?lang=fr",
}
WRONG = {"agenda-wrong", "not-found"}
LOOKS = ((390, "light"), (1280, "dark"))
OTHER_LOOKS = ((320, "dark"), (1280, "light"))
FIRST = ("agenda", "month", "event", "event-cancelled", "feed", "agenda-chosen")
"""Pages that are looked into in every size and colour; the others only looked at."""

CRITERIA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(window: Window, axe: str, *, but_for: Sequence[str] = ()) -> list[str]:
    """What axe finds on a page, with where it is; `but_for` names rules that do not fit it."""
    page = window.page
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        "async ([tags, off]) => (await axe.run(document, {runOnly: {type: 'tag', values: tags},"
        " rules: Object.fromEntries(off.map((one) => [one, {enabled: false}])),"
        " resultTypes: ['violations']})).violations",
        [CRITERIA, list(but_for)],
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def show(window: Window, name: str) -> None:
    """Opens a page, and all that it folds away."""
    if name in WRONG:
        window.page.goto(window.origin + PAGES[name])
        window.trouble.clear()  # the browser itself notes that such an answer is an error
    else:
        window.open(PAGES[name])


def unfold(window: Window) -> None:
    window.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")


def too_wide(window: Window) -> list[str]:
    """What reaches out of the page to its side."""
    found: list[str] = window.page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return [...document.body.querySelectorAll('*')]
            .filter((one) => {
              const { left, right } = one.getBoundingClientRect();
              return right > wide + 1 || left < -1;
            })
            .map((one) => one.outerHTML.slice(0, 120));
        }"""
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shuts_nobody_out_and_fits_every_screen(
    windows: Windows, axe: str, name: str
) -> None:
    for width, scheme in (*LOOKS, *OTHER_LOOKS):
        window = windows.new(width=width, scheme=scheme)
        show(window, name)
        window.picture(f"{name}-{width}-{scheme}")
        assert too_wide(window) == [], (width, scheme)
        unfold(window)
        if (width, scheme) in LOOKS or name in FIRST:
            assert findings(window, axe) == [], (width, scheme)
        assert too_wide(window) == [], (width, scheme, "unfolded")


def test_what_waits_to_be_confirmed_shuts_nobody_out(
    windows: Windows, site: Service, axe: str
) -> None:
    """One thing, several with words as long as a stranger likes, and what is confirmed of them."""
    address = "waits@example.org"
    link = f"/confirm/{confirm_token(site, sign_up(site, address))}"
    for name in ("confirm", "confirm-several"):
        if name == "confirm-several":
            sign_up(site, address, event="nato-summit-ankara-2026", language="uk")
            sign_up(site, address, search=Search(text=("w" * 120, "<b>now & then</b>")))
        for width, scheme in (*LOOKS, *OTHER_LOOKS):
            window = windows.new(width=width, scheme=scheme)
            window.open(f"{link}?lang=en")
            window.picture(f"{name}-{width}-{scheme}")
            assert too_wide(window) == [], (name, width, scheme)
            assert findings(window, axe) == [], (name, width, scheme)
    window.page.locator("main section button").last.click()
    expect(window.page.locator("h1")).to_have_text("You are signed up")
    assert findings(window, axe) == []


def test_a_form_that_came_too_late_shuts_nobody_out(windows: Windows, axe: str) -> None:
    for width, scheme in (*LOOKS, *OTHER_LOOKS):
        window = windows.new(width=width, scheme=scheme)
        window.open("/feeds/nato?lang=en")
        window.page.fill("#field-address", "late@example.org")
        window.page.check("#field-consent")
        to_what_is_gone = "form => form.action = '/feeds/gone/reminders?lang=en'"
        window.page.locator(".signup form[method=post]").evaluate(to_what_is_gone)
        window.page.click(".signup form[method=post] button[type=submit]")
        expect(window.page.locator("main [role=alert]")).to_be_visible()
        window.picture(f"too-late-{width}-{scheme}")
        assert too_wide(window) == [], (width, scheme)
        assert findings(window, axe) == [], (width, scheme)
        window.trouble.clear()  # the browser itself notes the answer 404


def test_a_readers_own_pages_shut_nobody_out(windows: Windows, site: Service, axe: str) -> None:
    """Of somebody who follows a calendar and an event, has paused one and typed something wrong."""
    for event in (None, "nato-summit-ankara-2026"):
        confirmed(site, "looks@example.org", event=event)
    link = choices_of(site, "looks@example.org")
    make_calendar(site, link.rpartition("/")[2], alarms=True)
    first, _ = reader_page(site, link.rpartition("/")[2]).choices
    pause(site, link.rpartition("/")[2], "", only=first.subscription_id, shown_in="en")
    for width, scheme in (*LOOKS, *OTHER_LOOKS):
        window = windows.new(width=width, scheme=scheme)
        for name, below in (("preferences", ""), ("erase", "/erase")):
            window.open(f"{link}{below}?lang=en")
            unfold(window)
            window.picture(f"{name}-{width}-{scheme}")
            assert too_wide(window) == [], (name, width, scheme)
            if (width, scheme) in LOOKS:
                assert findings(window, axe) == [], (name, width, scheme)
        if (width, scheme) in LOOKS:
            window.open(f"{link}?lang=fr")
            unfold(window)
            window.page.locator("input[name=hour]").last.fill("")
            window.page.locator("form[action*='/choose'] button").last.click()
            expect(window.page.locator(".problems[role=alert]")).to_be_visible()
            assert findings(window, axe) == [], ("mistakes", width, scheme)
            window.trouble.clear()  # the browser itself notes the answer 422


def test_a_page_is_the_same_without_scripts(windows: Windows) -> None:
    plain, scripted = windows.new(scripts=False), windows.new()
    for name in PAGES:
        show(plain, name)
        show(scripted, name)
        words = "main h1, main h2, main h3"
        assert plain.page.locator(words).all_text_contents() == (
            scripted.page.locator(words).all_text_contents()
        )
        plain.picture(f"{name}-plain")


def test_text_that_is_twice_as_large_still_fits(windows: Windows) -> None:
    window = windows.new(width=640)
    for name in ("agenda", "month", "event", "feed"):
        show(window, name)
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert too_wide(window) == [], name


@pytest.mark.parametrize("width", [320, 575, 600, 704, 720, 768, 1000, 1024, 1080, 1150, 1280])
def test_no_text_touches_the_edge_of_the_window(windows: Windows, width: int) -> None:
    window = windows.new(width=width)
    for name in ("agenda", "month", "event", "feed"):
        show(window, name)
        margins = window.page.locator("header .name, h1, .tongues, footer").evaluate_all(
            """(all) => all.filter((one) => one.checkVisibility()).flatMap((one) => {
              const box = one.getBoundingClientRect(), style = getComputedStyle(one);
              return [box.left + parseFloat(style.paddingLeft),
                innerWidth - box.right + parseFloat(style.paddingRight)];
            })"""
        )
        assert min(margins) >= 16, (name, margins)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_what_the_search_is_for_can_be_read_whole_in_every_language(
    windows: Windows, width: int
) -> None:
    window = windows.new(width=width)
    for language in LANGUAGES:
        window.open(f"/?lang={language}")
        room = window.page.evaluate(
            """() => {
              const field = document.querySelector('input[type=search]');
              const style = getComputedStyle(field), pen = document.createElement('canvas');
              const drawn = pen.getContext('2d');
              drawn.font = style.font;
              const inside = field.clientWidth - parseFloat(style.paddingInlineStart)
                - parseFloat(style.paddingInlineEnd);
              return inside - drawn.measureText(field.placeholder).width;
            }"""
        )
        assert room >= 0, (language, room)


def test_no_line_begins_with_the_dot_that_parts_two_things(windows: Windows) -> None:
    window = windows.new(width=390)
    window.open("/?lang=sq")
    found = window.page.evaluate(
        """() => [...document.querySelectorAll('.entry .when:has(.dot)')].map((line) => {
          const [dot, text] = [line.querySelector('.dot'), line.querySelector('time')]
            .map((one) => one.getBoundingClientRect());
          return dot.right <= text.left ? 'clipped' : 'shown';
        })"""
    )
    assert set(found) == {"clipped", "shown"}
    assert window.page.locator(".entry .when").first.evaluate(
        "(line) => getComputedStyle(line).clipPath.startsWith('inset')"
    )


def test_nothing_moves_for_who_does_not_want_it(windows: Windows) -> None:
    window = windows.new()
    show(window, "feed")
    moving = window.page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one);
          const seconds = [style.transitionDuration, style.animationDuration].join()
            .split(',').map(parseFloat);
          return Math.max(...seconds) > 0.01;
        }).length"""
    )
    assert moving == 0
