"""Calendar bytes taken apart without any library, for the lint: lines, properties, components."""

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
        """This component and all within."""
        yield self
        for component in self.components:
            yield from component.walk()


def unfolded(content: bytes) -> list[tuple[int, str]]:
    """The content lines with the number of each one's first line (RFC 5545 3.1)."""
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(content.split(b"\r\n"), start=1):
        text = raw.decode("utf-8", "replace")
        if text[:1] in {" ", "\t"} and lines:
            lines[-1] = (lines[-1][0], lines[-1][1] + text[1:])
        elif text:
            lines.append((number, text))
    return lines


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
