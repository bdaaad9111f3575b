"""The ways to put one event into a calendar of one's own, and to tell others of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from calendar_service.domain.when import ONE_DAY, AllDay, InMonth, Timed, When
from calendar_service.domain.zones import to_utc

LONGEST_ABOUT = 1000
"""Characters of a description in an address: some browsers cut addresses off at 2,000."""


@dataclass(frozen=True, slots=True)
class Adding:
    """Where each service takes an event from an address."""

    google: str
    outlook: str
    microsoft365: str


def adding(title: str, when: When, *, about: str, place: str, page: str) -> Adding | None:
    """The links that add an event once; None for one without a day.

    What these services expect is documented by none of them; it has worked for years.
    """
    if isinstance(when, InMonth):
        return None
    short = about if len(about) <= LONGEST_ABOUT else f"{about[:LONGEST_ABOUT]}…"
    told = "\n\n".join(filter(None, (short, page)))
    return Adding(
        google=_google(title, when, told, place),
        outlook=_outlook("https://outlook.live.com", title, when, told, place),
        microsoft365=_outlook("https://outlook.office.com", title, when, told, place),
    )


def mail_link(title: str, words: str, page: str) -> str:
    """A mail to nobody yet that tells of an event (RFC 6068)."""
    body = quote(f"{title}\r\n{words}\r\n{page}", safe="")
    return f"mailto:?subject={quote(title, safe='')}&body={body}"


def _google(title: str, when: AllDay | Timed, about: str, place: str) -> str:
    query = {"action": "TEMPLATE", "text": title, "details": about, "location": place}
    match when:
        case AllDay(first, last):
            query["dates"] = f"{first:%Y%m%d}/{last + ONE_DAY:%Y%m%d}"
        case Timed(start, end, name):
            query["dates"] = f"{start:%Y%m%dT%H%M%S}/{end or start:%Y%m%dT%H%M%S}"
            query["ctz"] = name
    return f"https://calendar.google.com/calendar/render?{urlencode(_present(query))}"


def _outlook(site: str, title: str, when: AllDay | Timed, about: str, place: str) -> str:
    query = {"rru": "addevent", "subject": title, "body": about, "location": place}
    match when:
        case AllDay(first, last):
            days = {"startdt": first.isoformat(), "enddt": (last + ONE_DAY).isoformat()}
            query |= {**days, "allday": "true"}
        case Timed(start, end, name):
            query |= {"startdt": _instant(start, name), "enddt": _instant(end or start, name)}
    return f"{site}/calendar/0/deeplink/compose?{urlencode(_present(query), quote_via=quote)}"


def _instant(wall: datetime, name: str) -> str:
    return f"{to_utc(wall, name):%Y-%m-%dT%H:%M:%SZ}"


def _present(query: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
