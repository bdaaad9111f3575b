"""The connections to one relay: opened as they are wanted, kept between mailings, and ended."""

from __future__ import annotations

import math
import selectors
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain

from calendar_service.mail.connecting import unreached
from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.opening import Opening
from calendar_service.mail.relays import Relay
from calendar_service.mail.senders import Fate, Parcel
from calendar_service.mail.sessions import LostError, Session
from calendar_service.mail.wires import Address, addresses

CONTENT_WITH_FEWER = 60.0
"""Seconds after which more connections are tried again where the relay refused them."""


class Connections:
    """At most as many as the relay's setting and the relay itself allow."""

    def __init__(
        self,
        relay: Relay,
        *,
        hello: str,
        context: ssl.SSLContext | None,
        seconds: Callable[[], float],
    ) -> None:
        self._relay = relay
        self._hello = hello
        self._context = cache(lambda: context or ssl.create_default_context())
        self._seconds = seconds
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, int] = {}
        self._others: dict[Opening, deque[Address]] = {}
        self._alarm = math.inf
        self._content_until = -math.inf
        self.most = relay.connections
        self.openings: list[Opening] = []
        self.sessions: list[Session] = []
        self.leaving: list[Session] = []

    @property
    def is_room(self) -> bool:
        """Whether another may be opened; those that are leaving count at the relay still."""
        return len(self.sessions) + len(self.openings) + len(self.leaving) < self.most

    def be_content(self) -> None:
        """Opens no more than there are for a while, as the relay does not want it."""
        self.most = max(1, len(self.sessions) + len(self.leaving))
        self._content_until = self._seconds() + CONTENT_WITH_FEWER

    def open(self) -> None:
        """Begins to open one; raises RelayUnavailableError where the relay cannot be reached."""
        try:
            found = addresses(self._relay.host, self._relay.port)
        except OSError as error:
            raise unreached(self._relay, error) from error
        self._open(deque(found))

    def _open(self, found: deque[Address]) -> None:
        """Tries the first address that does not fail at once."""
        while True:
            try:
                opening = Opening(
                    self._relay,
                    found.popleft(),
                    hello=self._hello,
                    context=self._context,
                    now=self._seconds(),
                )
                break
            except RelayUnavailableError:
                if not found:
                    raise
        self._others[opening] = found
        self.openings.append(opening)
        self._watch(opening)

    def go_on_opening(self, opening: Opening) -> Session | None:
        """Goes on when the wire has stirred or its time is up; the session once it is open.

        Raises RelayUnavailableError where the last of the relay's addresses failed.
        """
        now = self._seconds()
        try:
            is_open = opening.take_turn(now)
            if not is_open and now >= opening.deadline:
                opening.give_up()
        except RelayUnavailableError:
            others = self._others[opening]
            self.drop(opening)
            if opening.is_connected or not others:
                raise
            self._open(others)
            return None
        if not is_open:
            self.heed(opening)
            return None
        del self._others[opening]
        self.openings.remove(opening)
        session = Session(opening.wire, opening, now)
        self.sessions.append(session)
        self._selector.modify(session.wire.number, session.wire.wants, session)
        return session

    # --- Waiting ------------------------------------------------------------------------------

    def wait(self, until: float) -> list[Opening | Session]:
        """Waits for those whose wire stirs or whose time is up, at most until an instant."""
        pause = min(self._alarm, until) - self._seconds()
        events = self._selector.select(None if pause == math.inf else max(0.0, pause))
        stirred: list[Opening | Session] = [key.data for key, _ in events]
        now = self._seconds()
        if now >= self._alarm:
            stirred += [one for one in self._all() if now >= one.deadline and one not in stirred]
            later = (one.deadline for one in self._all() if now < one.deadline)
            self._alarm = min(later, default=math.inf)
        if self.leaving:
            self._see_off(stirred, now)
        return stirred

    def heed(self, one: Opening | Session) -> None:
        """To be called after a turn and a write: watches for what the wire wants now."""
        number, wants = one.wire.number, one.wire.wants
        if self._watched[number] != wants:
            self._watched[number] = wants
            self._selector.modify(number, wants, one)
        self._alarm = min(self._alarm, one.deadline)

    def _all(self) -> Iterator[Opening | Session]:
        return chain(self.sessions, self.openings, self.leaving)

    def _watch(self, one: Opening | Session) -> None:
        number, wants = one.wire.number, one.wire.wants
        self._watched[number] = wants
        self._selector.register(number, wants, one)
        self._alarm = min(self._alarm, one.deadline)

    # --- Ending -------------------------------------------------------------------------------

    def drop(self, one: Opening | Session) -> None:
        """Ends a connection without a word."""
        if isinstance(one, Opening):
            self.openings.remove(one)
            del self._others[one]
        else:
            (self.leaving if one.is_leaving else self.sessions).remove(one)
        self._selector.unregister(one.wire.number)
        del self._watched[one.wire.number]
        one.wire.close()

    def drop_openings(self) -> None:
        """Ends the connections that are not open yet."""
        for opening in list(self.openings):
            self.drop(opening)

    def drop_all(self) -> None:
        """Ends all connections without a word."""
        for one in list(self._all()):
            self.drop(one)

    def leave(self, session: Session) -> None:
        """Ends a connection with QUIT, and waits for the answer beside other things."""
        self.sessions.remove(session)
        self.leaving.append(session)
        try:
            session.leave(self._seconds())
        except LostError:
            self.drop(session)
        else:
            self.heed(session)

    def tidy(self) -> None:
        """Leaves the connections that have been idle for too long or are used up."""
        now = self._seconds()
        if now >= self._content_until:
            self.most = self._relay.connections
        for session in [one for one in self.sessions if one.is_idle]:
            if session.is_used_up or now - session.used_at > self._relay.idle:
                self.leave(session)

    def close(self) -> None:
        """Ends all connections, with QUIT where no mail is under way."""
        self.drop_openings()
        for session in list(self.sessions):
            if session.is_idle:
                self.leave(session)
            else:
                self.drop(session)
        while self.leaving:
            self.wait(math.inf)

    def _see_off(self, stirred: list[Opening | Session], now: float) -> None:
        """Takes those that are leaving out of the others, and ends those that have left."""
        for session in [one for one in self.leaving if one in stirred]:
            stirred.remove(session)
            try:
                session.take_turn(_nothing_left_to_tell, now)
                is_over = now >= session.deadline
            except LostError:
                is_over = True
            if is_over:
                self.drop(session)
            else:
                self.heed(session)


def _nothing_left_to_tell(parcel: Parcel, _fate: Fate) -> None:
    raise AssertionError(parcel)
