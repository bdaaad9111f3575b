"""The rules, each explained: what goes wrong where, and where the rule comes from.

"Seen" says that the effect was measured with that app; the others are what its users report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an app fails, an app may show it differently, or only we care."""

    ERROR = "error"
    ADVICE = "advice"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `suffers` says what becomes of a calendar that breaks it."""

    severity: Severity
    suffers: str
    source: str


def _error(suffers: str, source: str) -> Rule:
    return Rule(Severity.ERROR, suffers, source)


def _advice(suffers: str, source: str) -> Rule:
    return Rule(Severity.ADVICE, suffers, source)


def _ours(suffers: str) -> Rule:
    return Rule(Severity.OURS, suffers, "our own feeds alone")


RULES: dict[str, Rule] = {
    # octets and lines
    "byte-order-mark": _error(
        "Five of thirteen readers refuse the whole file (seen).", "RFC 5545 3.4, 6"
    ),
    "line-ends": _error(
        "Strict readers take the file for one long line; most forgive it.", "RFC 5545 3.1"
    ),
    "blank-line": _error("Strict readers stop at a line that says nothing.", "RFC 5545 3.1"),
    "long-line": _error(
        "Readers with a fixed line length cut it; most forgive it.", "RFC 5545 3.1"
    ),
    "split-character": _error(
        "Seven of thirteen readers refuse the file, or show a broken letter (seen).",
        "RFC 5545 3.1, RFC 3629",
    ),
    "control-character": _error(
        "XML based apps and databases refuse the text; others show a box.", "RFC 5545 3.1"
    ),
    "not-a-line": _error(
        "The event around it, or the whole calendar, is not read.", "RFC 5545 3.1"
    ),
    # how it is served
    "content-type": _error(
        "HTML with 200 empties the subscription in Thunderbird (seen).", "RFC 5545 8.1"
    ),
    "content-coding": _error(
        "An app that cannot read the coding takes it for no calendar.", "RFC 9110 12.5.3"
    ),
    "validators": _advice(
        "Every refresh fetches everything again; Thunderbird and Evolution ask by ETag (seen).",
        "RFC 9110 8.8",
    ),
    # structure
    "not-a-calendar": _error(
        "An app that gets a page, or nothing, empties the subscription (Thunderbird, seen).",
        "RFC 5545 3.4",
    ),
    "no-events": _advice(
        "Apps take away all that they had from it (Thunderbird, seen).", "RFC 5545 3.6"
    ),
    "nesting": _error("What is inside is not found, or nothing is read at all.", "RFC 5545 3.6"),
    "property-after-component": _advice(
        "Some readers give the property to the wrong component.", "RFC 5545 3.4"
    ),
    "required-property": _error(
        "Google and Outlook refuse the import; libical drops the event.", "RFC 5545 3.6"
    ),
    "property-twice": _error("Each app takes another one of them.", "RFC 5545 3.6"),
    "same-identity": _error("Apps keep one of them, and not all the same one.", "RFC 5545 3.8.4.7"),
    "orphan": _advice(
        "Some apps show the instance by itself, others not at all.", "RFC 5545 3.8.4.4"
    ),
    "versions": _advice(
        "Google keeps showing the old state where SEQUENCE and LAST-MODIFIED do not rise.",
        "RFC 5545 3.8.7.3, 3.8.7.4",
    ),
    "no-title": _advice("Apps show an untitled event.", "RFC 5545 3.8.1.12"),
    "method": _advice(
        "Mail apps show an invitation; PUBLISH without ORGANIZER fails libical (seen).",
        "RFC 5546 3.2.1",
    ),
    "x-wr-timezone": _advice("Some apps shift times in UTC by it.", "no standard"),
    "calendar-name": _advice(
        "Older apps show another name than newer ones, or that of the file.", "RFC 7986 5.1"
    ),
    # values
    "value-form": _error(
        "The property is ignored, or the event with it.", "RFC 5545 3.3, 3.8; RFC 7986 5"
    ),
    "escaping": _error(
        "The text ends at the sign, or shows stray backslashes (calcurse, seen).",
        "RFC 5545 3.3.11",
    ),
    "one-line": _advice("Apple's map and lists show the first line alone.", "no standard"),
    "value-type": _error("The value is read as another type, or not at all.", "RFC 7986 5"),
    # times
    "time-form": _error(
        "The event is missing, or stands at another hour in each app.", "RFC 5545 3.3.4, 3.3.5"
    ),
    "floating-time": _advice(
        "The event stands at that hour of whoever looks, wherever they are.", "RFC 5545 3.3.5"
    ),
    "time-type": _error(
        "Exceptions and ends do not match: apps show the cancelled instance too.",
        "RFC 5545 3.8.2.2, 3.8.4.4, 3.8.5.1",
    ),
    "end-before-start": _error(
        "Outlook shows an all-day event at midnight; others drop it.", "RFC 5545 3.8.2.2"
    ),
    "end-twice": _error("Each app takes another one of the two.", "RFC 5545 3.6.1"),
    "rule-form": _error(
        "One bad RRULE empties the whole calendar in Thunderbird (seen).", "RFC 5545 3.3.10"
    ),
    "rule-rare": _advice("Most apps know neither and ignore the rule.", "RFC 7529 4"),
    "exrule": _advice("Most apps show what it leaves out.", "RFC 5545 A.2"),
    "rdate": _advice(
        "Several apps leave the added dates out, or show them at another hour.", "RFC 5545 3.8.5.2"
    ),
    "range": _advice(
        "Most apps change that one instance alone, not those that follow.", "RFC 5545 3.2.13"
    ),
    "until-and-count": _error("Readers refuse the rule, or end it twice.", "RFC 5545 3.3.10"),
    "until-form": _error(
        "The last instance is missing, or there is one too many.", "RFC 5545 3.3.10"
    ),
    # zones
    "zone-missing": _error(
        "Outlook shows the wrong hour; others guess by the name.", "RFC 5545 3.2.19"
    ),
    "zone-twice": _error("Each app takes another one of the two.", "RFC 5545 3.6.5"),
    "zone-offset": _error(
        "One bad TZOFFSETTO empties the whole calendar in Thunderbird (seen).", "RFC 5545 3.8.3.4"
    ),
    "zone-rdate": _advice(
        "ical.js, vobject and Thunderbird are an hour off (seen).", "RFC 5545 3.6.5"
    ),
    "tab": _ours("The standard allows it; apps show it as nothing, a space or many."),
    "zone-shape": _ours("Readers disagree on any other form of VTIMEZONE."),
    "zone-order": _ours("Equal data would not give equal bytes."),
    "component": _ours("A feed of ours holds events alone."),
}
