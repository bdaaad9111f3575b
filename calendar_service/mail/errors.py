"""Why a mail did not leave, told apart by whose trouble it is and whether it may have left.

The operator's (nobody is struck, nothing is spent), the moment's (try again), the reader's (stop),
and the one that nobody can tell: the relay had the whole mail and never answered.
"""

from __future__ import annotations

from calendar_service.errors import CalendarError
from calendar_service.mail.distrust import tells_distrust


class RelayUrlError(CalendarError):
    """A setting that names no relay that could be used; the message says how to write it."""


class FormError(CalendarError):
    """A mail whose personal facts stand elsewhere than its kind says; none of it may be sent."""


class SendingError(CalendarError):
    """A mail that did not leave. `reply` is what the relay said, or why it could not."""

    def __init__(self, message: str, *, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply or message


class RelayUnavailableError(SendingError):
    """The relay cannot be used by anybody: no connection, no trust, no log-in, 421, or cut off.

    The mail did not leave, and it is no fault of its reader. `remedy` is for the operator.
    """

    def __init__(self, message: str, *, remedy: str, reply: str = "") -> None:
        super().__init__(f"{message} {remedy}", reply=reply or message)
        self.remedy = remedy


class RefusalError(SendingError):
    """The relay answered, and did not take this mail.

    `code` is the reply's (RFC 5321 4.2), `enhanced` the RFC 3463 code such as `5.1.1` or empty,
    and `command` what was refused: MAIL, RCPT or DATA.
    """

    def __init__(self, *, code: int, enhanced: str, command: str, reply: str) -> None:
        super().__init__(f"The relay refused {command}: {reply}", reply=reply)
        self.code = code
        self.enhanced = enhanced
        self.command = command


class TemporaryRefusalError(RefusalError):
    """A 4xx reply: not now. Try again later."""


class PermanentRefusalError(RefusalError):
    """A 5xx reply: never, as it stands."""

    @property
    def is_about_the_address(self) -> bool:
        """Whether the relay says that there is no such reader, which counts as a strike.

        That is an enhanced code 5.1.x about the recipient (RFC 3463 3.2; .7 and .8 are about the
        sender), or from a relay without such codes a bare 550, 551 or 553 to RCPT, unless it
        speaks of the sender.
        """
        if self.command != "RCPT":
            return False
        if self.enhanced:
            return self.enhanced.startswith("5.1.") and self.enhanced not in {"5.1.7", "5.1.8"}
        return self.code in {550, 551, 553} and not tells_distrust(self.reply)


class UnansweredError(SendingError):
    """The connection ended after the final dot and before the answer: the mail may have left."""
