"""Answers that are made once for each state of what they show, and kept while there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")

LOCKS = 16
"""So many things may be made at once; each by one thread, while others wait for it."""

BESIDES = 1024
"""Octets that it takes to keep anything, besides its content."""


@dataclass(frozen=True, slots=True)
class _Copy(Generic[Kept]):
    state: Hashable
    made: Kept
    octets: int


class Copies(Generic[Kept]):
    """What was made, by what was asked; what was asked for longest ago goes first.

    `size` tells the octets of one.
    """

    def __init__(self, size: Callable[[Kept], int], *, most_octets: int) -> None:
        self._size = size
        self._most = most_octets
        self._octets = 0
        self._copies: OrderedDict[Hashable, _Copy[Kept]] = OrderedDict()
        self._room = Lock()
        self._making = [Lock() for _ in range(LOCKS)]

    def get(self, asked: Hashable, state: Hashable, make: Callable[[], Kept]) -> Kept:
        """The copy of this state; made now, by one thread alone, if there is none."""
        found = self._find(asked, state)
        if found is not None:
            return found.made
        with self._making[hash(asked) % LOCKS]:  # whoever waited here finds what the first one made
            found = self._find(asked, state)
            return found.made if found is not None else self._keep(asked, state, make())

    def _find(self, asked: Hashable, state: Hashable) -> _Copy[Kept] | None:
        with self._room:
            found = self._copies.get(asked)
            if found is None or found.state != state:
                return None
            self._copies.move_to_end(asked)
            return found

    def _keep(self, asked: Hashable, state: Hashable, made: Kept) -> Kept:
        copy = _Copy(state, made, self._size(made) + BESIDES)
        with self._room:
            if old := self._copies.pop(asked, None):
                self._octets -= old.octets
            self._copies[asked] = copy
            self._octets += copy.octets
            while self._octets > self._most and self._copies:
                _, gone = self._copies.popitem(last=False)
                self._octets -= gone.octets
        return made
