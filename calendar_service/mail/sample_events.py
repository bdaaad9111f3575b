"""Events to show what mails look like: a meeting of a whole day, and a briefing at an hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from calendar_service.domain.events import Event, Localized, Participant, Place, Status
from calendar_service.domain.recurrence import Override, Recurrence
from calendar_service.domain.stretches import move_series
from calendar_service.domain.when import AllDay, InMonth, Timed


def titled(titles: Localized, language: str) -> str:
    """A title in a language, or the English one."""
    return titles.get(language, titles["en"])


YEAR = {
    "sq": "Viti i NATO-s",
    "en": "The year of NATO",
    "fr": "L’année de l’OTAN",
    "de": "Das NATO-Jahr",
    "tr": "NATO yılı",
    "sr": "Година НАТО-а",
    "sr-Latn": "Godina NATO-a",
}
SUMMITS = {
    "sq": "Samitet e NATO-s",
    "en": "NATO Summits",
    "fr": "Sommets de l’OTAN",
    "de": "NATO-Gipfel",
    "tr": "NATO zirveleri",
    "sr": "Самити НАТО-а",
    "sr-Latn": "Samiti NATO-a",
}

MINISTERIAL = Event(
    uid="5ba7ac53-12cf-48f5-a2f0-e7dcb2b67297",
    slug="nato-defence-ministers",
    when=AllDay(date(2026, 2, 12), date(2026, 2, 12)),
    language="sq",
    title={
        "sq": "Takimi i ministrave të Mbrojtjes të NATO-s",
        "en": "Meeting of NATO Ministers of Defence",
        "fr": "Réunion des ministres de la Défense de l’OTAN",
        "de": "Treffen der NATO-Verteidigungsminister",
        "tr": "NATO Savunma Bakanları Toplantısı",
        "sr": "Састанак министара одбране НАТО-а",
        "sr-Latn": "Sastanak ministara odbrane NATO-a",
    },
    description={
        "sq": "Ministrat mblidhen në selinë e Aleancës në Bruksel.\n\nNë rendin e ditës janë "
        "mbështetja për Ukrainën, krahu lindor dhe Ballkani Perëndimor.",
        "en": "The ministers meet at the Alliance’s headquarters in Brussels.\n\nOn the agenda are "
        "support for Ukraine, the eastern flank and the Western Balkans.",
        "fr": "Les ministres se réunissent au siège de l’Alliance, à Bruxelles.\n\nÀ l’ordre du "
        "jour\u00a0: le soutien à l’Ukraine, le flanc oriental et les Balkans occidentaux.",
        "de": "Die Minister tagen im Hauptquartier des Bündnisses in Brüssel.\n\nAuf der "
        "Tagesordnung stehen die Unterstützung für die Ukraine, die Ostflanke und der Westbalkan.",
        "tr": "Bakanlar, İttifak’ın Brüksel’deki karargâhında toplanıyor.\n\nGündemde Ukrayna’ya "
        "destek, doğu kanadı ve Batı Balkanlar var.",
        "sr": "Министри се састају у седишту Алијансе у Бриселу.\n\n"
        "На дневном реду су подршка Украјини, источно крило и Западни Балкан.",
        "sr-Latn": "Ministri se sastaju u sedištu Alijanse u Briselu.\n\n"
        "Na dnevnom redu su podrška Ukrajini, istočno krilo i Zapadni Balkan.",
    },
    place=Place(
        {
            "sq": "Selia e NATO-s, Bruksel",
            "en": "NATO Headquarters, Brussels",
            "fr": "Siège de l’OTAN, Bruxelles",
            "de": "NATO-Hauptquartier, Brüssel",
            "tr": "NATO Karargâhı, Brüksel",
            "sr": "Седиште НАТО-а, Брисел",
            "sr-Latn": "Sedište NATO-a, Brisel",
        },
        zone="Europe/Brussels",
    ),
    participants=(
        Participant(
            "Mykhailo Fedorov",
            {
                "sq": "ministri i Mbrojtjes i Ukrainës",
                "en": "Minister of Defence of Ukraine",
                "fr": "ministre de la Défense de l’Ukraine",
                "de": "Verteidigungsminister der Ukraine",
                "tr": "Ukrayna Savunma Bakanı",
                "sr": "министар одбране Украјине",
                "sr-Latn": "ministar odbrane Ukrajine",
            },
        ),
        Participant(
            "Mark Rutte",
            {
                "sq": "sekretari i përgjithshëm i NATO-s",
                "en": "Secretary General of NATO",
                "fr": "secrétaire général de l’OTAN",
                "de": "NATO-Generalsekretär",
                "tr": "NATO Genel Sekreteri",
                "sr": "генерални секретар НАТО-а",
                "sr-Latn": "generalni sekretar NATO-a",
            },
            chair=True,
        ),
    ),
)

BRIEFING_TIME = Timed(
    datetime.fromisoformat("2026-03-30T15:00"),
    datetime.fromisoformat("2026-03-30T16:30"),
    "Europe/Brussels",
)
BRIEFING = Event(
    uid="0b8b2f7e-2f3c-4a5c-9f0e-7f5f0f2f3c4a",
    slug="press-briefing",
    when=BRIEFING_TIME,
    language="en",
    title={"en": "Press briefing"},
    description={"en": "The spokesperson takes questions, also by video."},
)

REASON = {
    "sq": "Mbledhja bie në ditën e një vizite shtetërore.",
    "en": "The meeting falls on the day of a state visit.",
    "fr": "La réunion tombe le jour d’une visite d’État.",
    "de": "Das Treffen fällt auf den Tag eines Staatsbesuchs.",
    "tr": "Toplantı, bir devlet ziyaretinin gününe denk geliyor.",
    "sr": "Састанак пада на дан државне посете.",
    "sr-Latn": "Sastanak pada na dan državne posete.",
}
DISPATCH = replace(
    BRIEFING,
    title={
        "sq": "Konferencë për shtyp",
        "en": "Press briefing",
        "fr": "Conférence de presse",
        "de": "Pressekonferenz",
        "tr": "Basın toplantısı",
        "sr": "Конференција за новинаре",
        "sr-Latn": "Konferencija za novinare",
    },
    place=MINISTERIAL.place,
)
LATER = Timed(
    datetime.fromisoformat("2026-03-31T10:00"),
    datetime.fromisoformat("2026-03-31T11:00"),
    "Europe/Brussels",
)
TIRANA = Place(
    {
        "sq": "Pallati i Kongreseve, Tiranë",
        "en": "Palace of Congresses, Tirana",
        "fr": "Palais des congrès, Tirana",
        "de": "Kongresspalast, Tirana",
        "tr": "Kongre Sarayı, Tiran",
        "sr": "Палата конгреса, Тирана",
        "sr-Latn": "Palata kongresa, Tirana",
    }
)

WEEKLY_RULE = Recurrence("FREQ=WEEKLY;COUNT=14")
WEEKLY = replace(DISPATCH, recurrence=WEEKLY_RULE)
MOVED = replace(DISPATCH, when=LATER, place=TIRANA)
TALKS = replace(
    DISPATCH,
    slug="talks",
    when=Timed(
        datetime.fromisoformat("2026-02-13T15:00"),
        datetime.fromisoformat("2026-02-13T16:30"),
        "Europe/Brussels",
    ),
    status=Status.TENTATIVE,
)

_SECOND = datetime.fromisoformat("2026-04-06T15:00")
_THIRD = datetime.fromisoformat("2026-04-13T15:00")
_SOME = Recurrence(
    WEEKLY_RULE.rule,
    added=(datetime.fromisoformat("2026-04-09T09:00"),),
    excluded=(_SECOND,),
    overrides=(Override(_THIRD, when=LATER.moved_to(_THIRD.replace(hour=9)), place=TIRANA),),
)
_RENAMED = {code: f"{title} II" for code, title in DISPATCH.title.items()}
_CANCELLED = replace(MINISTERIAL, status=Status.CANCELLED, reason=REASON)
_POSTPONED = replace(MINISTERIAL, status=Status.POSTPONED, reason=REASON)

CHANGES: Mapping[str, tuple[Event, Event]] = {
    "moved": (DISPATCH, replace(DISPATCH, when=LATER)),
    "changed": (DISPATCH, replace(DISPATCH, title=_RENAMED, place=TIRANA)),
    "cancelled": (MINISTERIAL, _CANCELLED),
    "postponed": (MINISTERIAL, replace(_POSTPONED, when=InMonth(2026, 4))),
    "new-date": (
        _POSTPONED,
        replace(MINISTERIAL, when=AllDay(date(2026, 4, 23), date(2026, 4, 24))),
    ),
    "after-all": (replace(MINISTERIAL, status=Status.CANCELLED), MINISTERIAL),
    "one-date": (
        WEEKLY,
        replace(WEEKLY, recurrence=replace(WEEKLY_RULE, excluded=(_SECOND,))),
    ),
    "some-dates": (WEEKLY, replace(WEEKLY, recurrence=_SOME)),
    "series": (
        WEEKLY,
        replace(WEEKLY, when=LATER, recurrence=move_series(WEEKLY_RULE, BRIEFING_TIME, LATER)),
    ),
}
"""Each sort of change by its name: an event before it, and as it is now."""
