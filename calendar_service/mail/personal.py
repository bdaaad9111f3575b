"""What a reader's mail has for itself, and the form in which it may stand there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from calendar_service.mail.headers import ADDRESS, checked

TO, MESSAGE_ID, DATE, THREAD = "to", "message_id", "date", "thread"

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-~]{1,900}")


class Link(StrEnum):
    """A link that is one reader's own: whoever has it can do what it is for."""

    CONFIRM = "confirm_url"
    UNSUBSCRIBE = "unsubscribe_url"
    NEVER = "never_url"
    PREFERENCES = "preferences_url"


class Personal(NamedTuple):
    """What one reader's mail has for itself. Anything else in it is the group's.

    `to` is as `parse_address` gives it, `message_id` as `identity.message_id` does, and `date` an
    aware instant, of which the whole second is written. `thread` has the same form: the identity
    that all mails to this reader about one event refer to. With equal values, the mail is the same
    to the octet, on every try.
    """

    to: str
    message_id: str
    date: datetime
    links: Mapping[Link, str]
    thread: str = ""


def written(
    personal: Personal, links: Collection[Link], *, threaded: bool = False
) -> dict[str, str]:
    """The texts that stand in the mail, by name; `threaded` says that it belongs to a thread.

    Raises ValueError for one that could break what it stands in, and where the links are others
    than the mail has.
    """
    if personal.links.keys() != links:
        wanted, given = (", ".join(sorted(names)) for names in (links, personal.links))
        raise ValueError(f"The mail has the links ({wanted}), and was given ({given}).")
    texts = {
        TO: checked(ADDRESS, personal.to),
        MESSAGE_ID: checked(_MESSAGE_ID, personal.message_id),
        DATE: _in_header(personal.date),
    }
    if threaded:
        texts[THREAD] = checked(_MESSAGE_ID, personal.thread)
    for name, url in personal.links.items():
        texts[name] = checked(_WEB_ADDRESS, url)
    return texts


@lru_cache(maxsize=64)
def _in_header(date: datetime) -> str:
    """The instant as the header Date has it (RFC 5322 3.3); a batch of mails has few of them."""
    if date.tzinfo is None:
        raise ValueError("The date of a mail is an aware instant.")
    return format_datetime(date.astimezone(UTC).replace(microsecond=0))
