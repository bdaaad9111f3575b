"""Pages and static files, compressed for who asks, and 304 for who has them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, current_app, request

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.web.conditional import chosen_coding, coded_tag, has_it
from calendar_service.web.copies import Copies

LEAST = 500
"""Octets from which on compressing is worth it."""

MOST_OCTETS = 2 * 1024 * 1024
"""Of the static files that are kept compressed; there are a few of them."""

COMPRESSIBLE = frozenset(
    ["text/css", "text/javascript", "image/svg+xml", "application/manifest+json"]
)


def compressed_files() -> Copies[bytes]:
    """Where an application keeps its static files as they were compressed."""
    return Copies[bytes](len, most_octets=MOST_OCTETS)


def validate_page(response: Response) -> None:
    """Gives a page a tag of its bytes, and answers 304 or compresses it for who asks so.

    What it shows also changes with the time of day, so that it has no date of its last change.
    """
    content = response.get_data()
    etag = hashlib.sha256(content).hexdigest()[:32]
    _answer(response, etag, content, lambda coding: CODINGS[coding](content))


def compress_file(response: Response) -> None:
    """Does the same for a static file, whose tag the framework has made of its date and size."""
    if response.mimetype not in COMPRESSIBLE:
        return
    response.vary.add("Accept-Encoding")  # a 304 says it too (RFC 9110 15.4.5)
    if response.status_code != 200:
        return
    response.direct_passthrough = False
    etag, content = response.get_etag()[0] or "", response.get_data()
    files: Copies[bytes] = current_app.extensions["compressed_files"]

    def make(coding: str) -> bytes:
        return files.get((request.path, coding), etag, lambda: CODINGS[coding](content))

    _answer(response, etag, content, make)


def _answer(response: Response, etag: str, content: bytes, make: Callable[[str], bytes]) -> None:
    coding = chosen_coding()
    response.vary.add("Accept-Encoding")
    if request.if_none_match and has_it([coded_tag(etag, one) for one in CODINGS], None):
        response.status_code = 304
        response.set_data(b"")
    elif coding != IDENTITY and len(content) >= LEAST:
        response.set_data(make(coding))
        response.headers["Content-Encoding"] = coding
    response.set_etag(coded_tag(etag, coding))
