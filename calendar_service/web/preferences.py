"""The page by which a reader changes what they are sent; the link in each mail leads to it.

The address is the key: there is no password, no session and no cookie. A GET changes nothing, and
whoever has changed something is led back to the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial, wraps
from typing import ParamSpec

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.erasing import erase_by_link
from calendar_service.actions.limits import Asker
from calendar_service.actions.preference_page import (
    ask_for_link,
    choose,
    language_of_page,
    pause,
    reader_page,
    resume,
    stop,
)
from calendar_service.actions.preferences import Choice
from calendar_service.actions.private_calendars import (
    PrivateCalendar,
    make_calendar,
    revoke_calendar,
)
from calendar_service.actions.reader_data import all_about
from calendar_service.actions.tokens import LinkError
from calendar_service.domain.phrases import Phrase
from calendar_service.domain.readers import TargetKind
from calendar_service.domain.words import paused_in_words
from calendar_service.errors import InvalidInputError, Problem, TooManyError, UnavailableError
from calendar_service.language.dates import capitalised
from calendar_service.language.offsets import offsets_in_words
from calendar_service.web.choice_fields import (
    ChoiceFields,
    choice_fields,
    read_choices,
    readable_offsets,
)
from calendar_service.web.errors import unavailable
from calendar_service.web.languages import gettext, language, link, speak
from calendar_service.web.requested import asker_address, service
from calendar_service.web.signup import TRY_AGAIN_AFTER

Values = ParamSpec("Values")

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that a reader follows, as the page shows it; `brief` is what stands while closed.

    `until` and `until_wrong` are the day that was typed to pause until, and what is wrong with it.
    """

    number: int
    title: Phrase
    brief: str
    paused: str
    fields: ChoiceFields
    open: bool = False
    alike: bool = False
    until: str = ""
    until_wrong: str = ""


def _or_gone(view: Callable[Values, AnyResponse]) -> Callable[Values, AnyResponse]:
    """A handler that speaks its reader's language; who comes by no link is offered a new one."""

    @wraps(view)
    def answer(*args: Values.args, **values: Values.kwargs) -> AnyResponse:
        try:
            speak(language_of_page(service(), str(values["token"])))
            return view(*args, **values)
        except LinkError:
            return make_response(_link_page(gone=True), 410)

    return answer


@blueprint.get("")
def show_ask() -> str:
    """The form for who has no mail at hand with the link."""
    return _link_page()


@blueprint.post("")
def do_ask() -> AnyResponse:
    """Has the link sent; the answer is the same for everybody."""
    address = request.form.get("address", "")
    try:
        ask_for_link(service(), address, Asker(asker_address()), language())
    except InvalidInputError as error:
        wrong = error.problems[0].message
        return make_response(_link_page(address=address, wrong=wrong), 422)
    except UnavailableError as error:
        return unavailable(error, _link_page(address=address, unkept=True))
    except TooManyError:
        answer = make_response(_link_page(address=address, unkept=True), 429)
        answer.headers["Retry-After"] = TRY_AGAIN_AFTER
        return answer
    return redirect(link("preferences.asked"), 303)


@blueprint.get("/asked")
def asked() -> str:
    """Says what happens next."""
    return render_template("link_sent.html")


@blueprint.get("/<token>")
@_or_gone
def show(token: str) -> AnyResponse:
    """All that a reader follows, and how they are written to about it."""
    return make_response(_page(token, done=_done(request.args.get("done", ""))))


@blueprint.post("/<token>/choose")
@_or_gone
def do_choose(token: str) -> AnyResponse:
    """Changes how they are written to about one thing, or about all alike."""
    number, typed = _number("only"), read_choices(request.form)
    alike = bool(request.form.get("alike"))
    try:
        mine = choose(service(), token, number, typed, alike=alike, shown_in=language())
    except InvalidInputError as error:
        wrong = _Wrong(number, error.problems, typed=typed, alike=alike)
        return make_response(_page(token, wrong=wrong), 422)
    return _back(token, "saved" if mine else "not_followed", number)


@blueprint.post("/<token>/pause")
@_or_gone
def do_pause(token: str) -> AnyResponse:
    """Pauses one thing, or all."""
    number, until = _number("only"), request.form.get("until", "")
    try:
        mine = pause(service(), token, until, only=number, shown_in=language())
    except InvalidInputError as error:
        wrong = _Wrong(number, error.problems, until=until)
        return make_response(_page(token, wrong=wrong), 422)
    return _back(token, "paused" if mine else "not_followed", number)


@blueprint.post("/<token>/resume")
@_or_gone
def do_resume(token: str) -> AnyResponse:
    """Goes on with one thing, or all."""
    number = _number("only")
    mine = resume(service(), token, only=number)
    return _back(token, "resumed" if mine else "not_followed", number)


@blueprint.post("/<token>/stop")
@_or_gone
def do_stop(token: str) -> AnyResponse:
    """Stops one thing, or all."""
    stop(service(), token, only=_number("only"))
    return _back(token, "stopped", None)


@blueprint.post("/<token>/calendar")
@_or_gone
def do_make_calendar(token: str) -> AnyResponse:
    """Gives them a calendar of their own, or ends the one that they have."""
    if request.form.get("revoke"):
        revoke_calendar(service(), token)
        return _back(token, "revoked", None)
    make_calendar(service(), token, alarms=bool(request.form.get("alarms")))
    return _back(token, "made", None)


@blueprint.get("/<token>/calendar")
@blueprint.get("/<token>/choose")
@blueprint.get("/<token>/pause")
@blueprint.get("/<token>/resume")
@blueprint.get("/<token>/stop")
def back_to_page(token: str) -> AnyResponse:
    """Leads who opens a form's own address, such as by reloading, to the page."""
    return redirect(link("preferences.show", token=token))


@blueprint.get("/<token>/download")
@_or_gone
def download(token: str) -> AnyResponse:
    """All that is held about them, as a file."""
    held = all_about(service(), token)
    content = json.dumps(held, ensure_ascii=False, indent=2) + "\n"
    answer = Response(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="about-me.json"'
    return answer


@blueprint.get("/<token>/erase")
@_or_gone
def show_erase(token: str) -> AnyResponse:
    """Asks once more."""
    here = partial(link, token=token)
    return make_response(render_template("erase.html", done=False, here=here))


@blueprint.post("/<token>/erase")
@_or_gone
def do_erase(token: str) -> AnyResponse:
    """Erases all that is held about them."""
    erase_by_link(service(), token)
    return make_response(render_template("erase.html", done=True))


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A form of the page with mistakes in it, as it was typed; without a number, about all."""

    number: int | None
    problems: Sequence[Problem]
    typed: TypedChoices | None = None
    alike: bool = False
    until: str = ""

    def put_upon(self, one: Followed) -> Followed:
        """The form of the page, as it was typed."""
        if one.number != self.number:
            return one
        if self.typed is None:
            wrong = self.problems[0].message
            return replace(one, open=True, until=self.until, until_wrong=wrong)
        offered = readable_offsets(tuple(offset for offset, _ in one.fields.offsets))
        prefix = one.fields.prefix
        fields = choice_fields(
            self.typed, self.problems, offered=offered, prefix=prefix, search=one.fields.search
        )
        return replace(one, open=True, alike=self.alike, fields=fields)


def _page(token: str, *, done: str = "", wrong: _Wrong | None = None) -> str:
    page = reader_page(service(), token)
    followed = list(_followed(page.choices))
    of_all = wrong if wrong and wrong.number is None else None
    if wrong is not None:
        followed = [wrong.put_upon(one) for one in followed]
    now = service().clock.now()
    return render_template(
        "preferences.html",
        followed=followed,
        all_paused=all(one.paused for one in followed),
        all_until=of_all.until if of_all else "",
        all_until_wrong=of_all.problems[0].message if of_all else "",
        done=done,
        calendar=_calendar_address(page.calendar),
        tomorrow=(now + timedelta(days=1)).date().isoformat(),
        here=partial(link, token=token),
    )


def _calendar_address(calendar: PrivateCalendar | None) -> str:
    if calendar is None:
        return ""
    return url_for("private_calendars.calendar", token=calendar.token, _external=True)


def _followed(choices: Sequence[Choice]) -> Iterator[Followed]:
    for one in choices:
        wanted = one.preferences
        prefix = f"{one.subscription_id}-"
        typed = TypedChoices.of(wanted)
        paused = one.paused_until
        offsets = offsets_in_words(typed.offsets, language())
        yield Followed(
            number=one.subscription_id,
            title=one.title[language()],
            brief=capitalised(gettext("Reminders: %(offsets)s") % {"offsets": offsets}),
            paused=paused_in_words(paused, wanted.zone, language()) if paused else "",
            fields=choice_fields(
                typed,
                offered=wanted.offsets,
                prefix=prefix,
                search=one.target.kind is TargetKind.SEARCH,
            ),
            open=len(choices) == 1 or _number("open", request.args) == one.subscription_id,
        )


def _number(name: str, values: MultiDict[str, str] | None = None) -> int | None:
    """The subscription that a form or an address is about; None for all of them."""
    text = (request.form if values is None else values).get(name, "")
    if text == "all":
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _back(token: str, done: str, number: int | None) -> AnyResponse:
    values = {"open": number} if number else {}
    return redirect(link("preferences.show", token=token, done=done, **values), 303)


def _done(name: str) -> str:
    """What was done, in words; nothing for what we never say."""
    words = {
        "saved": gettext("Saved. An email tells how it is now."),
        "paused": gettext("Paused. An email tells how it is now."),
        "resumed": gettext("It goes on. An email tells how it is now."),
        "made": gettext("It is made. Give its address to your calendar app."),
        "revoked": gettext("Its address works no more."),
        "not_followed": gettext("You do not follow this any more, so nothing has changed."),
        "stopped": gettext("You will get no more of these reminders."),
    }
    return words.get(name, "")


def _link_page(
    *, address: str = "", wrong: str = "", gone: bool = False, unkept: bool = False
) -> str:
    return render_template(
        "preferences_link.html", address=address, wrong=wrong, gone=gone, unkept=unkept
    )
