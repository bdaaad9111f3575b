"""The ways into calendar apps that a feed's address opens, those of the device at hand first."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import segno

from calendar_service.web.languages import gettext


@dataclass(frozen=True, slots=True)
class Ways:
    """One feed's address in each form that some app understands."""

    address: str
    webcal: str
    google: str
    outlook: str
    microsoft365: str


@dataclass(frozen=True, slots=True)
class App:
    """A calendar app: how it is subscribed in, and when it looks for news, as its source says."""

    key: str
    name: str
    link: str
    looks: str
    source: str
    steps: tuple[str, ...]


def ways(address: str, name: str) -> Ways:
    """The links that subscribe to the feed at an http or https address under a name.

    Google takes the webcal form and both Outlooks the https one; none of them documents it
    (see docs/subscribing.md).
    """
    parts = urlsplit(address)
    webcal = parts._replace(scheme="webcal").geturl()
    query = f"url={quote(address, safe='')}&name={quote(name, safe='')}"
    return Ways(
        address=address,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?{query}",
        microsoft365=f"https://outlook.office.com/calendar/0/addfromweb?{query}",
    )


FIRST = {
    "apple": ("apple", "google", "outlook", "microsoft365", "thunderbird", "android"),
    "android": ("android", "google", "outlook", "microsoft365", "apple", "thunderbird"),
    "windows": ("outlook", "microsoft365", "google", "thunderbird", "apple", "android"),
    "linux": ("thunderbird", "google", "outlook", "microsoft365", "apple", "android"),
}
"""The apps in the order that suits a device."""


def device(user_agent: str) -> str:
    """The kind of device that a browser says it runs on; Apple's where it says nothing known.

    The webcal link, Apple's way, is what most desktop apps understand too.
    """
    known = {
        "android": "android",
        "iphone": "apple",
        "ipad": "apple",
        "macintosh": "apple",
        "windows": "windows",
        "linux": "linux",
    }
    said = user_agent.lower()
    return next((kind for word, kind in known.items() if word in said), "apple")


def apps(to: Ways, user_agent: str) -> list[App]:
    """The apps with their links, delays and steps, those of the device at hand first."""
    known = {app.key: app for app in _apps(to)}
    return [known[key] for key in FIRST[device(user_agent)]]


def qr_code(address: str) -> str:
    """An address as a QR code to be scanned with a phone, as SVG to stand in a page."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)


def _apps(to: Ways) -> list[App]:
    """Each with its steps; what each one's own help says of its delay is its source."""
    microsoft = (
        "https://support.microsoft.com/office/import-or-subscribe-to-a-calendar-in-outlook-com-or-"
        "outlook-on-the-web-cff1429c-5af6-41ec-a5b4-74f2c278e98c"
    )
    by_microsoft = (
        gettext("about every 3 hours; it can take more than 24"),
        microsoft,
        (
            gettext("Press the button and sign in, if you are asked to."),
            gettext("Give the calendar a name and press Import."),
            gettext("It stands under My calendars, also in Outlook on your phone."),
        ),
    )
    return [
        App(
            "apple",
            gettext("Apple Calendar (iPhone, iPad, Mac)"),
            to.webcal,
            gettext("as you set it: every 5 minutes to once a week"),
            "https://support.apple.com/guide/calendar/subscribe-to-calendars-icl1022/mac",
            (
                gettext("Press the button, and then Subscribe."),
                gettext("On a Mac, choose how often it looks for news under Auto-refresh."),
                gettext("Keep it in iCloud to have it on all your devices."),
            ),
        ),
        App(
            "google",
            gettext("Google Calendar"),
            to.google,
            gettext("every 4 to 24 hours; nobody can hurry it"),
            "https://support.google.com/calendar/answer/37100",
            (
                gettext("Press the button on a computer; the app on a phone cannot do it."),
                gettext("Press Add. The calendar stands under Other calendars."),
                gettext("On your phone, tick it in the settings of the Google Calendar app."),
            ),
        ),
        App("outlook", "Outlook.com", to.outlook, *by_microsoft),
        App("microsoft365", "Microsoft 365", to.microsoft365, *by_microsoft),
        App(
            "thunderbird",
            "Thunderbird",
            to.webcal,
            gettext("every 30 minutes, or as you set it"),
            "https://support.mozilla.org/kb/creating-new-calendars",
            (
                gettext("Press the button; where nothing opens, copy the address below."),
                gettext("In Thunderbird, choose New calendar, then On the network."),
                gettext("Paste the address and press Find calendars, then Subscribe."),
            ),
        ),
        App(
            "android",
            gettext("Android, without Google"),
            to.webcal,
            gettext("as you set it"),
            "https://icsx5.bitfire.at/",
            (
                gettext("Install ICSx⁵, which is free software, from F-Droid or Google Play."),
                gettext("Press the button and choose ICSx⁵, or paste the address there."),
                gettext("The events stand in your calendar app."),
            ),
        ),
    ]
