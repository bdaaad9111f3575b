"""When an address is no longer written to: what came back, how badly, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Weight(StrEnum):
    """How badly a mail came back, or that its reader complained of it."""

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


LIGHTEST_FIRST = (Weight.FOR_NOW, Weight.REFUSED, Weight.GONE, Weight.COMPLAINT)

GONE_CODES = frozenset(["5.1.1", "5.2.1"])
"""No such mailbox, and one that is closed (RFC 3463 3.2, 3.3)."""

FULL = "5.2.2"
"""A full mailbox (RFC 3463 3.3): permanent by its first digit, and yet emptied some day."""

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
    """What a code such as `5.1.1` weighs (RFC 3463); None for one of no failure, or none at all."""
    if not _CODE.fullmatch(status) or status.startswith("2"):
        return None
    if status in GONE_CODES:
        return Weight.GONE
    return Weight.FOR_NOW if status.startswith("4") or status == FULL else Weight.REFUSED


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
