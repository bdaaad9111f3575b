"""What came of looking at one thing: how it stands, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a thing stands."""

    GOOD = "ok"
    WARN = "warning"
    BAD = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how to mend it if need be."""

    subject: str
    health: Health
    words: str
    remedy: str = ""
