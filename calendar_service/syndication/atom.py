"""Atom (RFC 4287): what changed last, for news readers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from calendar_service.language.topics import topic_in_words
from calendar_service.syndication.items import Heading, Item, instant_in_writing

ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ET.register_namespace("", ATOM)


def write_atom(heading: Heading, items: Iterable[Item]) -> bytes:
    """A feed document; it is as new as the newest event in it."""
    shown = list(items)
    newest = max((item.revision.published_at for item in shown), default=None)
    feed = ET.Element(f"{{{ATOM}}}feed", {_XML_LANG: heading.language})
    _add(feed, "id", heading.address)
    _add(feed, "title", heading.title)
    if heading.about:
        _add(feed, "subtitle", heading.about)
    _add(feed, "updated", instant_in_writing(newest) if newest else "1970-01-01T00:00:00Z")
    _link(feed, "self", heading.address, "application/atom+xml")
    _link(feed, "alternate", heading.page, "text/html")
    if heading.icon:
        _add(feed, "icon", heading.icon)
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", heading.publisher)
    _add(author, "uri", heading.origin)
    for item in shown:
        _add_entry(feed, item)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_entry(feed: ET.Element, item: Item) -> None:
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry", {_XML_LANG: item.title_language})
    _add(entry, "id", item.identity)
    _add(entry, "title", item.title)
    _add(entry, "published", instant_in_writing(item.revision.created_at))
    _add(entry, "updated", instant_in_writing(item.revision.published_at))
    _link(entry, "alternate", item.page, "text/html")
    _add(entry, "summary", item.summary)
    _add(entry, "content", item.html).set("type", "html")
    for topic in item.revision.event.topics:
        label = topic_in_words(topic, item.language)
        ET.SubElement(entry, f"{{{ATOM}}}category", {"term": _fit(topic), "label": _fit(label)})


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = _fit(text)
    return element


def _link(parent: ET.Element, relation: str, address: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "type": kind, "href": _fit(address)})


def _fit(text: str) -> str:
    """The text without the characters that XML cannot have (XML 1.0, 2.2)."""
    return _NOT_IN_XML.sub("", text)
