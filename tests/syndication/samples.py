"""A heading for formats to begin with."""

from __future__ import annotations

from calendar_service.syndication.items import Heading

ORIGIN = "https://kalendar.example.org"
HEADING = Heading(
    title="NATO",
    about="All of it",
    language="en",
    page=f"{ORIGIN}/feeds/nato?lang=en",
    address=f"{ORIGIN}/feeds/nato.atom?lang=en",
    publisher="Kalendari",
    origin=ORIGIN,
)
