"""The mails of one mailing that wait for a connection, and how soon there may be another."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator

from calendar_service.mail.pace import Pace
from calendar_service.mail.senders import Parcel


class Supply:
    """Gives out the mails that connections gave back, and then those that the caller has.

    A mail that was under way when its session ended may be what ended it. So it is counted how
    often that was, and such a mail can be set aside until another one has got through.
    """

    def __init__(self, parcels: Iterator[Parcel], pace: Pace) -> None:
        self._parcels = parcels
        self._pace = pace
        self._given_back: deque[Parcel] = deque()
        self._aside: deque[Parcel] = deque()
        self._ended: Counter[int] = Counter()
        self._is_exhausted = False
        self.taken = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is none left, for certain."""
        return self._is_exhausted and not self._given_back and not self._aside

    def pause(self, now: float) -> float:
        """Seconds until there may be one to take; infinite when there will be none."""
        if self._given_back:
            return 0.0
        if self._is_exhausted:
            return 0.0 if self._aside else math.inf
        return self._pace.wait(now)

    def next(self, now: float) -> Parcel | None:
        """One of them, if there is one now; the caller's own are asked for only here."""
        if not self._given_back and not self._is_exhausted:
            if self._pace.wait(now) > 0:
                return None
            parcel = next(self._parcels, None)
            if parcel is not None:
                self.taken += 1
                self._pace.spend()
                return parcel
            self._is_exhausted = True
        waiting = self._given_back or self._aside
        return waiting.popleft() if waiting else None

    def give_back(self, parcels: list[Parcel]) -> None:
        """Takes mails back that were not handed over."""
        self._given_back.extend(parcels)

    def set_aside(self, parcel: Parcel) -> None:
        """Takes a mail back that waits until `recall`, or until there are no others."""
        self._aside.append(parcel)

    def recall(self) -> None:
        """Another mail has got through."""
        self._given_back.extend(self._aside)
        self._aside.clear()

    def count_ended(self, parcel: Parcel) -> int:
        """How many sessions have ended while this mail was proposed, this time included."""
        self._ended[parcel.number] += 1
        return self._ended[parcel.number]
