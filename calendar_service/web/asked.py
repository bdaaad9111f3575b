"""What an address asks of a page that the page does not know: told on it, and nothing else of it.

A page is answered all the same, with 200: others add marks of their own to links that they pass on.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from flask import request

from calendar_service.domain.feeds import CUSTOM
from calendar_service.domain.search import NAMES
from calendar_service.web.choosing import DAYS
from calendar_service.web.languages import PARAMETER as LANGUAGE
from calendar_service.web.languages import gettext
from calendar_service.web.wishes import LONGEST_SHOWN
from calendar_service.web.zones import PARAMETER as ZONE

OPTIONS = {
    "agenda.home": (*NAMES, *DAYS),
    "agenda.month": NAMES,
    "pages.feed": ("cancelled", "alarm", "past"),
    "embed.feed": ("theme", "accent", "paper", "ink", "limit"),
    "preferences.show": ("done", "open"),
}
"""What the pages that can be asked for anything take besides language and zone."""

ONCE = (LANGUAGE, ZONE, *DAYS, "cancelled", *OPTIONS["embed.feed"])
MOST_TOLD = 3

MARKS = frozenset(
    """
    _ga _gl amp dclid fbclid gad_source gbraid gclid igsh igshid li_fat_id mc_cid mc_eid msclkid
    ref ref_src s_cid share si source srsltid ttclid twclid wbraid yclid
    """.split()  # noqa: SIM905 - a table of words
)
MARKS_BEGIN = ("utm_", "mtm_", "pk_", "hsa_", "_hs", "_x_tr_")
"""What networks, mailings and translators put behind an address: no reader has typed it."""


def passed_over() -> list[str]:
    """What of the address of this page counts for nothing, in words."""
    if request.method not in {"GET", "HEAD"} or request.endpoint is None:
        return []
    return [*_told_of_unknown(), *_told_of_repeated()][:MOST_TOLD]


def _told_of_unknown() -> Iterator[str]:
    known = _known()
    for name in request.args:
        if name.strip() and name not in known and not _is_a_mark(name):
            words = gettext("This page has no option “%(name)s”, so it is left out.")
            yield " ".join(filter(None, (words % {"name": _short(name)}, _hint(name, known))))


def _told_of_repeated() -> Iterator[str]:
    for name in ONCE:
        if name in _known() and len(set(request.args.getlist(name))) > 1:
            words = gettext("“%(name)s” is in the address twice. The first one counts.")
            yield words % {"name": name}


def _known() -> tuple[str, ...]:
    of_page = OPTIONS.get(request.endpoint or "", ())
    if (request.view_args or {}).get("slug") == CUSTOM:
        of_page = (*of_page, *NAMES)
    return (LANGUAGE, ZONE, *of_page)


def _hint(name: str, known: tuple[str, ...]) -> str:
    like = get_close_matches(name.lower(), known, n=1)
    return gettext("Did you mean “%(name)s”?") % {"name": like[0]} if like else ""


def _is_a_mark(name: str) -> bool:
    return name in MARKS or name.startswith(MARKS_BEGIN)


def _short(name: str) -> str:
    shown = "".join(letter for letter in name if letter.isprintable())
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
