"""All that is looked at, one after the other."""

from __future__ import annotations

import codecs

from calendar_service.ical.lint.findings import Finding, Findings
from calendar_service.ical.lint.octets import octets
from calendar_service.ical.lint.structure import (
    calendar_properties,
    counts,
    identities,
    read_tree,
    structure,
)
from calendar_service.ical.lint.times import times
from calendar_service.ical.lint.values import values
from calendar_service.ical.lint.zones import zones

__all__ = ["Finding", "lint"]

_BEGINNING = 4096
"""Octets within which a calendar must have begun."""

_GZIP = b"\x1f\x8b"


def lint(content: bytes, *, ours: bool = False) -> list[Finding]:
    """Everything that is wrong with a calendar, in the order of its lines.

    With `ours` also what nobody but us asks of a feed. What is no calendar at all is told as that.
    """
    findings = Findings(ours=ours)
    if b"BEGIN:VCALENDAR" not in content[:_BEGINNING].upper():
        said = f"is not exactly one VCALENDAR: {_looks_like(content)}"
        findings.add(1, "not-a-calendar", said)
        return findings.in_order()
    findings.extend(octets(content))
    root = read_tree(content, findings)
    findings.extend(structure(root))
    for calendar in root.inside("VCALENDAR"):
        for component in calendar.walk():
            findings.extend(counts(component))
            findings.extend(values(component))
        for check in (calendar_properties, zones, times, identities):
            findings.extend(check(calendar))
    return findings.in_order()


def _looks_like(content: bytes) -> str:
    """What else it is, as far as that is plain."""
    start = content[:_BEGINNING].strip()
    if not start:
        return "it is empty"
    if content.startswith(_GZIP):
        return "it is compressed, and only the plain text is read"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "it is UTF-16, and only UTF-8 is read"
    if start.startswith(b"<"):
        return "it looks like a page, in HTML or XML"
    if b"\0" in start:
        return "it is binary"
    return "it does not begin with BEGIN:VCALENDAR"
