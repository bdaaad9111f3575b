"""Which language to answer in: `?lang=` first, then the Accept-Language header, else a default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST_TAG = 35
"""The longest language tag that every implementation must be able to hold (RFC 5646 4.4.1)."""

MOST_OTHERS = 4
"""Languages besides that of an answer that are looked at: nobody lists more by hand."""

_NEAR: Mapping[str, str] = {
    "sh": "sr-latn",
    "sr-me": "sr-latn",
    "cnr": "sr-latn",
    "bs": "sr-latn",
    "bs-cyrl": "sr",
    "hr": "sr-latn",
}
"""Languages that are read as easily as their own by who asks for these, and in which script (CLDR's
language matching and likely subtags). Only where these themselves are not offered."""

_LONGEST_HEADER = 4096
_MOST_RANGES = 64
_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
_RANGE = re.compile(
    r"(?P<tag>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """The language to answer in, and the one that was asked for by name if there is none such.

    `unavailable` is what the person wrote, printable and 35 characters at most, or None. It is
    to be escaped like any other input.
    """

    language: str
    unavailable: str | None = None


def choose_language(
    asked: str | None, accept: str | None, offered: Sequence[str], default: str
) -> LanguageChoice:
    """The best of the offered languages for a request.

    `asked` is the value of `?lang=`, `accept` the Accept-Language header (RFC 9110 12.5.4). Each
    is matched by lookup, so that `fr-CA` finds `fr`. What cannot be read is passed over: no
    input raises.
    """
    chosen = lookup(asked, offered) if asked else None
    if chosen is not None:
        return LanguageChoice(chosen)
    accepted = _accepted(accept or "", offered, default)
    return LanguageChoice(accepted or default, _printable(asked or "") or None)


def other_languages(
    accept: str | None, language: str, offered: Sequence[str], most_known: str
) -> tuple[str, ...]:
    """The languages that somebody knows besides that of an answer, the most wanted first.

    Each as it is `offered`, or without its land and script. The last is left out where it is that
    which is the `most_known` anyway, so that readers who are served alike are told alike.
    """
    wanted = (tag for tag, weight in _ranges(accept or "") if weight and tag != "*")
    codes = [lookup(tag, offered) or tag.partition("-")[0].lower() for tag in wanted]
    others = [code for code in dict.fromkeys(codes) if code != language][:MOST_OTHERS]
    return tuple(others[:-1] if others[-1:] == [most_known] else others)


def lookup(tag: str, offered: Sequence[str]) -> str | None:
    """The offered language for a tag, spelled as it is offered, or None (RFC 4647 3.4).

    Case is ignored and `fr_CA` read as `fr-CA`. Who asks for Croatian finds Serbian in Latin
    letters, where that is offered and Croatian is not.
    """
    tag = tag.strip().replace("_", "-")
    if len(tag) > LONGEST_TAG or not _TAG.fullmatch(tag):
        return None
    known = {code.lower(): code for code in offered}
    return next((known[name] for name in _shortened(tag.lower()) if name in known), None)


def spelled(code: str, offered: Sequence[str]) -> str | None:
    """The very language of a code, spelled as it is offered: `sr-Latn` for `SR_latn`; or None."""
    code = code.strip().replace("_", "-").lower()
    return next((one for one in offered if one.lower() == code), None)


def _shortened(tag: str) -> Iterator[str]:
    """The tag and what is near it, then without its last part, and so on.

    No form ends in a single letter.
    """
    parts = tag.split("-")
    while parts:
        yield (shorter := "-".join(parts))
        if shorter in _NEAR:
            yield _NEAR[shorter]
        parts.pop()
        while parts and len(parts[-1]) == 1:
            parts.pop()


def _accepted(header: str, offered: Sequence[str], default: str) -> str | None:
    ranges = _ranges(header)
    refused = {lookup(tag, offered) for tag, weight in ranges if not weight}
    welcome = [code for code in (default, *offered) if code in offered and code not in refused]
    for tag, weight in ranges:
        code = next(iter(welcome), None) if tag == "*" else lookup(tag, offered)
        if weight and code in welcome:
            return code
    return None


def _ranges(header: str) -> list[tuple[str, float]]:
    """The language ranges with their weights, the most wanted first."""
    if len(header) > _LONGEST_HEADER:
        header = header[:_LONGEST_HEADER].rpartition(",")[0]
    found = []
    for part in header.split(",")[:_MOST_RANGES]:
        match = _RANGE.fullmatch(part.strip(" \t"))
        if match:
            found.append((match["tag"], float(match["weight"] or 1)))
    return sorted(found, key=lambda item: -item[1])


def _printable(text: str) -> str:
    return "".join(char for char in text.strip()[:LONGEST_TAG] if char.isprintable())
