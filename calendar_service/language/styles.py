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

    `locale` is the CLDR locale if not the code itself, `first` the first day of a month, `year` a
    CLDR pattern of a year and what stands behind it, `dash` what joins two days of one month,
    `time` a CLDR time pattern, `cities` the names of zones, and `prishtina` the name of Kosovo's
    capital, which has no zone of its own. `alphabet` are the small letters in their order, where
    it is not that of Unicode without accents.
    """

    locale: str = ""
    first: str = "1"
    year: str = ""
    dash: str = "–"
    time: str = "short"
    cities: Mapping[str, str] = field(default_factory=dict)
    prishtina: str = "Pristina"
    alphabet: str = ""


_STYLES: Mapping[str, Style] = {
    "de": Style(
        dash=".–",
        cities={
            "America/St_Barthelemy": "St. Barthélemy",
            "Asia/Ashgabat": "Aschgabat",
            "Atlantic/Reykjavik": "Reykjavík",
            "Europe/Vatican": "Vatikanstadt",
            "Indian/Cocos": "Kokosinseln",
            "Pacific/Kanton": "Kanton",
            "Pacific/Norfolk": "Norfolkinsel",
            "Pacific/Noumea": "Nouméa",
            "Pacific/Pitcairn": "Pitcairninseln",
        },
    ),
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
        cities={
            "Africa/Tripoli": "Tripoli",
            "America/Manaus": "Manaus",
            "Asia/Almaty": "Almaty",
        },
    ),
    "mk": Style(
        year="y\N{NO-BREAK SPACE}'година'",
        alphabet="абвгдѓежзѕијклљмнњопрстќуфхцчџш",
        prishtina="Приштина",
        cities={
            "Africa/Sao_Tome": "Сао Томе",
            "America/Coyhaique": "Којаике",
            "America/Montserrat": "Монсерат",
            "Asia/Ashgabat": "Ашхабад",
            "Asia/Hong_Kong": "Хонгконг",
            "Asia/Novokuznetsk": "Новокузнецк",
            "Asia/Sakhalin": "Сахалин",
            "Europe/Chisinau": "Кишињев",
            "Europe/Jersey": "Џерси",
            "Pacific/Guam": "Гуам",
            "Pacific/Niue": "Ниује",
        },
    ),
    "sr": Style(
        year="y.\N{NO-BREAK SPACE}'године'",
        prishtina="Приштина",
        alphabet="абвгдђежзијклљмнњопрстћуфхцчџш",
        cities={
            "America/Argentina/Jujuy": "Хухуј",
            "America/Cayman": "Кајманска острва",
            "America/Coyhaique": "Којајке",
            "America/Lower_Princes": "Лоуер Принсес Квортер",
            "America/Puerto_Rico": "Порторико",
            "America/Sao_Paulo": "Сао Пауло",
            "America/St_Barthelemy": "Сен Бартелеми",
            "America/St_Johns": "Сент Џонс",
            "America/St_Lucia": "Света Луција",
            "America/St_Thomas": "Сент Томас",
            "America/Thule": "Туле",
            "Asia/Aqtobe": "Актобе",
            "Atlantic/Cape_Verde": "Зеленортска острва",
            "Atlantic/Faroe": "Фарска острва",
            "Indian/Christmas": "Божићно острво",
            "Indian/Comoro": "Комори",
        },
    ),
    "sr-Latn": Style(
        year="y.\N{NO-BREAK SPACE}'godine'",
        prishtina="Priština",
        alphabet="abcčćdđefghijklmnopqrsštuvwxyzž",
        cities={
            "America/Argentina/Jujuy": "Huhuj",
            "America/Cayman": "Kajmanska ostrva",
            "America/Coyhaique": "Kojajke",
            "America/Lower_Princes": "Louer Prinses Kvorter",
            "America/Puerto_Rico": "Portoriko",
            "America/Sao_Paulo": "Sao Paulo",
            "America/St_Barthelemy": "Sen Bartelemi",
            "America/St_Johns": "Sent Džons",
            "America/St_Lucia": "Sveta Lucija",
            "America/St_Thomas": "Sent Tomas",
            "America/Thule": "Tule",
            "Asia/Aqtobe": "Aktobe",
            "Atlantic/Cape_Verde": "Zelenortska ostrva",
            "Atlantic/Faroe": "Farska ostrva",
            "Indian/Christmas": "Božićno ostrvo",
            "Indian/Comoro": "Komori",
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
    "tr": Style(
        prishtina="Priştine",
        alphabet="abcçdefgğhıijklmnoöpqrsştuüvwxyz",
        cities={
            "Africa/Brazzaville": "Brazavil",
            "America/Cayman": "Cayman Adaları",
            "America/Martinique": "Martinik",
            "America/North_Dakota/Center": "Center, Kuzey Dakota",
            "America/Sao_Paulo": "São Paulo",
            "America/St_Kitts": "Saint Kitts",
            "America/St_Lucia": "Saint Lucia",
            "America/St_Vincent": "Saint Vincent",
            "Atlantic/Cape_Verde": "Cabo Verde",
            "Atlantic/Faroe": "Faroe Adaları",
            "Atlantic/St_Helena": "Saint Helena",
            "Indian/Christmas": "Christmas Adası",
            "Indian/Comoro": "Komorlar",
            "Pacific/Kanton": "Kanton",
        },
    ),
    "uk": Style(
        year="y\N{NO-BREAK SPACE}'року'",
        alphabet="абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        prishtina="Приштина",
        cities={
            "Africa/Bangui": "Бангі",
            "Africa/Djibouti": "Джибуті",
            "Africa/Gaborone": "Габороне",
            "Africa/Johannesburg": "Йоганнесбург",
            "Africa/Lagos": "Лагос",
            "Africa/Mogadishu": "Могадішо",
            "Africa/Ouagadougou": "Уагадугу",
            "America/Anguilla": "Ангілья",
            "America/Antigua": "Антигуа",
            "America/Araguaina": "Арагуаіна",
            "America/Argentina/Rio_Gallegos": "Ріо-Гальєгос",
            "America/Bogota": "Богота",
            "America/Campo_Grande": "Кампу-Гранді",
            "America/Chicago": "Чикаго",
            "America/Ciudad_Juarez": "Сьюдад-Хуарес",
            "America/Costa_Rica": "Коста-Рика",
            "America/Coyhaique": "Койяїке",
            "America/Glace_Bay": "Глейс-Бей",
            "America/Goose_Bay": "Гус-Бей",
            "America/Grand_Turk": "Гранд-Терк",
            "America/Grenada": "Гренада",
            "America/Guadeloupe": "Гваделупа",
            "America/Guatemala": "Гватемала",
            "America/Guayaquil": "Гуаякіль",
            "America/Guyana": "Гаяна",
            "America/Managua": "Манагуа",
            "America/Marigot": "Маріго",
            "America/Martinique": "Мартиніка",
            "America/Monterrey": "Монтеррей",
            "America/Nassau": "Нассау",
            "America/Ojinaga": "Охінага",
            "America/Puerto_Rico": "Пуерто-Рико",
            "America/Santiago": "Сантьяго",
            "America/Santo_Domingo": "Санто-Домінго",
            "America/St_Kitts": "Сент-Кітс",
            "America/Tegucigalpa": "Тегусігальпа",
            "America/Winnipeg": "Вінніпег",
            "Asia/Jayapura": "Джаяпура",
            "Indian/Chagos": "Чагос",
            "Indian/Kerguelen": "Кергелен",
            "Pacific/Bougainville": "Бугенвіль",
            "Pacific/Galapagos": "Галапагос",
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
