"""One mailing: which connection takes which mail when, and what becomes of it."""

from __future__ import annotations

import logging
import math
from collections import Counter, deque
from collections.abc import Callable, Iterator

from calendar_service.mail.connections import Connections
from calendar_service.mail.errors import RelayUnavailableError, UnansweredError
from calendar_service.mail.opening import Opening
from calendar_service.mail.pace import Pace
from calendar_service.mail.senders import Parcel, Told
from calendar_service.mail.sessions import LostError, Session, UnfitError

MAILS_PER_CONNECTION = 4
"""Another connection is opened for each so many mails: not six of them for one reminder."""

PATIENCE = 1.0
"""Seconds after which connections that all wait for the relay are given company."""

_log = logging.getLogger(__name__)


class Mailing:
    """What is on its way during one `send`."""

    def __init__(
        self,
        connections: Connections,
        pace: Pace,
        seconds: Callable[[], float],
        parcels: Iterator[Parcel],
        told: Told,
    ) -> None:
        self._connections = connections
        self._pace = pace
        self._seconds = seconds
        self._parcels = parcels
        self._told = told
        self._is_exhausted = False
        self._taken = 0
        self._given_back: deque[Parcel] = deque()
        self._times_given_back: Counter[int] = Counter()
        self._free = [session for session in connections.sessions if session.is_idle]
        self._ready: deque[Session] = deque()
        self._flying: set[Session] = set()
        self._failure: RelayUnavailableError | None = None

    def run(self) -> None:
        """Goes on until nothing is left, or until the relay cannot be used."""
        self._attend(until=self._seconds())
        while self._engage():
            self._attend(until=self._when_to_look_again())
        while self._flying:
            self._attend(until=math.inf)
        if self._failure is not None:
            raise self._failure
        self._connections.drop_openings()

    # --- Taking mails and giving them to connections ------------------------------------------

    def _next(self) -> Parcel | None:
        """The next mail, asked for only now that a connection takes it."""
        if self._given_back:
            return self._given_back.popleft()
        if self._has_to_pause() > 0:
            return None
        parcel = next(self._parcels, None)
        if parcel is None:
            self._is_exhausted = True
        else:
            self._taken += 1
            self._pace.spend()
        return parcel

    def _is_anything_left(self) -> bool:
        if not self._is_exhausted or self._given_back:
            return True
        return len(self._free) < len(self._connections.sessions)

    def _engage(self) -> bool:
        """Gives mails to free connections and opens others; whether there is more to wait for."""
        while self._free:
            session = self._free[-1]
            if session.is_used_up:
                self._free.pop()
                self._connections.leave(session)
            elif (parcel := self._next()) is None:
                break
            else:
                self._free.pop()
                self._propose(session, parcel)
        if not self._free and self._failure is None and self._are_more_wanted():
            try:
                self._connections.open()
            except RelayUnavailableError as error:
                self._opening_failed(error)
        return self._failure is None and self._is_anything_left()

    def _propose(self, session: Session, parcel: Parcel) -> None:
        try:
            session.propose(parcel, self._seconds())
        except LostError as lost:
            self._lose(session, str(lost))
        else:
            self._connections.heed(session)

    def _hand_over(self) -> None:
        """Writes contents and final dots, as far as the promise above allows."""
        sessions = self._connections.sessions
        while self._ready and len(self._flying) < max(1, len(sessions) // 2):
            session = self._ready.popleft()
            following = self._next() if session.takes_following else None
            self._flying.add(session)
            try:
                session.hand_over(following, self._seconds())
            except LostError as lost:
                self._lose(session, str(lost))
            else:
                self._connections.heed(session)

    def _are_more_wanted(self) -> bool:
        """Whether to open a connection: for mails there are, or for want of any that moves."""
        connections = self._connections
        if not connections.is_room or self._has_to_pause() > 0:
            return False
        there = len(connections.sessions) + len(connections.openings)
        if there < 1 + self._taken // MAILS_PER_CONNECTION:
            return True
        return not connections.openings and self._seconds() >= self._moved_at() + PATIENCE

    def _has_to_pause(self) -> float:
        """Seconds until there may be another mail to take."""
        if self._given_back:
            return 0.0
        return math.inf if self._is_exhausted else self._pace.wait(self._seconds())

    def _moved_at(self) -> float:
        return max(session.moved_at for session in self._connections.sessions)

    def _when_to_look_again(self) -> float:
        """When there is something to do though no connection stirs."""
        if (pause := self._has_to_pause()) > 0:
            return self._seconds() + pause
        connections = self._connections
        if connections.is_room and connections.sessions and not connections.openings:
            return self._moved_at() + PATIENCE
        return math.inf

    # --- What becomes of them -----------------------------------------------------------------

    def _attend(self, *, until: float) -> None:
        for one in self._connections.wait(until):
            if not one.wire.is_open:
                continue  # another's trouble has ended it meanwhile
            if isinstance(one, Opening):
                self._attend_opening(one)
            else:
                self._attend_session(one)
                self._hand_over()

    def _attend_opening(self, opening: Opening) -> None:
        try:
            session = self._connections.go_on_opening(opening)
        except RelayUnavailableError as error:
            self._opening_failed(error)
        else:
            if session is not None:
                self._free.append(session)

    def _attend_session(self, session: Session) -> None:
        now = self._seconds()
        try:
            session.take_turn(self._told, now)
        except LostError as lost:
            self._lose(session, str(lost))
        except UnfitError as unfit:
            self._end(session)
            self._fail(unfit.error)
        else:
            if now >= session.deadline:
                self._lose(session, "no answer in time")
            else:
                self._heed(session)

    def _heed(self, session: Session) -> None:
        """Notes where a session has got to."""
        self._connections.heed(session)
        if session.flying is None:
            self._flying.discard(session)
            if self._failure is not None:
                self._end(session)
            elif session.is_ready and session not in self._ready:
                self._ready.append(session)
            elif session.is_idle and session not in self._free:
                self._free.append(session)

    def _end(self, session: Session) -> None:
        self._connections.drop(session)
        self._flying.discard(session)
        for others in (self._ready, self._free):
            if session in others:
                others.remove(session)

    def _lose(self, session: Session, why: str) -> None:
        """A session has ended: tells which mail may have left, and takes back which have not."""
        self._end(session)
        unanswered, unsent = session.abandoned()
        if unanswered is not None:
            self._told(unanswered, _unanswered(why))
        if self._failure is not None or not unsent:
            return
        self._given_back.extend(unsent)
        self._times_given_back.update(parcel.number for parcel in unsent)
        most = max(self._times_given_back[parcel.number] for parcel in unsent)
        error = _broken_off(why)
        if most > self._connections.most:
            self._fail(error)
        elif session.fresh and unanswered is None:
            self._opening_failed(error)

    def _opening_failed(self, error: RelayUnavailableError) -> None:
        """Goes on with the connections there are, if any, and asks for no more for a while."""
        if self._connections.sessions or self._connections.leaving:
            _log.warning("%s Going on with the other connections.", error)
            self._connections.be_content()
        elif not self._connections.openings:
            self._fail(error)

    def _fail(self, error: RelayUnavailableError) -> None:
        """Takes no more mails, ends what is not answered for, and lets the rest be answered."""
        self._failure = error
        self._connections.drop_openings()
        for session in list(self._connections.sessions):
            if session not in self._flying:
                self._end(session)


def _unanswered(why: str) -> UnansweredError:
    return UnansweredError(
        f"The relay had the whole mail and did not answer ({why}); it may have been sent."
    )


def _broken_off(why: str) -> RelayUnavailableError:
    return RelayUnavailableError(
        f"The relay broke off the connection before it had the mail ({why}).",
        remedy="Look into the relay's log.",
    )
