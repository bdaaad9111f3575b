"""One mailing: which connection takes which mail when, and what becomes of it."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Iterator

from calendar_service.mail.connections import Connections
from calendar_service.mail.errors import (
    RelayUnavailableError,
    TemporaryRefusalError,
    UnansweredError,
)
from calendar_service.mail.opening import Opening
from calendar_service.mail.pace import Pace
from calendar_service.mail.senders import Fate, MayGo, Parcel, Told
from calendar_service.mail.sessions import LostError, Session, UnfitError
from calendar_service.mail.supply import Supply

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
        may_go: MayGo,
    ) -> None:
        self._connections = connections
        self._supply = Supply(parcels, pace)
        self._seconds = seconds
        self._told = told
        self._may_go = may_go
        self._troubled: list[int] = []
        self._gets_through = False
        self._free = [session for session in connections.sessions if session.is_idle]
        self._ready: deque[Session] = deque()
        self._flying: set[Session] = set()
        self._ends = False
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

    def _engage(self) -> bool:
        """Gives mails to free connections and opens others; whether there is more to wait for."""
        while self._free:
            session = self._free[-1]
            if session.is_used_up:
                self._free.pop()
                self._connections.leave(session)
            elif (parcel := self._supply.next(self._seconds())) is None:
                break
            else:
                self._free.pop()
                self._propose(session, parcel)
        if not self._free and not self._ends and self._are_more_wanted():
            try:
                self._connections.open()
            except RelayUnavailableError as error:
                self._opening_failed(error)
        if self._ends:
            return False
        return not self._supply.is_empty or len(self._free) < len(self._connections.sessions)

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
            if not self._may_go():
                self._end_all_but_flying()
                return
            session = self._ready.popleft()
            following = self._supply.next(self._seconds()) if session.takes_following else None
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
        if not connections.is_room or self._supply.pause(self._seconds()) > 0:
            return False
        there = len(connections.sessions) + len(connections.openings)
        if there < 1 + self._supply.taken // MAILS_PER_CONNECTION:
            return True
        return not connections.openings and self._seconds() >= self._moved_at() + PATIENCE

    def _moved_at(self) -> float:
        return max(session.moved_at for session in self._connections.sessions)

    def _when_to_look_again(self) -> float:
        """When there is something to do though no connection stirs."""
        now = self._seconds()
        if (pause := self._supply.pause(now)) > 0:
            return now + pause
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
            session.take_turn(self._tell, now)
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
            if self._ends:
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

    def _tell(self, parcel: Parcel, fate: Fate) -> None:
        self._told(parcel, fate)
        self._troubled.clear()
        self._gets_through = True
        self._supply.recall()

    def _lose(self, session: Session, why: str) -> None:
        """A session has ended: tells which mail may have left, and takes back which have not."""
        self._end(session)
        in_doubt, unsent = session.abandoned()
        if in_doubt is not None:
            self._told(in_doubt, _unanswered(why))
        if self._ends or not unsent:
            return
        if in_doubt is not None or session.is_ready:
            self._supply.give_back(unsent)
        else:
            self._supply.give_back(unsent[1:])
            self._suspect(unsent[0], why, fresh=session.fresh)

    def _suspect(self, parcel: Parcel, why: str, *, fresh: bool) -> None:
        """A session has ended at a mail: for good reasons, or because of it, or because of us.

        It is the mail's trouble where it has ended more sessions than there may be connections
        and others do get through; and the relay's where two sessions ended at their first mail,
        and nothing between them got through.
        """
        self_inflicted = self._gets_through and set(self._troubled) <= {parcel.number}
        is_the_mails = self_inflicted or not self._troubled
        if self._supply.count_ended(parcel) > self._connections.most and is_the_mails:
            self._told(parcel, _ends_every_session(why))
        elif not fresh:
            self._supply.give_back([parcel])
        else:
            self._troubled.append(parcel.number)
            self._supply.set_aside(parcel)
            if self._connections.sessions:
                self._opening_failed(_broken_off(why))
            elif len(self._troubled) > 1 and not (self._connections.openings or self_inflicted):
                self._fail(_broken_off(why))

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
        self._end_all_but_flying()

    def _end_all_but_flying(self) -> None:
        self._ends = True
        self._connections.drop_openings()
        for session in list(self._connections.sessions):
            if session not in self._flying:
                self._end(session)


def _unanswered(why: str) -> UnansweredError:
    return UnansweredError(
        f"The relay had the whole mail and did not answer ({why}); it may have been sent."
    )


def _ends_every_session(why: str) -> TemporaryRefusalError:
    reply = f"every connection ended at this mail ({why})"
    return TemporaryRefusalError(code=421, enhanced="", command="MAIL", reply=reply)


def _broken_off(why: str) -> RelayUnavailableError:
    return RelayUnavailableError(
        f"The relay broke off the connection before it had the mail ({why}).",
        remedy="Look into the relay's log.",
    )
