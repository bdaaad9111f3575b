"""Answers that are ready: feeds asked for again, past the framework.

A calendar app asks the same question every hour, and mostly gets 304. What such an answer was is
kept by the question; that it still holds costs one indexed read. Whatever differs in the least, and
whatever is not a feed, goes to the application.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

from calendar_service.actions.feeds import FeedEdition
from calendar_service.web.shelf import Shelf

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_QUESTIONS = 2000
LONGEST_QUESTION = 1000
"""Together they bound what is kept; the feeds' bytes are on the shelf alone."""

NOTE = "calendar_service.ready"
"""The environment's key under which a handler notes what it has answered with."""

OK, NOT_MODIFIED = "200 OK", "304 NOT MODIFIED"

_ONE_STRONG_TAG = re.compile(r'"[^"\\]*"')
"""What every app sends; several tags, weak ones and `*` are the application's."""

Question = tuple[str, str, str]
"""Path, query and Accept-Encoding, as they came."""

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Note:
    """What a feed was answered with: the edition, the coding, every tag that is of it, its date."""

    slug: str
    edition: FeedEdition
    coding: str
    tags: frozenset[str]
    last_modified: str


@dataclass(slots=True)
class _Answer:
    note: Note
    headers: dict[str, Headers] = field(default_factory=dict)


class ReadyAnswers:
    """Answers in the application's place what it has answered before."""

    def __init__(self, inner: WSGIApplication, shelf: Shelf) -> None:
        self._inner = inner
        self._shelf = shelf
        self._answers: OrderedDict[Question, _Answer] = OrderedDict()
        self._keeping = Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """One answer (PEP 3333)."""
        question = (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ACCEPT_ENCODING", ""),
        )
        answer = self._answers.get(question)
        if answer is not None:
            body = self._again(answer, environ, start)
            if body is not None:
                return body
        return self._anew(question, environ, start)

    def _again(
        self, answer: _Answer, environ: WSGIEnvironment, start: StartResponse
    ) -> list[bytes] | None:
        """The answer, if it still holds and is to be given; None leaves it to the application."""
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"} or not self._holds(answer.note):
            return None
        status = _status(answer.note, environ)
        headers = answer.headers.get(status or "")
        if status is None or headers is None:
            return None
        content = b""
        if status == OK and method == "GET":
            found = self._shelf.found(answer.note.edition, answer.note.coding)
            if found is None:
                return None
            content = found
        start(status, list(headers))
        return [content] if content else []

    def _anew(
        self, question: Question, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        notes: list[Note] = []
        given: list[tuple[str, Headers]] = []

        def noting(status: str, headers: Headers, exc_info: Any = None, /) -> Any:
            given.append((status, list(headers)))
            return start(status, headers, exc_info)

        body = self._inner({**environ, NOTE: notes}, noting)
        if notes and given and sum(map(len, question)) <= LONGEST_QUESTION:
            self._keep(question, notes[-1], *given[-1])
        return body

    def _keep(self, question: Question, note: Note, status: str, headers: Headers) -> None:
        if status not in {OK, NOT_MODIFIED}:
            return
        with self._keeping:
            answer = self._answers.pop(question, None)
            if answer is None or answer.note != note:
                answer = _Answer(note)
            answer.headers[status] = headers
            self._answers[question] = answer
            while len(self._answers) > MOST_QUESTIONS:
                self._answers.popitem(last=False)

    def _holds(self, note: Note) -> bool:
        try:
            return self._shelf.is_current(note.slug, note.edition)
        except Exception:
            return False  # the application says what is wrong, and notes it


def _status(note: Note, environ: WSGIEnvironment) -> str | None:
    """The status for whoever has a copy; None for what only the application can tell."""
    match = environ.get("HTTP_IF_NONE_MATCH")
    if match is not None:
        if match in note.tags:
            return NOT_MODIFIED
        return OK if _ONE_STRONG_TAG.fullmatch(match) else None
    since = environ.get("HTTP_IF_MODIFIED_SINCE")
    if since is not None:
        return NOT_MODIFIED if since == note.last_modified else None
    return OK
