"""Calendar bytes taken apart without any library: lines, properties, components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

FOLDED = frozenset([b" ", b"\t"])
"""What a line begins with that goes on with the one before it."""

_LINE = re.compile(rb"([^\r\n]*)(\r\n|\r|\n|\Z)")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')


@dataclass(frozen=True, slots=True)
class Property:
    """A property as written; `line` is the number of its first line, from 1."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """A component as written."""

    line: int
    name: str
    properties: list[Property] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)

    def every(self, name: str) -> list[Property]:
        """All properties of a name."""
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        """The first property of a name."""
        return next(iter(self.every(name)), None)

    def inside(self, name: str) -> list[Component]:
        """The components of a name that stand directly in this one."""
        return [one for one in self.components if one.name == name]

    def walk(self) -> Iterator[Component]:
        """The component itself and all within, as they stand."""
        waiting = [self]
        while waiting:
            component = waiting.pop()
            yield component
            waiting += reversed(component.components)


def numbered(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The lines as they are, with their numbers from 1 and what ends them: CRLF, CR, LF or none."""
    for number, found in enumerate(_LINE.finditer(content), start=1):
        if found[0]:
            yield number, found[1], found[2]


def unfolded(content: bytes) -> Iterator[tuple[int, str]]:
    """The content lines with the number of each one's first line (RFC 5545 3.1)."""
    begun, parts = 0, list[bytes]()
    for number, raw, _ in numbered(content.removeprefix(BYTE_ORDER_MARK)):
        if raw[:1] in FOLDED and parts:
            parts.append(raw[1:])
        elif raw:
            if parts:
                yield begun, b"".join(parts).decode("utf-8", "replace")
            begun, parts = number, [raw]
    if parts:
        yield begun, b"".join(parts).decode("utf-8", "replace")


def parse_line(number: int, text: str) -> Property | None:
    """The property of a content line, or None if it has not the form of one."""
    name = _NAME.match(text)
    if name is None:
        return None
    end, parameters = name.end(), {}
    while found := _PARAMETER.match(text, end):
        parameters[found[1].upper()] = found[2].strip('"')
        end = found.end()
    if text[end : end + 1] != ":":
        return None
    return Property(number, name[0].upper(), parameters, text[end + 1 :])
