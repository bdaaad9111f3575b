"""What an address asks of a feed: its query as a wish, or what is wrong with it."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.exceptions import BadRequest

from calendar_service.actions.feeds import FeedWish
from calendar_service.domain.alarms import MOST_ALARMS, AlarmError, parse_alarm
from calendar_service.domain.feeds import CUSTOM, Cancelled
from calendar_service.domain.search import NAMES, Search
from calendar_service.language.negotiation import LONGEST_TAG
from calendar_service.web.languages import PARAMETER

PARAMETERS = (PARAMETER, "cancelled", "alarm")
ONCE = (PARAMETER, "cancelled")
MOST_VALUES = 50
LONGEST_VALUE = 200
LONGEST_SHOWN = 60
LONGEST_SEARCH = 2000
"""Characters of all values together: what a search costs to keep is bounded, too."""


def asked_language() -> str | None:
    """The language asked for; an empty `?lang=` asks for none, as on pages.

    No language has so long a name that it needs more of it, and what is asked is kept.
    """
    return request.args.get(PARAMETER, "")[: LONGEST_TAG + 1] or None


def read_wish(slug: str, parameters: tuple[str, ...] = PARAMETERS) -> FeedWish:
    """What the address asks for; raises BadRequest that names what no feed has."""
    of_all = slug == CUSTOM
    check_query((*parameters, *NAMES) if of_all else parameters)
    cancelled = request.args.get("cancelled") or Cancelled.MARK
    if cancelled not in list(Cancelled):
        raise BadRequest(f"cancelled={_short(cancelled)} is none of {', '.join(Cancelled)}.")
    return FeedWish(
        asked_language(), Cancelled(cancelled), _alarms(), read_search() if of_all else None
    )


def check_query(known: tuple[str, ...]) -> None:
    """Raises BadRequest for a name that is none, for two where one counts, for broken UTF-8."""
    for name in request.args:
        if name not in known:
            raise BadRequest(f"There is no parameter {_short(name)}; there are {', '.join(known)}.")
    for name in ONCE:
        if len(request.args.getlist(name)) > 1:
            raise BadRequest(f"{name} is there twice; keep one.")
    for pair in request.query_string.decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        if name != PARAMETER and not _is_utf8(unquote_to_bytes(value)):
            raise BadRequest(f"The value of {_short(name)} is not UTF-8; write the address anew.")


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _short(text: str) -> str:
    """A word of an address as a message shows it."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _alarms() -> tuple[str, ...]:
    try:
        alarms = {parse_alarm(text) for text in request.args.getlist("alarm") if text}
    except AlarmError as error:
        raise BadRequest(str(error)) from error
    if len(alarms) > MOST_ALARMS:
        raise BadRequest(f"{len(alarms)} alarms are too many; {MOST_ALARMS} are the most.")
    return tuple(sorted(alarms))


def read_search() -> Search:
    """A reader's own selection, in one order, so that equal ones are one."""
    found = {name: sorted(set(filter(None, request.args.getlist(name)))) for name in NAMES}
    for name, values in found.items():
        if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values):
            raise BadRequest(
                f"{name} has {MOST_VALUES} values at most, of {LONGEST_VALUE} characters each."
            )
    if sum(len(value) for values in found.values() for value in values) > LONGEST_SEARCH:
        raise BadRequest(f"This selection is too long; {LONGEST_SEARCH} characters are the most.")
    return Search(**{name: tuple(values) for name, values in found.items()})
