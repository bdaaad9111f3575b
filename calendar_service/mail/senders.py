"""What a sender of mails promises: `smtp.py` and `maildir.py` keep it."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mail that has left; `reply` is what the relay said, on one line, for the journal."""

    reply: str


class Sender(Protocol):
    """A way for mails to leave, one at a time. Each thread needs its own."""

    def send(self, message: EmailMessage, *, envelope_from: str, to: str) -> Receipt:
        """Returns once the mail is somebody else's to deliver; raises a SendingError otherwise.

        Both addresses are as `parse_address` gives them.
        """
        ...

    def close(self) -> None:
        """Lets go of what it holds; a later `send` takes it up again."""
        ...
