"""What a lint finds, and how much of it is told one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from calendar_service.ical.lint.rules import RULES, Rule, Severity

MOST_OF_A_RULE = 1000
"""Findings of one rule that are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong on a line, counted from 1, and the name of the rule in `RULES`.

    The last one of a rule may stand for several `times` more.
    """

    line: int
    name: str
    message: str
    times: int = 1

    @property
    def rule(self) -> Rule:
        """Why it matters."""
        return RULES[self.name]


class Findings:
    """Takes findings, of whatever a file may be made of, without keeping them all.

    With `ours` it takes also what nobody but us asks of a feed.
    """

    def __init__(self, *, ours: bool) -> None:
        self._ours = ours
        self._kept: dict[str, dict[Finding, None]] = {}
        self._more: Counter[str] = Counter()

    def add(self, line: int, name: str, message: str) -> None:
        """Takes one; the same one again is the same."""
        if RULES[name].severity is Severity.OURS and not self._ours:
            return
        kept = self._kept.setdefault(name, {})
        if len(kept) < MOST_OF_A_RULE:
            kept[Finding(line, name, message)] = None
        else:
            self._more[name] += 1

    def extend(self, found: Iterable[tuple[int, str, str]]) -> None:
        """Takes several: line, name and message of each."""
        for line, name, message in found:
            self.add(line, name, message)

    def in_order(self) -> list[Finding]:
        """All by their lines; the last one of a rule may say how many more there are."""
        told = [one for kept in self._kept.values() for one in kept]
        for name, times in self._more.items():
            last = max(one.line for one in self._kept[name])
            told.append(Finding(last, name, f"and there are {times} more", times))
        return sorted(told, key=lambda one: (one.line, one.times, one.name, one.message))
