"""Text that any reader can show: whole characters, no control characters, plain line breaks."""

from __future__ import annotations

import re
import unicodedata

_LINE_BREAK = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff]")
_HALF = re.compile("[\ud800-\udfff]")
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_SPACES = re.compile("[ \n]+")


def clean(text: str) -> str:
    """The text with plain line breaks and no control characters (RFC 5545 3.3.11) or byte marks.

    Half of a surrogate pair, which UTF-8 cannot write, becomes the replacement character U+FFFD.
    """
    lines = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    return _FORBIDDEN.sub("", _HALF.sub("\ufffd", lines))


def says_something(text: str) -> bool:
    """Whether a text has a sign that anybody sees, be it of a script that is yet to come."""
    return any(unicodedata.category(sign) not in _UNSEEN for sign in text)


def printable(text: str) -> str:
    """A message without what would steer a terminal: it may quote anybody's file."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def one_line(text: str) -> str:
    """The text without line breaks or needless spaces; a no-break space stays what it is."""
    return _SPACES.sub(" ", clean(text)).strip(" ")
