"""Reads a page as a browser does: its elements, their attributes and their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

VOID = frozenset(["meta", "link", "input", "br", "hr", "img", "wbr"])


@dataclass
class Element:
    """An element with what is in it; `attrs` maps an attribute without a value to ""."""

    tag: str
    attrs: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    def all(self, tag: str = "", **wanted: str) -> list[Element]:
        """The elements below of a tag with these attributes; `class_` may be one of several."""
        return [one for one in self._below() if one._is(tag, wanted)]

    def one(self, tag: str = "", **wanted: str) -> Element:
        """The only such element."""
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def text(self) -> str:
        """What a person reads in it, in one line."""
        return " ".join(self._flowing.split())

    @property
    def _flowing(self) -> str:
        """The same with the spaces and lines of the source; a bdi and a wbr begin no word."""
        inside = [part if isinstance(part, str) else part._flowing for part in self.inside]
        return "".join(inside) if self.tag in {"bdi", "wbr"} else f" {''.join(inside)} "

    def _below(self) -> Iterator[Element]:
        for part in self.inside:
            if isinstance(part, Element):
                yield part
                yield from part._below()

    def _is(self, tag: str, wanted: dict[str, str]) -> bool:
        return tag in {"", self.tag} and all(
            value in self.attrs.get("class", "").split()
            if name == "class_"
            else self.attrs.get(name.replace("_", "-")) == value
            for name, value in wanted.items()
        )


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> says an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends a <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def page_of(answer: TestResponse) -> Element:
    """The page of an answer; every element must be closed where it belongs."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    builder = _Builder()
    builder.feed(answer.text)
    builder.close()
    assert [element.tag for element in builder.open] == ["document"]
    return builder.open[0]


def links(page: Element) -> list[str]:
    """Where a page's links lead."""
    return [link.attrs["href"] for link in page.all("a")]
