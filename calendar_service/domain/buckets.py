"""Token buckets: how often something may be had, counted by what comes back with time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Bucket:
    """Holds `size` tokens at most, and one comes back every so often.

    So within any span there are no more than `size` and one for each `refill` in it. `debt` is how
    many may be taken in advance, by who waits until they have come back.
    """

    size: int
    refill: timedelta
    debt: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """How many tokens there were at an aware instant; below none is what was taken in advance."""

    tokens: float
    at: datetime


def level_now(bucket: Bucket, level: Level | None, *, now: datetime) -> Level:
    """What is in it now; a bucket that nobody has taken from is full."""
    if level is None:
        return Level(bucket.size, now)
    passed = max(now - level.at, timedelta())
    return Level(min(bucket.size, level.tokens + passed / bucket.refill), max(now, level.at))


def take(bucket: Bucket, level: Level, *, now: datetime) -> tuple[Level, timedelta] | None:
    """What is left once a token is taken, and how long to wait for it; None where there is none.

    `level` is the present one, of `level_now`.
    """
    left = level.tokens - 1
    if left < -bucket.debt:
        return None
    wait = bucket.refill * max(0.0, -left)
    return Level(left, level.at), wait + (level.at - now)
