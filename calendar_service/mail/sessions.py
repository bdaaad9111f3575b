"""One SMTP session with a relay (RFC 5321 3): given one mail after the other.

Where the relay offers PIPELINING (RFC 2920), what is written at once is a whole content with its
final dot and MAIL, RCPT and DATA of the next mail: one round trip a mail. Where it does not, it is
one command at a time.
"""

from __future__ import annotations

import math
from collections import deque

from calendar_service.mail.commands import ENVELOPE, envelope
from calendar_service.mail.errors import RefusalError, RelayUnavailableError
from calendar_service.mail.opening import Opening
from calendar_service.mail.replies import CLOSING, GO_AHEAD, judge, read_replies, reply_line
from calendar_service.mail.senders import Parcel, Receipt, Told
from calendar_service.mail.wires import Wire

FAREWELL = 5.0
"""Seconds that a relay has to answer QUIT."""

_DOT, _LONE_DOT = "the final dot", "a lone dot"
_ROUTINE = frozenset({"MAIL", "RCPT", "RSET"})


class LostError(Exception):
    """A session has ended, for no fault of the mails that it had; `abandoned` tells which."""


class UnfitError(Exception):
    """What the relay said concerns every mail alike; its cause says what."""

    def __init__(self, error: RelayUnavailableError) -> None:
        super().__init__(str(error))
        self.error = error


class Session:
    """A session that is open, over a wire that is never waited for.

    `coming` is the mail whose envelope the relay is told; after 354 the session `is_ready` for its
    content. `flying` is the mail whose final dot is written and not answered. A `fresh` session
    has told no mail's fate yet. `deadline` is the second after which the relay takes too long.
    """

    def __init__(self, wire: Wire, opening: Opening, now: float) -> None:
        self._relay = opening.relay
        self._pipelining = "PIPELINING" in opening.offered
        self._sized = "SIZE" in opening.offered
        self._awaited: deque[str] = deque()
        self._steps: deque[tuple[str, bytes]] = deque()
        self._read = b""
        self._behind_dot = 0
        self._declined = self._denied = self._rewinds = False
        self._mails = 0
        self.wire = wire
        self.coming: Parcel | None = None
        self.flying: Parcel | None = None
        self.is_ready = self.is_leaving = False
        self.fresh = True
        self.used_at = self.moved_at = now
        self.deadline = math.inf

    @property
    def is_idle(self) -> bool:
        """Whether it could take a mail now."""
        return not (self.coming or self.flying or self._awaited or self.is_leaving)

    @property
    def is_used_up(self) -> bool:
        """Whether it has had as many mails as a connection may."""
        return self._mails >= self._relay.messages

    @property
    def takes_following(self) -> bool:
        """Whether the next mail's envelope may follow a content at once."""
        return self._pipelining and self._mails < self._relay.messages

    # --- What is asked of it: LostError where it has ended ------------------------------------

    def propose(self, parcel: Parcel, now: float) -> None:
        """Begins the transaction of a mail."""
        names, lines = self._begin(parcel)
        if self._pipelining:
            self._awaited.extend(names)
            self._write(lines)
        else:
            self._steps.extend(zip(names, lines.splitlines(keepends=True), strict=True))
            self._say_next()
        self._expect(now)

    def hand_over(self, following: Parcel | None, now: float) -> None:
        """Writes the content of the mail that is ready, and the envelope of the following one.

        Should the session end from here on, that mail may have been delivered.
        """
        parcel = self.coming
        assert parcel is not None  # noqa: S101 - the session is ready
        self.flying, self.coming, self.is_ready = parcel, None, False
        names, lines = ((), b"") if following is None else self._begin(following)
        self._awaited.append(_DOT)
        self._awaited.extend(names)
        self._behind_dot = len(lines)
        self._write(parcel.content.wire + lines)
        self._expect(now)

    def leave(self, now: float) -> None:
        """Says QUIT: the session ends when the relay has answered, or after FAREWELL seconds."""
        self.is_leaving = True
        self._awaited.append("QUIT")
        self._write(b"QUIT\r\n")
        self.deadline = now + FAREWELL

    def abandoned(self) -> tuple[Parcel | None, list[Parcel]]:
        """Of a session that has ended: the mail that may have left, and those that have not."""
        unsent = [] if self.coming is None or self._declined else [self.coming]
        if self.flying is None:
            return None, unsent
        if self._denied or self._dot_waits():
            return None, [self.flying, *unsent]
        return self.flying, unsent

    def _begin(self, parcel: Parcel) -> tuple[tuple[str, ...], bytes]:
        """The commands of a mail's envelope and their lines, now that it is this mail's turn."""
        self.coming = parcel
        self._mails += 1
        lines = envelope(parcel, sized=self._sized)
        if not self._rewinds:
            return ENVELOPE, lines
        self._rewinds = False
        return ("RSET", *ENVELOPE), b"RSET\r\n" + lines

    def _say_next(self) -> None:
        """The next command, where each waits for the answer to the one before."""
        name, line = self._steps.popleft()
        self._awaited.append(name)
        self._write(line)

    def _write(self, octets: bytes) -> None:
        try:
            self.wire.write(octets)
        except OSError as error:
            raise LostError(error.strerror or str(error)) from error

    def _dot_waits(self) -> bool:
        """Whether the final dot is still on this side of the wire."""
        return len(self.wire.unsent) > self._behind_dot

    def _expect(self, now: float) -> None:
        """Sets the deadline of what is awaited next; each command has its own."""
        self.moved_at = now
        if not self._awaited:
            self.deadline = math.inf
        elif self._awaited[0] is _DOT and not self._dot_waits():
            self.deadline = now + self._relay.answer_timeout
        else:
            self.deadline = now + self._relay.timeout

    # --- What the relay does ------------------------------------------------------------------

    def take_turn(self, tell: Told, now: float) -> None:
        """Goes on when the wire has stirred: sends what waits, reads, and acts on what it reads.

        Raises LostError where the session has ended, UnfitError where the relay is of no use.
        """
        broken = self._flush(now) if self.wire.unsent else ""
        octets = self._receive()
        if octets:
            self._hear_all(octets, tell, now)
        elif octets is not None:
            raise LostError("the relay ended it")
        if broken:
            raise LostError(broken)

    def _flush(self, now: float) -> str:
        """Sends what waits; why it cannot be sent, for there may be an answer to read still."""
        try:
            self.wire.flush()
        except OSError as error:
            return error.strerror or str(error)
        self._expect(now)
        return ""

    def _receive(self) -> bytes | None:
        try:
            return self.wire.read()
        except OSError as error:
            raise LostError(error.strerror or str(error)) from error

    def _hear_all(self, octets: bytes, tell: Told, now: float) -> None:
        replies, self._read = read_replies(self._read + octets)
        for code, text in replies:
            self._hear(code, text, tell)
        if replies and not self.is_leaving:
            self.used_at = now
            if self._steps and not self._awaited:
                self._say_next()
            self._expect(now)

    def _hear(self, code: int, text: bytes, tell: Told) -> None:
        if not self._awaited:
            raise LostError(f"the relay said {reply_line(code, text)}")
        command = self._awaited.popleft()
        if code == 250 and command in _ROUTINE:
            return
        if command is _DOT:
            self._hear_answer(code, text, tell)
        elif code == CLOSING or not 200 <= code <= 599:
            raise LostError(f"the relay said {reply_line(code, text)}")
        elif command in ENVELOPE:
            self._hear_of_envelope(command, code, text, tell)
        elif command == "QUIT" or (command == "RSET" and code >= 300):
            raise LostError(f"the relay said {reply_line(code, text)}")

    def _hear_answer(self, code: int, text: bytes, tell: Told) -> None:
        """The answer to a final dot: only 2xx, 4xx and 5xx tell what became of the mail."""
        parcel, early = self.flying, self._dot_waits()
        assert parcel is not None  # noqa: S101 - its dot is written
        tells = (200 <= code < 300 and not early) or 400 <= code <= 599
        if code == CLOSING or not tells:
            self._denied = code == CLOSING
            raise LostError(f"the relay said {reply_line(code, text)}")
        fate = self._judged("DATA", code, text)
        self.flying, self.fresh = None, False
        tell(parcel, fate)
        if early:
            raise LostError("the relay did not want to read it to its end")

    def _hear_of_envelope(self, command: str, code: int, text: bytes, tell: Told) -> None:
        """A reply to MAIL, RCPT or DATA. After a refusal, those to what follows say nothing new."""
        if self._declined:
            if command == "DATA":
                self._finish_declined(lone_dot=code == GO_AHEAD)
        elif command == "DATA" and code == GO_AHEAD:
            self.is_ready = True
        elif 300 <= code < 400 or (command == "DATA" and code < 400):
            raise LostError(f"the relay said {reply_line(code, text)}")
        elif code >= 400:
            self._decline(self._judged(command, code, text), tell)

    def _judged(self, command: str, code: int, text: bytes) -> Receipt | RefusalError:
        try:
            return Receipt(judge(command, code, text))
        except RefusalError as refusal:
            return refusal
        except RelayUnavailableError as error:
            self._denied = True
            raise UnfitError(error) from error

    def _decline(self, refusal: Receipt | RefusalError, tell: Told) -> None:
        parcel = self.coming
        assert parcel is not None  # noqa: S101 - its envelope is being told
        self._declined, self.fresh = True, False
        self._steps.clear()
        if not self._awaited:
            self._finish_declined(lone_dot=False)
        tell(parcel, refusal)

    def _finish_declined(self, *, lone_dot: bool) -> None:
        """Makes room for the next mail, which begins with RSET (RFC 5321 4.1.1.5).

        A relay may accept DATA where it accepted no recipient; it is owed a dot (RFC 2920 3.1).
        """
        self.coming, self._declined, self._rewinds = None, False, True
        if lone_dot:
            self._awaited.append(_LONE_DOT)
            self._write(b".\r\n")
