"""The one address of each page, and what leads there: months as people type them, a slash behind.

Addresses are built of paths that are ours, never of the Host header, and of the query as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

_MONTH = re.compile(r"/calendar/(\d{4})[/-](\d{1,2})", re.ASCII)
_AS_IN_PATHS = "!$'()*,/:;?@"


def install(app: Flask) -> None:
    """Looks before each request."""
    app.before_request(_lead)


def address_of(endpoint: str, pairs: Iterable[tuple[str, str]], **values: object) -> str:
    """The address of a page with a query, whose names are none of ours: `slug`, `_external`."""
    query = urlencode(list(pairs), safe=_AS_IN_PATHS)
    path = url_for(endpoint, **values)  # type: ignore[arg-type]
    return f"{path}?{query}" if query else path


def _lead() -> Response | None:
    """Leads who asks for what is nearly a page's address to the page, for good."""
    unknown = isinstance(request.routing_exception, NotFound)
    if request.method not in {"GET", "HEAD"} or not unknown:
        return None
    there = _there()
    return redirect(there, HTTPStatus.MOVED_PERMANENTLY) if there else None


def _there() -> str | None:
    """The address that was meant; None where no page has such a one."""
    path = request.path.rstrip("/")
    if month := _MONTH.fullmatch(path):
        path = f"/calendar/{month[1]}/{month[2]:>02}"
    routes = current_app.url_map.bind_to_environ(request.environ)
    try:
        endpoint, values = routes.match(path, "GET")
    except (HTTPException, RequestRedirect):
        return None
    return address_of(endpoint, request.args.items(multi=True), **values)
