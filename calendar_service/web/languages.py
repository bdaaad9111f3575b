"""In which language an answer speaks: `?lang=`, else Accept-Language, else the site's own.

And which others its reader knows, for what editors have not written in that one.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request, url_for

from calendar_service.language import negotiation
from calendar_service.language.catalogues import LANGUAGES, SOURCE, direction, endonym, translator
from calendar_service.language.negotiation import choose_language
from calendar_service.web.requested import service

PARAMETER = "lang"
FEED_ENDINGS = (".ics", ".atom", ".json", ".csv", ".jsonld")


def install(app: Flask) -> None:
    """Chooses before each request, and tells templates and caches of the choice."""
    app.before_request(_choose)
    app.after_request(_tell)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    app.context_processor(_for_templates)


def language() -> str:
    """The language of this answer."""
    return str(g.language)


def other_languages() -> tuple[str, ...]:
    """What the reader knows besides, for texts of which there is none in this language."""
    return tuple(g.others)


def speak(code: str) -> None:
    """Answers in a language of its own, such as a mail's, unless the reader asked for one."""
    if PARAMETER not in request.args and code in LANGUAGES:
        g.language = g.spoken = code


def gettext(message: str) -> str:
    """A text in the language of this answer."""
    return translator(language()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of a text that goes with a number, in the language of this answer."""
    return translator(language()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """A text with a context, in the language of this answer."""
    return translator(language()).pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    """The form of a text with a context that goes with a number."""
    return translator(language()).npgettext(context, singular, plural, n)


def link(endpoint: str, **values: Any) -> str:
    """The address of a page, in the language and zone that the reader asked for, if any.

    What leads away from a page that speaks a language of its own speaks that too.
    """
    if g.asked:
        values.setdefault(PARAMETER, g.asked)
    elif g.get("spoken") and not endpoint.startswith(f"{request.blueprint}."):
        values.setdefault(PARAMETER, g.spoken)
    if g.get("zone"):
        values.setdefault("zone", g.zone)
    return url_for(endpoint, **values)


def is_feed() -> bool:
    """Whether a calendar app or a news reader and not a person is asking."""
    return request.path.endswith(FEED_ENDINGS)


def _choose() -> None:
    asked = request.args.get(PARAMETER)
    accepted = request.headers.get("Accept-Language")
    default = service().settings.language
    choice = choose_language(asked, accepted, LANGUAGES, default)
    g.language, g.unavailable = choice.language, choice.unavailable
    g.others = negotiation.other_languages(accepted, choice.language, LANGUAGES, SOURCE)
    g.asked = choice.language if asked and choice.unavailable is None else None


def _tell(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    return response


def _for_templates() -> dict[str, object]:
    return {
        "language": language(),
        "direction": direction(language()),
        "unavailable_language": g.unavailable,
        "languages": [(code, endonym(code)) for code in LANGUAGES],
        "link": link,
        "in_language": _this_page_in,
    }


def _this_page_in(code: str, *, absolute: bool = False) -> str:
    """The address of this very page in another language."""
    endpoint, values = request.endpoint, request.view_args or {}
    if endpoint is None or request.method not in {"GET", "HEAD"}:
        endpoint, values = "agenda.home", {}
    elif not endpoint.startswith("signup."):
        values = {**g.get("query", {}), **values}  # what an agenda shows, it shows in each
    address = url_for(endpoint, **{**values, PARAMETER: code})
    return service().settings.origin + address if absolute else address
