"""Writes headers in the one way that every mail program reads alike (RFC 5322 2.2.3, RFC 2047).

The standard library folds long addresses into encoded words, makes encoded words that are too
long, and drops blanks between them. So the headers that hold anybody's text are made here, whole.
"""

from __future__ import annotations

import re
from email.header import Header

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+")
"""What `parse_address` gives."""

LINE = 78
"""Characters of a header's line at most, where it can be broken (RFC 5322 2.1.1)."""

_LONGEST_PLAIN_NAME = 60
_LONGEST_PLAIN_WORD = 60

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def one_line(text: str) -> str:
    """The text with every line break and control character made a blank."""
    return _CONTROL.sub(" ", text).strip()


def unstructured(text: str, *, header: str) -> str:
    """A text for a header such as Subject: as it is where that is safe, else encoded."""
    line = one_line(text)
    words = line.split(" ")
    plain = _is_plain(line) and all(0 < len(word) <= _LONGEST_PLAIN_WORD for word in words)
    return line if plain or not line else _encoded(line, header)


def mailbox(name: str, address: str, *, header: str) -> str:
    """`name <address>`, or the address alone (RFC 5322 3.4); the address has been checked.

    The name is a row of atoms, else quoted, else encoded (RFC 2047 5).
    """
    phrase = one_line(name)
    if not phrase:
        return address if header in {"From", "To"} else f"<{address}>"
    if not _is_plain(phrase) or len(phrase) > _LONGEST_PLAIN_NAME or "  " in phrase:
        phrase = _encoded(phrase, header)
    elif not _ATOMS.fullmatch(phrase):
        escaped = re.sub(r'(["\\])', r"\\\1", phrase)
        phrase = f'"{escaped}"'
    return f"{phrase} <{address}>"


def checked(form: re.Pattern[str], text: str) -> str:
    """The text if it has that form, else ValueError: it could break the header it stands in."""
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} cannot stand in a header.")
    return text


def header_line(header: str) -> bytes:
    """The header as it is sent; a long one is folded, at blanks alone, so that no word changes."""
    if len(header) <= LINE:
        return header.encode("ascii") + b"\r\n"
    name, _, value = header.partition(" ")
    if " " not in value:
        return f"{name}\r\n {value}\r\n".encode("ascii")
    lines = [""]
    for word in header.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= LINE:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] or len(lines) > 1 else word
    return "\r\n".join([*lines, ""]).encode("ascii")


def _is_plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _encoded(text: str, header: str) -> str:
    """Encoded words of 75 characters at most, none of which breaks a character (RFC 2047 2)."""
    return " ".join(Header(text, "utf-8", maxlinelen=75, header_name=header).encode().split())
