"""The errors of the calendar: each says what is wrong and what to do. None knows HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in something a person wrote: where it is, what is wrong and how to mend it.

    `place` is a file, a form or a command; `key` the field inside it, dotted (`event[2].title.fr`).
    """

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        """Place, key and message on one line."""
        where = f"{self.place}: {self.key}" if self.key else self.place
        return f"{where}: {self.message}"


class CalendarError(Exception):
    """The family of all errors that the service raises on purpose; the message is for people."""


class NotFoundError(CalendarError):
    """Something was asked for by a name that nothing has."""


class GoneError(CalendarError):
    """Something that was here and has ended for good, such as a link that has expired."""


class UnknownValueError(CalendarError):
    """An address asks for something that nothing here has."""


class ConflictError(CalendarError):
    """What was asked contradicts what is already stored."""


class UnavailableError(CalendarError):
    """The store cannot serve just now: locked, full or stopped. Nothing was changed; try again."""


class TooManyError(CalendarError):
    """More was asked for than there is a turn for; nothing was kept. Try again later."""

    def __init__(self) -> None:
        super().__init__("Too many sign-ups came from here just now. Try again in some minutes.")


class InvalidInputError(CalendarError):
    """Input with mistakes, all named at once; nothing of it was taken."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownEventError(NotFoundError):
    """No event has this UID or slug."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No event {name!r}; `calendar-service events list` shows the UIDs and slugs."
        )
        self.name = name


class UndatedEventError(NotFoundError):
    """A calendar of one event was asked for, whose day is not yet known."""

    def __init__(self, page: str) -> None:
        super().__init__(
            f"The day of this event is not known yet. It will be here when it is; {page} tells "
            "more, and there you can ask to be told by email."
        )


class UnknownFeedError(NotFoundError):
    """No feed has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"No feed {slug!r}; `calendar-service feeds list` shows the slugs.")
        self.slug = slug


class EndedFeedError(GoneError):
    """A feed that was here and is never to come back."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"The feed {slug!r} has ended; take it out of your calendar app.")
        self.slug = slug


class UnknownZoneError(CalendarError):
    """A time-zone name that the tz database does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No time zone {name!r}; write it like 'Europe/Brussels'.")
        self.name = name
