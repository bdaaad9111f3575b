"""Calendar bytes taken apart without any library: lines, properties, components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

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
        """The component itself and all within."""
        yield self
        for component in self.components:
            yield from component.walk()


def numbered(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The lines as they are, with their numbers from 1 and what ends them: CRLF, CR, LF or none."""
    parts = re.split(b"(\r\n|\r|\n)", content)
    for number, at in enumerate(range(0, len(parts), 2), start=1):
        end = parts[at + 1] if at + 1 < len(parts) else b""
        if parts[at] or end:
            yield number, parts[at], end


def unfolded(content: bytes) -> list[tuple[int, str]]:
    """The content lines with the number of each one's first line (RFC 5545 3.1)."""
    lines: list[tuple[int, bytes]] = []
    for number, raw, _ in numbered(content.removeprefix(b"\xef\xbb\xbf")):
        if raw[:1] in {b" ", b"\t"} and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + raw[1:])
        elif raw:
            lines.append((number, raw))
    return [(number, raw.decode("utf-8", "replace")) for number, raw in lines]


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
