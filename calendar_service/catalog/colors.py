"""The colours that a feed can have: the names of CSS3, which calendar apps know (RFC 7986 5.9)."""

from __future__ import annotations

import webcolors

from calendar_service.domain.fields import near
from calendar_service.errors import CalendarError


class UnknownColorError(CalendarError):
    """A colour without a name in CSS3; the message proposes one that has."""

    def __init__(self, name: str) -> None:
        hint = near(name.lower(), color_names()) or _nearest(name)
        super().__init__(f"{name!r} is no CSS3 colour name, such as 'steelblue' or 'teal'.{hint}")
        self.name = name


def color_names() -> list[str]:
    """The 147 names, in small letters."""
    names: list[str] = webcolors.names(webcolors.CSS3)
    return names


def check_color(name: str) -> None:
    """Raises UnknownColorError for anything but a CSS3 name in small letters."""
    if name not in color_names():
        raise UnknownColorError(name)


def _nearest(text: str) -> str:
    """The name that looks most like a colour such as `#4682b4`, in a sentence; else nothing."""
    try:
        red, green, blue = webcolors.hex_to_rgb(text)
    except ValueError:
        return ""

    def distance(name: str) -> int:
        r, g, b = webcolors.name_to_rgb(name)
        return int((r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2)

    return f" The nearest is {min(color_names(), key=distance)!r}."
