"""The lint finds each fault that it is there for, and nothing in a calendar without one."""

from __future__ import annotations

import pytest

from calendar_service.ical.lint.checks import lint
from calendar_service.ical.lint.rules import RULES
from tests.ical.linted import assert_clean

GOOD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
NAME:Meetings
X-WR-CALNAME:Meetings
SOURCE;VALUE=URI:https://example.org/feed.ics
REFRESH-INTERVAL;VALUE=DURATION:PT1H
COLOR:navy
BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:weekly
SEQUENCE:0
DTSTAMP:20260105T093000Z
CREATED:20260105T093000Z
LAST-MODIFIED:20260105T093000Z
DTSTART;TZID=Europe/Brussels:20260323T090000
DTEND;TZID=Europe/Brussels:20260323T100000
RRULE:FREQ=WEEKLY;UNTIL=20260420T070000Z
EXDATE;TZID=Europe/Brussels:20260330T090000
SUMMARY;LANGUAGE=sq:Përgatitje\\, një
  orë
STATUS:CONFIRMED
TRANSP:OPAQUE
GEO:50.879;4.424
END:VEVENT
END:VCALENDAR
"""


def written(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def findings(content: bytes) -> str:
    return "\n".join(f"{one.line}: {one.message}" for one in lint(content, ours=True))


def test_a_calendar_without_a_fault_is_clean() -> None:
    assert assert_clean(written(GOOD)) == written(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"\r\nEND:VCALENDAR\r\n", b"\r\nEND:VCALENDAR", "does not end with CRLF"),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\n", "does not end with CRLF"),
        (b"COLOR:navy\r\n", b"COLOR:na\rvy\r\n", "does not end with CRLF"),
        (b"COLOR:navy\r\n", b"COLOR:navy\r\n\r\n", "is blank"),
        (b"COLOR:navy\r\n", b"COLOR:navy\r\n \r\n", "is blank"),
        (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR", "byte order mark"),
        (b"BEGIN:VCALENDAR", b" BEGIN:VCALENDAR", "continuation of none"),
        ("orë\r\n".encode(), b"or\xc3\r\n \xab\r\n", "cut in two"),
        (b"UID:weekly", b"UID:" + b"w" * 72, "has 76 octets"),
        (b"UID:weekly", b"UID:week\tly", "has a tab"),
        (b"UID:weekly", b"UID:week\x00ly", "U+0000"),
        (b"UID:weekly", b"UID:week\x7fly", "U+007F"),
        (b"UID:weekly", b"UID:week\xc2\x85ly", "U+0085"),
        (b"UID:weekly", b"UID:week\xe2\x80\xa8ly", "U+2028"),
        (b"UID:weekly", b"UID:week\xef\xbf\xbely", "U+FFFE"),
    ],
)
def test_broken_octets_are_found(old: bytes, new: bytes, message: str) -> None:
    broken = written(GOOD).replace(old, new)
    assert broken != written(GOOD)
    assert message in findings(broken)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("END:VEVENT\n", "", "closes VEVENT"),
        ("END:VEVENT\nEND:VCALENDAR\n", "END:VEVENT\n", "has no END"),
        ("BEGIN:VEVENT", "BEGIN:VPOLL", "does not belong"),
        ("END:VCALENDAR\n", "END:VCALENDAR\nUID:x\n", "outside of every component"),
        ("END:VCALENDAR\n", "END:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n", "exactly one"),
        ("END:VEVENT\n", "END:VEVENT\nCOMMENT:x\n", "behind a component"),
        ("UID:weekly", "weekly", "is no content line"),
        ("GEO:", 'GEO;X="a:', "is no content line"),
        ("VERSION:2.0\n", "", "VCALENDAR has no VERSION"),
        ("VERSION:2.0", "VERSION:1.0", "wrong form"),
        ("PRODID:-//example//example//EN\n", "", "VCALENDAR has no PRODID"),
        ("VERSION:2.0\n", "VERSION:2.0\nMETHOD:PUBLISH\n", "METHOD"),
        ("VERSION:2.0\n", "VERSION:2.0\nX-WR-TIMEZONE:UTC\n", "X-WR-TIMEZONE"),
        ("X-WR-CALNAME:Meetings", "X-WR-CALNAME:Other", "say the same"),
        ("X-WR-CALNAME:Meetings\n", "", "say the same"),
        ("SOURCE;VALUE=URI", "SOURCE", "needs VALUE=URI"),
        ("INTERVAL;VALUE=DURATION", "INTERVAL", "needs VALUE=DURATION"),
    ],
)
def test_a_broken_calendar_is_found(old: str, new: str, message: str) -> None:
    assert message in findings(written(GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("UID:weekly\n", "", "VEVENT has no UID"),
        ("UID:weekly\n", "UID:weekly\nUID:daily\n", "VEVENT has UID 2 times"),
        ("DTSTAMP:20260105T093000Z\n", "", "VEVENT has no DTSTAMP"),
        ("DTSTAMP:20260105T093000Z", "DTSTAMP:20260105T093000", "DTSTAMP has a value of the wrong"),
        ("SEQUENCE:0\n", "", "VEVENT has no SEQUENCE"),
        ("SEQUENCE:0", "SEQUENCE:-1", "SEQUENCE has a value of the wrong form"),
        ("STATUS:CONFIRMED", "STATUS:POSTPONED", "STATUS has a value of the wrong form"),
        ("GEO:50.879;4.424", "GEO:5e-05;4.424", "GEO has a value of the wrong form"),
        ("GEO:", "URL:https://example.org/a b\nGEO:", "URL has a value of the wrong form"),
        (r"Përgatitje\, një", "Përgatitje, një", "is not escaped"),
        (r"Përgatitje\, një", r"Përgatitje\x një", "is not escaped"),
        (r"Përgatitje\, një", "Përgatitje\\", "is not escaped"),
        (r"Përgatitje\, një", r"Përgatitje\n një", "must be one line"),
        (
            "DTSTART;TZID=Europe/Brussels:20260323T090000",
            "DTSTART:20260323T090000",
            "neither a zone",
        ),
        ("DTSTART;TZID=Europe/Brussels:20260323T090000", "DTSTART:20260323", "no day, UTC"),
        ("T100000", "T090000", "DTEND must be after DTSTART"),
        ("DTEND;TZID=Europe/Brussels:20260323T100000", "DTEND:20260323T100000", "DTEND is of ano"),
        ("STATUS:", "DURATION:PT1H\nSTATUS:", "exclude each other"),
        ("EXDATE;TZID=Europe/Brussels:20260330T090000", "EXDATE:20260330T070000Z", "EXDATE is of"),
        ("FREQ=WEEKLY;UNTIL", "UNTIL", "no FREQ"),
        ("UNTIL=20260420T070000Z", "UNTIL=20260420T090000", "not in UTC"),
        ("UNTIL=20260420T070000Z", "UNTIL=20260420", "not in UTC"),
        ("UNTIL=20260420T070000Z", "UNTIL=20260420T070000Z;COUNT=5", "both UNTIL and COUNT"),
        ("UNTIL=20260420T070000Z", "UNTIL=20260431T070000Z", "not in UTC"),
        ("20260323T090000", "20260230T090000", "no day, UTC time"),
        ("20260323T090000", "20260323T240000", "no day, UTC time"),
        ("DTSTAMP:20260105", "DTSTAMP:20261305", "DTSTAMP has a value of the wrong"),
        ("GEO:50.879", "GEO:90.879", "GEO has a value of the wrong form"),
        ("GEO:", "IMAGE:https://example.org/a.png\nGEO:", "IMAGE needs VALUE=BINARY or URI"),
        ("GEO:", "CONFERENCE;VALUE=URI:a b\nGEO:", "CONFERENCE has a value of the wrong form"),
        ("GEO:", "COLOR:bluish\nGEO:", "COLOR has a value of the wrong form"),
        ("GEO:", "RDATE;TZID=Europe/Brussels:20260401T090000\nGEO:", "adds dates"),
        ("UID:weekly", "UID:weekly\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260323T090000", "RANGE"),
        ("UID:weekly", "UID:weekly\nRECURRENCE-ID:20260323T090000Z", "which is not here"),
        ("DTEND;TZID=Europe/Brussels:20260323T100000", "DURATION:-PT1H", "DURATION has a value"),
        ("GEO:", "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-P1D\nEND:VALARM\nGEO:", "no DESCRIPTION"),
        ("GEO:", "CATEGORIES:a;b\nGEO:", "CATEGORIES is not escaped"),
        ("GEO:", "RESOURCES:a\\x,b\nGEO:", "RESOURCES is not escaped"),
        ("GEO:", "CONTACT:a, b\nGEO:", "CONTACT is not escaped"),
        ("GEO:", "PRIORITY:high\nGEO:", "PRIORITY has a value of the wrong form"),
        ("GEO:", "ATTACH;VALUE=BINARY;ENCODING=BASE64:!\nGEO:", "ATTACH has a value of the wrong"),
        ("GEO:", "ATTACH;VALUE=BINARY:AAAA\nGEO:", "ATTACH has a value of the wrong"),
        (
            "GEO:",
            "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:PT0S\nREPEAT:2\nEND:VALARM\nGEO:",
            "VALARM has no DURATION",
        ),
        ("SUMMARY;LANGUAGE=sq:Përgatitje\\, një\n  orë", "SUMMARY:", "SUMMARY is empty"),
        ("DTSTART;TZID=Europe/Brussels:", "DTSTART;VALUE=FOO:", "DTSTART is no day"),
        ("DTSTART;TZID=Europe/Brussels:", 'DTSTART;TZID="":', "DTSTART is no day"),
        ("20260323T090000", "20260323T090000,20260324T090000", "DTSTART is no day"),
        ("20260323T090000", "20260323T090000/PT1H", "DTSTART is no day"),
        ("EXDATE;TZID=Europe/Brussels", "EXRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Brussels", "older"),
        ("GEO:", "BEGIN:VALARM\nACTION:AUDIO\nTRIGGER:soon\nEND:VALARM\nGEO:", "TRIGGER has a"),
    ],
)
def test_a_broken_event_is_found(old: str, new: str, message: str) -> None:
    assert message in findings(written(GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TZID:Europe/Brussels", "TZID:Europe/Paris", "TZID=Europe/Brussels has no VTIMEZONE"),
        ("TZID:Europe/Brussels", "TZID:Europe/Paris", "Europe/Paris is used by no event"),
        (
            "BEGIN:VTIMEZONE",
            "BEGIN:VTIMEZONE\nTZID:Europe/Brussels\nEND:VTIMEZONE\nBEGIN:VTIMEZONE",
            "there is a VTIMEZONE Europe/Brussels already",
        ),
        ("DTSTART:19701025", "DTSTART:20251026", "not anchored in 1970"),
        ("TZOFFSETFROM:+0200\n", "", "STANDARD has no TZOFFSETFROM"),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:+1", "wrong form"),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:+9900", "wrong form"),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:-0000", "wrong form"),
        ("DTSTART:19701025T030000", "DTSTART:19701025T030000Z", "a wall time without a zone"),
        ("BYDAY=-1SU\nEND:STANDARD", "BYDAY=LAST\nEND:STANDARD", "'BYDAY=LAST', which is no part"),
        ("END:DAYLIGHT", "RDATE:20270328T020000\nEND:DAYLIGHT", "RDATE lists"),
        (";BYMONTH=3;BYDAY=-1SU", ";BYMONTHDAY=29", "no simple yearly RRULE"),
        ("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n", "", "no simple yearly RRULE"),
    ],
)
def test_a_broken_time_zone_is_found(old: str, new: str, message: str) -> None:
    assert message in findings(written(GOOD.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n  orë", "\n\t orë"),
        ("një\n", "\tnjë\n"),
        ("GEO:", "LINK;LINKREL=a;VALUE=URI:https://a/\nLINK;LINKREL=b;VALUE=URI:https://b/\nGEO:"),
        ("orë\n", "orë\n   \n e tërë\n"),
        ("GEO:", "CATEGORIES:a\\;b,c\nRESOURCES:d,e\nPRIORITY:9\nGEO:"),
        ("GEO:", "ATTACH;ENCODING=BASE64;VALUE=BINARY:VGhl\nGEO:"),
        ("20260323T090000\nDTEND", "20260323T090000\nRELATED-TO;VALUE=URI:x:a;b,c\nDTEND"),
        ("GEO:", "CONCEPT:https://a/\nCONCEPT:https://b/\nREFID:a\nREFID:b\nGEO:"),
        ("GEO:", "STYLED-DESCRIPTION;VALUE=TEXT:a\nSTYLED-DESCRIPTION;VALUE=TEXT:b\nGEO:"),
    ],
)
def test_what_the_standards_allow_is_no_mistake_of_anybody(old: str, new: str) -> None:
    assert old in GOOD
    assert lint(written(GOOD.replace(old, new))) == []


def test_a_zone_may_have_signs_in_its_name_that_texts_escape() -> None:
    named = GOOD.replace("TZID:Europe/Brussels", "TZID:Brussels\\, Paris")
    assert lint(written(named.replace("TZID=Europe/Brussels", 'TZID="Brussels, Paris"'))) == []


def other(component: str, more: str) -> str:
    event = GOOD[GOOD.index("BEGIN:VEVENT") : GOOD.index("END:VCALENDAR")]
    return GOOD.replace(
        event,
        f"BEGIN:{component}\nUID:x\nDTSTAMP:20260105T093000Z\n{more}\nEND:{component}\n",
    )


def test_dates_of_a_task_that_repeats_are_looked_at_too() -> None:
    more = "DTSTART:20260323T090000Z\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20260324"
    assert "EXDATE is of another type" in findings(written(other("VTODO", more)))
    assert "PERCENT-COMPLETE has" in findings(written(other("VTODO", "PERCENT-COMPLETE:101")))


def test_times_that_are_taken_are_periods_in_utc() -> None:
    good = "FREEBUSY:20260314T233000Z/20260315T003000Z,20260316T160000Z/PT8H30M"
    assert "FREEBUSY has" not in findings(written(other("VFREEBUSY", good)))
    for bad in ("20260314T233000Z", "20260314T233000/PT1H", "20260314T233000Z/soon"):
        assert "FREEBUSY has a value" in findings(written(other("VFREEBUSY", f"FREEBUSY:{bad}")))


def test_a_day_has_no_hours_in_its_rule_and_its_length() -> None:
    day = GOOD.replace(
        "DTSTART;TZID=Europe/Brussels:20260323T090000", "DTSTART;VALUE=DATE:20260323"
    )
    hours = day.replace("FREQ=WEEKLY", "FREQ=WEEKLY;BYHOUR=9")
    assert "has hours, and DTSTART is a day" in findings(written(hours))
    end = "DTEND;TZID=Europe/Brussels:20260323T100000"
    assert "DURATION has hours" in findings(written(day.replace(end, "DURATION:PT1H")))
    assert "DURATION" not in findings(written(day.replace(end, "DURATION:P1D")))


def test_an_instance_of_what_does_not_repeat_is_advised_against() -> None:
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20260420T070000Z\n"
    event = GOOD[GOOD.index("BEGIN:VEVENT") : GOOD.index("END:VCALENDAR")].replace(rule, "")
    instance = event.replace("UID:weekly\n", "UID:weekly\nRECURRENCE-ID:20260323T080000Z\n")
    assert "which does not repeat" in findings(
        written(GOOD.replace(rule, "").replace("END:VCALENDAR", f"{instance}END:VCALENDAR"))
    )


def test_a_calendar_without_events_is_advised_against() -> None:
    content = GOOD[: GOOD.index("BEGIN:VTIMEZONE")] + "END:VCALENDAR\n"
    assert [one.name for one in lint(written(content))] == ["no-events"]


def test_what_empties_a_calendar_is_told_as_that() -> None:
    for old, new in (("TZOFFSETTO:+0100", "TZOFFSETTO:+1"), ("FREQ=WEEKLY", "FREQ=SOMETIMES")):
        (found,) = lint(written(GOOD.replace(old, new)))
        assert "empties the whole calendar in Thunderbird" in found.rule.suffers


def test_every_rule_says_who_suffers_and_whose_it_is() -> None:
    for rule in RULES.values():
        assert rule.suffers.endswith(".")
        assert rule.source


def test_the_same_event_twice_is_found() -> None:
    event = GOOD[GOOD.index("BEGIN:VEVENT") : GOOD.index("END:VCALENDAR")]
    assert "two events are weekly" in findings(written(GOOD.replace(event, event + event)))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("FREQ=FORTNIGHTLY", "'FREQ=FORTNIGHTLY', which is no part"),
        ("FREQ=WEEKLY;BYDAY=XX", "'BYDAY=XX', which is no part"),
        ("FREQ=WEEKLY;BYDAY=", "'BYDAY=', which is no part"),
        ("FREQ=WEEKLY;COUNT=0", "'COUNT=0', which is no part"),
        ("FREQ=WEEKLY;INTERVAL=-1", "'INTERVAL=-1', which is no part"),
        ("FREQ=WEEKLY;EVERY=2", "'EVERY=2', which is no part"),
        ("FREQ=WEEKLY;", "'=', which is no part"),
        ("FREQ=YEARLY;BYMONTH=13", "'BYMONTH=13', which is no part"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "'BYMONTHDAY=32', which is no part"),
        ("FREQ=WEEKLY;FREQ=DAILY", "says a part twice"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "does not go with FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "does not go with FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYDAY=2MO", "counts days"),
        ("FREQ=MONTHLY;BYSETPOS=1", "nothing to choose among"),
        ("FREQ=MONTHLY;RSCALE=HEBREW", "RSCALE or SKIP"),
    ],
)
def test_a_broken_rule_is_found(rule: str, message: str) -> None:
    broken = GOOD.replace("FREQ=WEEKLY;UNTIL=20260420T070000Z", rule)
    assert message in findings(written(broken))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "freq=monthly;byday=1MO,-1FR;bysetpos=-1",
        "FREQ=DAILY;BYHOUR=9,18;BYMINUTE=0;BYSECOND=0;COUNT=10",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU;INTERVAL=2",
        "FREQ=YEARLY;BYYEARDAY=1,-1,366",
        "FREQ=MONTHLY;BYMONTHDAY=-1,01",
    ],
)
def test_a_rule_of_the_standard_is_clean(rule: str) -> None:
    assert_clean(written(GOOD.replace("FREQ=WEEKLY;UNTIL=20260420T070000Z", rule)))


def test_of_very_many_findings_a_thousand_are_told_and_the_rest_counted() -> None:
    found = lint(written("BEGIN:VCALENDAR\n" + "nonsense\n" * 5000))
    lines = [one for one in found if one.name == "not-a-line"]
    assert len(lines) == 1001
    assert (lines[-1].message, lines[-1].times) == ("and there are 4000 more", 4000)


def test_neither_depth_nor_length_stops_it() -> None:
    deep = "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 5000
    folded = "BEGIN:VCALENDAR\nCOMMENT:x\n" + " x\n" * 50_000 + "END:VCALENDAR\n"
    assert "has no END" in findings(written(deep))
    assert "VCALENDAR has no PRODID" in findings(written(folded))


def test_no_calendar_at_all_is_found() -> None:
    assert "is not exactly one VCALENDAR" in findings(b"<html></html>\r\n")
    assert "is not exactly one VCALENDAR" in findings(b"")
