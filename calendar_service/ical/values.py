"""iCalendar values where the icalendar library's own would lose something or break a line."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import icalendar
import webcolors

from calendar_service.domain.plain_text import clean

LONGEST_LINE = 75
_FOREIGN = re.compile(r"[\w-]*[^\x00-\x7f][\w-]*")


def uri(address: str) -> icalendar.vUri:
    """A web address as a URI, which has no letters but ASCII's (RFC 3986).

    The host's become Punycode, others are percent-encoded; what is encoded already stays.
    """
    host = urlsplit(address).netloc
    address = address.replace(host, _FOREIGN.sub(_punycode, host), 1)
    return icalendar.vUri(quote(address, safe="!#$%&'()*+,/:;=?@[]~"))


def _punycode(label: re.Match[str]) -> str:
    try:
        return label[0].encode("idna").decode("ascii")
    except UnicodeError:
        return label[0]


def css_shade(name: str) -> str | None:
    """The colour of a CSS3 name as `#000080`, or None for a name that is none (RFC 7986 5.9)."""
    try:
        return str(webcolors.name_to_hex(name)).upper()
    except ValueError:
        return None


def folded(line: str) -> bytes:
    """A content line as it is written: 75 octets at most in each, whole characters (RFC 5545 3.1).

    The library's own goes through each line letter by letter, a third of all rendering.
    """
    octets = line.encode()
    if len(octets) <= LONGEST_LINE:
        return octets + b"\r\n"
    parts, begin, room = [], 0, LONGEST_LINE
    while len(octets) - begin > room:
        end = begin + room
        while octets[end] & 0xC0 == 0x80:  # inside of a character
            end -= 1
        parts.append(octets[begin:end])
        begin, room = end, LONGEST_LINE - 1
    return b"\r\n ".join([*parts, octets[begin:]]) + b"\r\n"


def written(component: icalendar.Component) -> bytes:
    """A component as bytes, its properties in the order in which they were added."""
    lines = component.content_lines(sorted=False)
    return b"".join(folded(str(line)) for line in lines if line)


class Text(icalendar.vText):
    r"""A TEXT value, escaped as RFC 5545 3.3.11 says.

    The library's own reads a backslash before a capital N as a line break, so that a path like
    `C:\New` would lose both; and it escapes nothing in properties that it does not know, such as
    NAME and X-WR-CALNAME.
    """

    def to_ical(self) -> bytes:
        """The escaped bytes."""
        escaped = clean(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return escaped.replace("\n", "\\n").encode()


class Position(icalendar.vGeo):
    """A GEO value with six decimals at most (RFC 5545 3.8.1.6), and never in powers of ten."""

    def to_ical(self) -> str:
        """Latitude and longitude in degrees."""
        return f"{_degrees(self.latitude)};{_degrees(self.longitude)}"


def _degrees(value: float) -> str:
    whole, _, fraction = f"{round(value, 6) + 0.0:.6f}".partition(".")  # there is no -0
    return f"{whole}.{fraction.rstrip('0') or '0'}"
