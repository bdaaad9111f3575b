"""A calendar of three hundred events drawn by hypothesis, always the same ones.

Zones of every kind, hours that the clocks skip or show twice, leap days, long texts in eight
scripts with all that must be escaped, and series with added, excluded and changed dates.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event
from calendar_service.domain.names import slug_for
from calendar_service.domain.recurrence import starts
from calendar_service.domain.when import InMonth, KnownWhen, Timed
from calendar_service.domain.when_documents import parse_when, write_when
from calendar_service.errors import InvalidInputError

EVENTS = 300
TOPIC = "drawn"

ZONES = [
    "Europe/Tirane", "Europe/Brussels", "Europe/Istanbul", "Europe/London", "America/New_York",
    "America/St_Johns", "America/Havana", "Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu",
    "Asia/Tokyo", "Asia/Gaza", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
    "America/Nuuk", "Antarctica/Troll", "Europe/Dublin", "UTC", "Etc/GMT+5",
]  # fmt: skip

CHANGES = [
    ("Europe/Tirane", datetime.fromisoformat("2026-03-29 02:30")),
    ("Europe/Tirane", datetime.fromisoformat("2026-10-25 02:30")),
    ("America/New_York", datetime.fromisoformat("2026-03-08 02:30")),
    ("America/New_York", datetime.fromisoformat("2026-11-01 01:30")),
    ("Australia/Lord_Howe", datetime.fromisoformat("2026-04-05 01:45")),
    ("Australia/Lord_Howe", datetime.fromisoformat("2026-10-04 02:15")),
    ("Europe/Brussels", datetime.fromisoformat("2026-10-24 23:00")),
]
"""Hours that are skipped or come twice, and one just before."""

SCRIPTS = [
    "Takimi i ministrave të mbrojtjes, në Bruksel; ç’do të thuhet?",
    "Réunion « au sommet » : l’été, Noël, œuvre",
    "Зустріч міністрів оборони — Ґанок, їжак",
    "Συνάντηση υπουργών Άμυνας",
    "اجتماع وزراء الدفاع، بروكسل؛",
    "פגישת שרי הביטחון",
    "国防部長会議　ブリュッセル",
    "रक्षा मंत्रियों की बैठक",
    "ประชุมรัฐมนตรีกลาโหม 🕊️👩🏽‍🚀",
    'C:\\New\\table; a,b \\, \\n "quoted" ^n ^\' 5 % – end:',
]

RULES = [
    "FREQ=DAILY;COUNT=9",
    "FREQ=DAILY;INTERVAL=3;COUNT=20",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;COUNT=60",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=30",
    "FREQ=MONTHLY;COUNT=12",
    "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=8",
    "FREQ=YEARLY",
    "FREQ=YEARLY;COUNT=4",
]
BY_DAY = "FREQ=MONTHLY;BYDAY={nth}{day};COUNT=10"

days = st.dates(date(2024, 1, 1), date(2028, 6, 30)) | st.just(date(2024, 2, 29))
titles = st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=2).map(" / ".join)
descriptions = st.lists(st.sampled_from(SCRIPTS), max_size=12).map("\n".join)


@st.composite
def whens(draw: st.DrawFn) -> KnownWhen:
    """One day, several, or an hour somewhere: often one that clocks skip or show twice."""
    if draw(st.booleans()):
        first = draw(days)
        last = first + timedelta(days=draw(st.sampled_from([0, 0, 1, 4])))
        when = parse_when(first.isoformat(), last.isoformat(), None, "drawn")
    else:
        zone, start = draw(
            st.sampled_from(CHANGES)
            | st.tuples(
                st.sampled_from(ZONES),
                st.tuples(days, st.times()).map(lambda both: datetime.combine(*both)),
            )
        )
        start = start.replace(second=0, microsecond=0)
        length = draw(st.sampled_from([0, 30, 90, 600, 3000]))
        end = (start + timedelta(minutes=length)).isoformat() if length else None
        when = parse_when(start.isoformat(), end, zone, "drawn")
    assert not isinstance(when, InMonth)
    return when


@st.composite
def recurrences(draw: st.DrawFn, when: KnownWhen) -> dict[str, Any] | None:
    """A rule, perhaps with dates added and left out, and with instances that differ."""
    nth = BY_DAY.format(
        nth=(when.first_day.day - 1) // 7 + 1,
        day=("MO", "TU", "WE", "TH", "FR", "SA", "SU")[when.first_day.weekday()],
    )
    rule = draw(st.sampled_from([*RULES, nth]))
    plain = _event({"rule": rule}, when)
    if plain is None or plain.recurrence is None:
        return None
    some = list(islice(starts(when, plain.recurrence, last=date(2032, 1, 1)), 9))
    recurrence: dict[str, Any] = {"rule": rule}
    chosen = draw(st.lists(st.sampled_from(some[1:] or some), unique=True, max_size=4))
    if chosen and len(some) > len(chosen):
        excluded, *changed = chosen
        recurrence["excluded"] = [_written(excluded, when)]
        recurrence["overrides"] = [draw(overrides(start, when)) for start in changed]
    if draw(st.booleans()):
        recurrence["added"] = [_written(some[0] + timedelta(days=5000), when)]
    return recurrence


@st.composite
def overrides(draw: st.DrawFn, of: datetime, when: KnownWhen) -> dict[str, Any]:
    """What is different about one instance, or about it and all that follow."""
    override: dict[str, Any] = {"of": _written(of, when)}
    if draw(st.booleans()):
        override["title"] = {"en": draw(titles)}
    if draw(st.booleans()):
        override["and_rest"] = True
    if draw(st.booleans()):
        later = of + timedelta(
            days=draw(st.sampled_from([0, 1])), hours=draw(st.sampled_from([0, 2]))
        )
        override["start"] = _written(later, when)
    if draw(st.integers(0, 3)) == 0 and not override.get("and_rest"):
        override["status"] = "cancelled"
    return override


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """An event without its names."""
    when = draw(whens())
    recurrence = draw(recurrences(when)) if draw(st.booleans()) else None
    document = {
        **write_when(when),
        "language": "en",
        "title": {"en": draw(titles)},
        "description": {"en": text} if (text := draw(descriptions)).strip() else {},
        "place": {"name": {"en": draw(titles)}} if draw(st.booleans()) else None,
        "topics": [TOPIC],
        "recurrence": recurrence,
    }
    return {name: value for name, value in document.items() if value}


def drawn_events() -> list[Event]:
    """The calendar: the same at every call, and those alone that can be published."""
    found: list[Event] = []

    @settings(
        max_examples=EVENTS + 60,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(documents())
    def draw(document: dict[str, Any]) -> None:
        uid = f"drawn-{len(found):03}"
        try:
            found.append(read_event({**document, "uid": uid, "slug": uid}))
        except InvalidInputError:
            return  # such as a rule that does not begin with the event

    draw()
    return found[:EVENTS]


def rare_rules() -> list[Event]:
    """Rules of every part, in zones of every kind, with what is left out and what differs."""
    found = {
        "FREQ=WEEKLY;BYDAY=TH,SA;BYSETPOS=2;COUNT=9": ("2026-01-03T23:30:00", "Asia/Gaza"),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU;COUNT=9": ("2026-03-01T01:00:00", "CET"),
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": ("2026-01-30T02:30:00", "Europe/Dublin"),
        "FREQ=MONTHLY;BYDAY=1MO,6MO;COUNT=9": ("2026-01-05T09:00:00", "America/Sao_Paulo"),
        "FREQ=MONTHLY;BYMONTHDAY=-31,15,31;COUNT=20": ("2026-01-31T09:00:00", "Asia/Tehran"),
        "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR": ("2027-01-01T09:00:00", "Pacific/Apia"),
        "FREQ=YEARLY;BYYEARDAY=1,60,-1": ("2024-02-29T09:00:00", "Antarctica/Troll"),
        "FREQ=YEARLY;BYMONTH=2,10;BYDAY=-1SU;COUNT=7": ("2026-02-22T01:30:00", "Europe/Lisbon"),
        "FREQ=DAILY;INTERVAL=3;BYMONTH=3,4,10;UNTIL=20280401T000000Z": (
            "2026-03-27T23:00:00",
            "Africa/Casablanca",
        ),
    }
    return [_rare(rule, *when) for rule, when in found.items()]


def _rare(rule: str, start: str, zone: str) -> Event:
    """An event with a rule; its second instance is left out, the third is another from then on."""
    uid = slug_for(rule, ())
    document = {
        "uid": uid,
        "slug": uid,
        "language": "en",
        "title": {"en": rule},
        "start": start,
        "end": (datetime.fromisoformat(start) + timedelta(hours=9)).isoformat(),
        "zone": zone,
        "topics": [TOPIC],
    }
    plain = read_event({**document, "recurrence": {"rule": rule}})
    assert isinstance(plain.when, Timed)
    assert plain.recurrence is not None
    all_of_it = starts(plain.when, plain.recurrence, last=date(2060, 1, 1))
    _, second, third, fourth = islice(all_of_it, 4)
    later = third + timedelta(hours=2)
    rest = {"of": third.isoformat(), "and_rest": True, "start": later.isoformat()}
    one = {"of": fourth.isoformat(), "title": {"en": "Other"}, "status": "cancelled"}
    series = {"rule": rule, "excluded": [second.isoformat()], "overrides": [rest, one]}
    return read_event({**document, "recurrence": series})


def parted_over() -> list[Event]:
    """What readers made different things of, in the form in which tests/calendars keeps it."""
    zone = {"zone": "Europe/Brussels", "language": "en", "topics": [TOPIC]}
    week = {"rule": "FREQ=WEEKLY;COUNT=3"}
    later = {"of": "2026-03-09T09:00:00", "and_rest": True, "start": "2026-03-09T14:00:00"}
    morning = {"start": "2026-03-02T09:00:00", "end": "2026-03-02T10:00:00"}
    night = {"start": "2026-10-24T23:00:00", "end": "2026-10-25T09:00:00"}
    found: dict[str, dict[str, Any]] = {
        "change-during-an-event": night,
        "change-during-the-first": {**night, "recurrence": week},
        "change-during-the-second": {
            "start": "2026-10-17T23:00:00",
            "end": "2026-10-18T09:00:00",
            "recurrence": week,
        },
        "date-besides": {**morning, "recurrence": {**week, "added": ["2026-03-12T15:00:00"]}},
        "other-from-one-on": {**morning, "recurrence": {**week, "overrides": [later]}},
        "hour-twice": {"start": "2026-10-25T02:30:00", "end": "2026-10-25T04:00:00"},
        "hour-skipped": {"start": "2026-03-29T02:30:00", "end": "2026-03-29T04:00:00"},
        "no-end": {"start": "2026-03-30T15:00:00"},
    }
    return [
        read_event({**zone, "uid": name, "slug": name, "title": {"en": name}, **document})
        for name, document in found.items()
    ]


def as_seeds(events: list[Event]) -> str:
    """The events as a seed file."""
    return "\n".join(f"[[event]]\n{_toml(write_event(one))}" for one in events)


def _toml(document: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {_value(value)}" for name, value in document.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    return str(value).lower()


def _event(recurrence: dict[str, Any], when: KnownWhen) -> Event | None:
    document = {"uid": "x", "slug": "x", "language": "en", "title": {"en": "x"}, **write_when(when)}
    try:
        return read_event({**document, "recurrence": recurrence})
    except InvalidInputError:
        return None


def _written(start: datetime, when: KnownWhen) -> str:
    timed = "T" in str(write_when(when)["start"])
    return start.isoformat() if timed else start.date().isoformat()
