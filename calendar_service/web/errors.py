"""From errors to answers: the one table of statuses. A calendar app gets plain text, never HTML."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from calendar_service.errors import (
    CalendarError,
    ConflictError,
    GoneError,
    InvalidInputError,
    NotFoundError,
    TooManyError,
    UnavailableError,
    UndatedEventError,
    UnknownValueError,
)
from calendar_service.web.instead import form_instead
from calendar_service.web.languages import gettext, is_feed

STATUS: dict[type[CalendarError], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    GoneError: HTTPStatus.GONE,
    UnknownValueError: HTTPStatus.BAD_REQUEST,
    ConflictError: HTTPStatus.CONFLICT,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    CalendarError: HTTPStatus.INTERNAL_SERVER_ERROR,
}

TOLD = frozenset([HTTPStatus.BAD_REQUEST, HTTPStatus.GONE])
"""Whoever set a calendar app up reads why; the page of a status has its own words."""

RETRY_AFTER = "60"
"""Seconds after which a client may ask again while the store is locked or full."""

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answers our errors, the framework's, and those that nobody expected."""
    app.before_request(_refuse_nul)
    app.register_error_handler(CalendarError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: CalendarError) -> HTTPStatus:
    """The status of the error's own class, or of the nearest one above it."""
    return next(STATUS[family] for family in type(error).__mro__ if family in STATUS)


def unavailable(error: CalendarError, page: Response | str | None = None) -> Response:
    """503 with Retry-After: a page that keeps what somebody typed, or words alone."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    _log.error("%s", error)
    response = make_response(page, status) if page is not None else _answer(status)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _refuse_nul() -> None:
    """Nothing has a name with a NUL in it, and PostgreSQL cannot even look for one."""
    if "\0" in request.path:
        raise NotFound


def _ours(error: CalendarError) -> Response:
    status = status_of(error)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return unavailable(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s", error)
    told = status in TOLD or isinstance(error, UndatedEventError)
    return _answer(status, str(error) if told else "")


def _http(error: HTTPException) -> Response:
    response = _answer(HTTPStatus(error.code or 500), error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    _log.exception("An answer failed", exc_info=error)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(status: HTTPStatus, detail: str = "") -> Response:
    """A page, or for a calendar app plain words with the detail, which whoever set it up reads."""
    if is_feed():
        return _plain(status, detail)
    title, words = _words(status)
    form = form_instead(status)
    page = render_template(
        "instead.html" if form else "error.html",
        status=status.value,
        title=title,
        words=words,
        form=form,
    )
    return make_response(page, status)


def _plain(status: HTTPStatus, detail: str) -> Response:
    """An answer without a page. Whatever has failed here, an app is to ask again later."""
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    status = HTTPStatus.SERVICE_UNAVAILABLE if failed else status
    response = make_response(f"{status.value} {status.phrase}\n{detail}".strip() + "\n", status)
    response.mimetype = "text/plain"
    response.headers["Cache-Control"] = "no-store"
    if failed:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _words(status: HTTPStatus) -> tuple[str, str]:
    """What a person reads: a title and a sentence that says what to do."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _words_of_failure(status)
    match status:
        case HTTPStatus.NOT_FOUND:
            return gettext("Page not found"), gettext(
                "There is nothing at this address. The calendar has everything that is published."
            )
        case HTTPStatus.GONE:
            return gettext("This link no longer works"), gettext(
                "Links in confirmation emails work for 48 hours. Sign up again: it takes a moment. "
                "An old unsubscribe link has nothing left to stop."
            )
        case HTTPStatus.CONFLICT:
            return gettext("This is not possible any more"), gettext(
                "The event is over or cancelled. Follow one of the calendars instead."
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return gettext("This did not work"), gettext(
                "This is too long to be read. Go back, where what you typed still stands, and "
                "write less."
            )
    return gettext("This did not work"), gettext(
        "The request was not understood. Go back and try again."
    )


def _words_of_failure(status: HTTPStatus) -> tuple[str, str]:
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return gettext("Back in a moment"), gettext(
            "The calendar cannot be read or written just now. Nothing is lost; please try "
            "again in a minute."
        )
    return gettext("Something went wrong"), gettext(
        "The mistake is ours and has been noted. Please try again later."
    )
