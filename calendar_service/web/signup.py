"""Signing up for reminders, confirming, and stopping them.

A GET changes nothing, for link scanners follow every link of a mail. There is no session and no
cookie, so there is nothing that a forged form of another site could abuse: all that a sign-up
does is to ask the owner of an address, by mail, whether they want it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from calendar_service.actions.confirming import (
    Asked,
    AskedAnewError,
    TooManySearchesError,
    confirm,
    pending,
)
from calendar_service.actions.digests import look_at_digest, stop_digest
from calendar_service.actions.limits import Asker
from calendar_service.actions.pages import event_page, feed_page
from calendar_service.actions.proofs import challenge, is_solved
from calendar_service.actions.saved_searches import is_worth_following, target_of_search
from calendar_service.actions.signup import request_subscription
from calendar_service.actions.standing import look_at_never, never_again
from calendar_service.actions.unsubscribing import Following, following, unsubscribe
from calendar_service.domain.feeds import CUSTOM
from calendar_service.domain.phrases import Phrase
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.zones import to_wall
from calendar_service.errors import (
    ConflictError,
    InvalidInputError,
    TooManyError,
    UnavailableError,
)
from calendar_service.language.dates import day_and_time_in_words
from calendar_service.mail.preferences_wording import preferences_in_words
from calendar_service.web.choosing import query_of, read_search_of_page
from calendar_service.web.errors import unavailable
from calendar_service.web.forms import Form, read_form, typed_form, unkept_form
from calendar_service.web.languages import gettext, language, link, speak
from calendar_service.web.pages import can_be_awaited, show_event
from calendar_service.web.requested import asker_address, service
from calendar_service.web.selections import show_feed, show_search

TRY_AGAIN_AFTER = "600"
"""Seconds, for who asks while too many do."""

blueprint = Blueprint("signup", __name__)


@blueprint.post("/feeds/<slug>/reminders")
def for_feed(slug: str) -> AnyResponse:
    """Asks for reminders of a feed."""
    feed = feed_page(service(), slug).feed
    action = link("signup.for_feed", slug=slug)
    return _sign_up(Target(TargetKind.FEED, feed.slug), action, lambda form: show_feed(slug, form))


@blueprint.post("/feeds/custom/reminders")
def for_search() -> AnyResponse:
    """Asks for reminders of what a search finds."""
    search = read_search_of_page([]).without_past
    if not is_worth_following(search):
        raise NotFound
    action = link("signup.for_search", **query_of(search))
    return _sign_up(target_of_search(search), action, show_search)


@blueprint.get("/feeds/custom/reminders")
def back_to_search() -> AnyResponse:
    """Leads who opens the form's own address, such as by reloading, to the form."""
    query = query_of(read_search_of_page([]).without_past)
    return redirect(link("pages.feed", slug=CUSTOM, **query))


@blueprint.post("/events/<slug>/reminders")
def for_event(slug: str) -> AnyResponse:
    """Asks for reminders of one event."""
    page = event_page(service(), slug)
    if not can_be_awaited(page):
        raise ConflictError(f"Event {slug!r} is over or does not take place.")
    uid = page.entry.revision.event.uid
    action = link("signup.for_event", slug=slug)
    return _sign_up(Target(TargetKind.EVENT, uid), action, lambda form: show_event(slug, form))


@blueprint.get("/feeds/<slug>/reminders")
def back_to_feed(slug: str) -> AnyResponse:
    """Leads who opens the form's own address, such as by reloading, to the form."""
    return redirect(link("pages.feed", slug=slug))


@blueprint.get("/events/<slug>/reminders")
def back_to_event(slug: str) -> AnyResponse:
    """Leads who opens the form's own address, such as by reloading, to the form."""
    return redirect(link("pages.event", slug=slug))


@blueprint.get("/challenge")
def show_challenge() -> Response:
    """The work to be done before a sign-up, or null while there is none to do."""
    answer = jsonify(challenge=challenge(service(), asker_address()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/check-your-mail")
def check_your_mail() -> str:
    """Says what happens next; the same whether the address is known or not."""
    return render_template("check_your_mail.html")


@blueprint.get("/confirm/<token>")
def show_confirmation(token: str) -> Response:
    """Shows all that waits for a link's address to be confirmed."""
    return _confirmation_page(token)


@blueprint.post("/confirm/<token>")
def do_confirm(token: str) -> Response:
    """Confirms one thing, or all that was shown."""
    only, shown = request.form.get("only"), request.form.getlist("shown")
    keys = [only] if only else shown or None
    try:
        return _confirmed_page(token, confirm(service(), token, keys))
    except AskedAnewError:
        return _confirmation_page(token, asked_anew=True)
    except TooManySearchesError:
        speak(pending(service(), token).language)
        words = gettext("You follow as many searches as one may. Stop one of them first.")
        title = gettext("This did not work")
        return make_response(
            render_template("error.html", status=409, title=title, words=words), 409
        )


@blueprint.get("/unsubscribe/<token>")
def show_unsubscription(token: str) -> Response:
    """Shows what a link would stop."""
    return _unsubscription_page("unsubscribe.html", following(service(), token))


@blueprint.post("/unsubscribe/<token>")
def do_unsubscribe(token: str) -> Response:
    """Stops: by a mail program's one click (RFC 8058 3.2), or by a button of our page."""
    everything = request.form.get("stop") == "everything"
    stopped = unsubscribe(service(), token, everything=everything)
    return _unsubscription_page("unsubscribed.html", stopped, everything=everything)


@blueprint.get("/digest/<token>")
def show_digest(token: str) -> str:
    """Asks whether the digests that a link came in are to stop."""
    speak(look_at_digest(service(), token).language)
    return render_template("digest.html", done=False)


@blueprint.post("/digest/<token>")
def do_stop_digest(token: str) -> str:
    """Stops them: by a mail program's one click (RFC 8058 3.2), or by our page's button."""
    speak(stop_digest(service(), token).language)
    return render_template("digest.html", done=True)


@blueprint.get("/never/<token>")
def show_never(token: str) -> str:
    """Asks whether an address is never to be written to again."""
    speak(look_at_never(service(), token))
    return render_template("never.html", done=False)


@blueprint.post("/never/<token>")
def do_never(token: str) -> str:
    """Never writes again: by a mail program's one click (RFC 8058 3.2), or by our page's button."""
    speak(never_again(service(), token))
    return render_template("never.html", done=True)


def _sign_up(target: Target, action: str, show: Callable[[Form], Response]) -> AnyResponse:
    typed, search = read_form(request.form), target.kind is TargetKind.SEARCH
    address = asker_address()
    try:
        asker = Asker(address, has_worked=is_solved(service(), typed.proof, address))
        request_subscription(service(), typed.request(target, asker))
    except InvalidInputError as error:
        return make_response(show(typed_form(action, typed, error.problems, search=search)), 422)
    except UnavailableError as error:  # a full or locked database may still be read
        return unavailable(error, show(unkept_form(action, typed, search=search)))
    except TooManyError:
        answer = make_response(show(unkept_form(action, typed, search=search)), 429)
        answer.headers["Retry-After"] = TRY_AGAIN_AFTER
        return answer
    return redirect(link("signup.check_your_mail"), 303)


@dataclass(frozen=True, slots=True)
class AskedWords:
    """Something that was asked for, as its page shows it: a line for each of its choices."""

    key: str
    title: Phrase
    lines: tuple[str, ...]


def _confirmation_page(token: str, *, asked_anew: bool = False) -> Response:
    found = pending(service(), token)
    speak(found.language)
    page = render_template(
        "confirm.html",
        mailed=_in_words(found.mailed),
        confirmed=found.confirmed,
        waiting=[_in_words(one) for one in found.waiting],
        choices=found.choices,
        asked_anew=asked_anew,
    )
    return make_response(page, 409 if asked_anew else 200)


def _confirmed_page(token: str, done: Sequence[Asked]) -> Response:
    found = pending(service(), token)
    speak(found.language)
    page = render_template(
        "confirmed.html",
        done=[_in_words(one) for one in done],
        waiting=[_in_words(one) for one in found.waiting],
        token=token,
        choices=found.choices,
    )
    return make_response(page)


def _in_words(asked: Asked) -> AskedWords:
    code, wanted = language(), asked.preferences
    when = day_and_time_in_words(to_wall(asked.asked_at, wanted.zone), code)
    lines = preferences_in_words(wanted, code, service().clock.now())
    since = gettext("Asked for: %(when)s") % {"when": when}
    return AskedWords(asked.key, asked.title[code], (*lines, since))


def _unsubscription_page(
    template: str, stopping: Following, *, everything: bool = False
) -> Response:
    speak(stopping.language)
    page = render_template(
        template,
        titles=[title[language()] for title in stopping.titles],
        others=stopping.others,
        everything=everything,
    )
    return make_response(page)
