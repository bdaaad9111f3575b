"""Quoted-printable (RFC 2045 6.7): lines of 76 octets at most, each of them encoded by itself."""

from __future__ import annotations

from binascii import b2a_qp
from functools import lru_cache
from itertools import groupby


def quoted(line: str) -> bytes:
    """The octets of a line, its CRLF included; the line ends in no blank."""
    return b2a_qp(b"%b\r\n" % line.encode())


def quoted_around(before: str, word: str, after: str) -> bytes:
    """The same as `quoted(before + word + after)`, in less time where only the word is another.

    The word is of printable ASCII. Where none of it needs encoding, its length alone says where
    the line is broken. (A dot alone on its line is encoded.)
    """
    if not word or "=" in word or word == ".":
        return quoted(before + word + after)
    layout, slices = _layout(before, len(word), after)
    octets = word.encode("ascii")
    return layout % tuple([octets[part] for part in slices])


@lru_cache(maxsize=4096)
def _layout(before: str, length: int, after: str) -> tuple[bytes, tuple[slice, ...]]:
    """The line with `%b` for each stretch of a word that needs no encoding, and these stretches."""
    one, other = (quoted(before + letter * length + after) for letter in "xy")
    layout, slices, start = b"", [], 0
    for same, pairs in groupby(zip(one, other, strict=True), lambda pair: pair[0] == pair[1]):
        octets = bytes(octet for octet, _ in pairs)
        if same:
            layout += octets.replace(b"%", b"%%")
        else:
            layout += b"%b"
            slices.append(slice(start, start + len(octets)))
            start += len(octets)
    return layout, tuple(slices)
