"""Where CLDR is clumsy: what a newspaper of each language prints instead.

A language that is not in the table is written as CLDR has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from babel import Locale

from calendar_service.language.catalogues import spoken


@dataclass(frozen=True, slots=True)
class Style:
    """How a language differs from CLDR.

    `locale` is the CLDR locale if not the code itself, `first` the first day of a month, `dash`
    what joins two days of one month, `time` a CLDR time pattern, `cities` the names of zones, and
    `prishtina` the name of Kosovo's capital, which has no zone of its own.
    """

    locale: str = ""
    first: str = "1"
    dash: str = "–"
    time: str = "short"
    cities: Mapping[str, str] = field(default_factory=dict)
    prishtina: str = "Pristina"


_STYLES: Mapping[str, Style] = {
    "en": Style(
        locale="en-GB",
        cities={
            "Africa/El_Aaiun": "Laayoune",
            "America/Bogota": "Bogotá",
            "America/Cayman": "Cayman Islands",
            "America/Sao_Paulo": "São Paulo",
            "Atlantic/Canary": "Canary Islands",
            "Atlantic/Faroe": "Faroe Islands",
            "Europe/Busingen": "Büsingen",
            "Europe/Tirane": "Tirana",
            "Indian/Comoro": "Comoros",
            "Pacific/Kanton": "Kanton",
        },
    ),
    "fr": Style(
        first="1er",
        dash="-",
        cities={
            "Africa/Tripoli": "Tripoli",
            "America/Manaus": "Manaus",
            "Asia/Almaty": "Almaty",
        },
    ),
    "sq": Style(
        time="HH:mm",
        prishtina="Prishtinë",
        cities={
            "America/Cambridge_Bay": "Cambridge Bay",
            "America/Dawson_Creek": "Dawson Creek",
            "America/Glace_Bay": "Glace Bay",
            "America/Goose_Bay": "Goose Bay",
            "America/Grand_Turk": "Grand Turk",
            "America/North_Dakota/Center": "Center, Dakota e Veriut",
            "America/Rankin_Inlet": "Rankin Inlet",
            "America/Swift_Current": "Swift Current",
            "America/Thule": "Thule",
            "Asia/Pyongyang": "Phenian",
            "Indian/Christmas": "Ishulli i Krishtlindjes",
            "Pacific/Easter": "Ishulli i Pashkëve",
        },
    ),
}


def style_of(code: str) -> Style:
    """The style of the interface language for a code."""
    return _STYLES.get(spoken(code), Style())


def locale_of(code: str) -> Locale:
    """The CLDR locale of the interface language for a code."""
    return _locale(style_of(code).locale or spoken(code))


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
