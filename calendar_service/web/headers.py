"""The headers that every answer carries: nothing inline, nothing from elsewhere, no frames."""

from __future__ import annotations

from flask import Flask, Response, request

from calendar_service.web.compression import compress_file, validate_page

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}

PAGE_CACHE = "public, max-age=60"

PRIVATE = ("/confirm/", "/unsubscribe/", "/never/", "/digest/", "/preferences/")
"""Where addresses are secrets: what is below is private whatever the answer, errors too."""


def install(app: Flask) -> None:
    """Adds them to every answer, errors too."""
    app.after_request(_add)


def keep_private(response: Response) -> Response:
    """Marks an answer whose address is a secret: not kept, not indexed, not passed on."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _add(response: Response) -> Response:
    if request.path.startswith(PRIVATE):
        keep_private(response)
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS":
        del response.headers["Content-Type"]  # nothing is in it, and no app may take it for a page
    asked = request.method in {"GET", "HEAD"}
    fit = asked and response.status_code == 200
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", PAGE_CACHE if fit else "no-store")
    if asked and request.endpoint == "static":
        compress_file(response)
    elif fit and _may_be_kept(response):
        validate_page(response)
    return response


def _may_be_kept(response: Response) -> bool:
    """Whether it wants a tag: not what has one, and no page of a secret address.

    These are left as they are: what is compressed tells by its length.
    """
    kept = "no-store" not in response.headers.get("Cache-Control", "")
    return kept and "ETag" not in response.headers
