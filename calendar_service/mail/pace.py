"""How fast mails may leave: a token bucket."""

from __future__ import annotations


class Pace:
    """Lets `rate` mails a second through, and never more than one second's worth at once.

    Where several share the rate, each has an equal part of it.

    It is told the time, in seconds of a clock that never steps back. It begins with one mail, and
    not with a full second: whoever starts it again and again would exceed the rate else.
    """

    def __init__(self, rate: float | None) -> None:
        self._whole = self._rate = rate
        self._saved = 1.0
        self._since: float | None = None

    def share(self, several: int) -> None:
        """Says how many share the rate, this one among them."""
        if self._whole is not None:
            self._rate = self._whole / max(1, several)

    def wait(self, now: float) -> float:
        """Seconds until the next mail may leave; 0 if it may now."""
        if self._rate is None:
            return 0.0
        if self._since is not None:
            most = max(1.0, self._rate)
            self._saved = min(most, self._saved + (now - self._since) * self._rate)
        self._since = now
        return max(0.0, (1.0 - self._saved) / self._rate)

    def spend(self) -> None:
        """A mail leaves."""
        self._saved -= 1.0
