"""The bytes and lines of a calendar, whatever they say (RFC 5545 3.1, 3.3.11)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calendar_service.ical.lint.lines import BYTE_ORDER_MARK, FOLDED, numbered

LONGEST_LINE = 75

_BLANK = {b"", *FOLDED}
"""Also what goes on and then says nothing; blanks that do go on are part of a text."""

_ASCII_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def octets(content: bytes) -> Iterator[tuple[int, str, str]]:
    """What is wrong with the bytes."""
    if content.startswith(BYTE_ORDER_MARK):
        yield 1, "byte-order-mark", "begins with a byte order mark"
    if content[:1] in {b" ", b"\t"}:
        yield 1, "not-a-line", "the first line is the continuation of none"
    for number, line, end in numbered(content.removeprefix(BYTE_ORDER_MARK)):
        if end != b"\r\n":
            yield number, "line-ends", "does not end with CRLF"
        for name, message in _line(line):
            yield number, name, message


def _line(line: bytes) -> Iterator[tuple[str, str]]:
    if line in _BLANK or (not line.strip() and line[:1] not in FOLDED):
        yield "blank-line", "is blank"
    if len(line) > LONGEST_LINE:
        yield "long-line", f"has {len(line)} octets; {LONGEST_LINE} is the most"
    if line.isascii() and not _ASCII_CONTROL.search(line):
        return
    try:
        text = line.decode()
    except UnicodeDecodeError:
        yield "split-character", "is not UTF-8 by itself: a character is cut in two, or is none"
        return
    if "\t" in text:
        yield "tab", "has a tab"
    for found in sorted(set(_CONTROL.findall(text))):
        yield "control-character", f"has the control character U+{ord(found):04X}"
