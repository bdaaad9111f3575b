"""When an address is no longer written to: what came back, how badly, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Weight(StrEnum):
    """How badly a mail came back, or that its reader complained of it.

    OURS says nothing of the reader: the sender is not trusted, or the mail not taken as it is.
    """

    OURS = "ours"
    GONE = "gone"
    REFUSED = "refused"
    FOR_NOW = "for now"
    COMPLAINT = "complaint"


class Why(StrEnum):
    """Why an address is not written to."""

    BOUNCES = "bounces"
    COMPLAINT = "complaint"
    NEVER_AGAIN = "never again"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Bounce:
    """One mail that came back, at an aware instant."""

    weight: Weight
    at: datetime


LIGHTEST_FIRST = (Weight.OURS, Weight.FOR_NOW, Weight.REFUSED, Weight.GONE, Weight.COMPLAINT)

GONE_CODES = frozenset(["5.1.1", "5.1.6", "5.2.1", "5.7.17"])
"""No such mailbox, moved away, closed (RFC 3463 3.2, 3.3), another owner's by now (RFC 7293 6)."""

FULL = "5.2.2"
"""A full mailbox (RFC 3463 3.3): permanent by its first digit, and yet emptied some day."""

_SENDER = frozenset(["1.7", "1.8"])
_TOO_LONG = frozenset(["2.3", "3.4"])
_PROTOCOL, _CONTENT, _POLICY = "5", "6", "7"
_SYSTEM, _NETWORK = "3", "4"
_NO_WAY = frozenset(["4.1", "4.4"])
"""No route (RFC 3463 3.5); by the first, Microsoft says that it has no such recipient."""

ENOUGH = {
    Weight.GONE: (1, timedelta(days=30)),
    Weight.COMPLAINT: (1, timedelta(days=30)),
    Weight.REFUSED: (2, timedelta(days=30)),
    Weight.FOR_NOW: (5, timedelta(days=14)),
}
"""How many bounces within which time end the mails to an address."""

REMEMBERED = timedelta(days=30)
"""How long a bounce counts at most, and how old a mail that comes back may be."""

_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def weight_of(status: str) -> Weight | None:
    """What a code such as `5.1.1` says of the reader (RFC 3463); None for one of no failure.

    Of what is about security and policy, the sender, the content or the protocol nobody can tell a
    reader by. A system or a network that fails may be mended, whatever the first digit says.
    """
    if not _CODE.fullmatch(status) or status.startswith("2"):
        return None
    if status in GONE_CODES:
        return Weight.GONE
    digit, about = status.split(".", 1)
    subject, _, detail = about.partition(".")
    if subject in {_CONTENT, _POLICY} or about in _SENDER | _TOO_LONG:
        return Weight.OURS
    if subject == _PROTOCOL and detail != "0":
        return Weight.OURS
    may_be_mended = subject in {_SYSTEM, _NETWORK} and about not in _NO_WAY
    return Weight.FOR_NOW if digit == "4" or may_be_mended or status == FULL else Weight.REFUSED


def is_about_the_sender(status: str) -> bool:
    """Whether a code says that the sender is not trusted, or not what they say they are."""
    about = status.partition(".")[2]
    return about.startswith(f"{_POLICY}.") or about in _SENDER


def is_enough(bounces: Iterable[Bounce], *, now: datetime) -> Weight | None:
    """The weight for which an address is no longer written to, if there is one.

    A worse bounce counts among the lighter ones too: two lives of a mailbox are one mailbox.
    """
    bounces = list(bounces)
    heavier: set[Weight] = set()
    for weight, (most, within) in ENOUGH.items():
        heavier.add(weight)
        recent = [one for one in bounces if one.weight in heavier and one.at > now - within]
        if len(recent) >= most:
            return weight
    return None
