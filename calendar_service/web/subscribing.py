"""The ways into calendar apps that a feed's address opens."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Ways:
    """One feed's address in each form that some app understands."""

    address: str
    webcal: str
    google: str
    outlook: str
    microsoft365: str


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
