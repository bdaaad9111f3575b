"""Lints anybody's calendar, from a file or from the web."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from calendar_service import __version__
from calendar_service.errors import CalendarError
from calendar_service.ical.lint.checks import lint
from calendar_service.ical.lint.findings import Finding

LARGEST = 64 * 1024 * 1024
"""Octets of the largest calendar that is looked at."""

TIMEOUT = 30.0
"""Seconds that a server may take to answer, and between two parts of its answer."""

PATIENCE = 120.0
"""Seconds that the whole answer may take."""

_PART = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    address: str
    headers: Message
    content: bytes


def lint_address(address: str, *, patience: float = PATIENCE) -> list[Finding]:
    """The findings on a file, or on what a http, https or webcal address answers.

    Raises CalendarError where there is nothing to read.
    """
    if "://" not in address:
        return lint(_read(Path(address)))
    answer = _fetched(address, patience)
    return [*_served(answer), *lint(answer.content)]


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise CalendarError(f"{file} cannot be read: {error.strerror}.") from error
    _check_size(str(file), len(content))
    return content


def _check_size(name: str, octets: int) -> None:
    if octets > LARGEST:
        raise CalendarError(f"{name} is larger than {LARGEST} octets; lint a part of it.")


def _fetched(address: str, patience: float) -> _Answer:
    scheme, _, rest = address.partition("://")
    url = f"https://{rest}" if scheme in {"webcal", "webcals"} else address
    if scheme not in {"http", "https", "webcal", "webcals"}:
        raise CalendarError(
            f"{address} cannot be fetched; give a file, or an address that begins with https://."
        )
    agent = {"User-Agent": f"calendar-service/{__version__} (lint)"}
    try:
        request = urllib.request.Request(url, headers=agent)  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            content = _content(address, answer, patience)
            return _Answer(answer.url, answer.headers, content)
    except urllib.error.HTTPError as error:
        error.close()
        raise CalendarError(f"{address} answers {error.code} {error.reason}.") from error
    except (OSError, ValueError, HTTPException) as error:
        raise CalendarError(f"{address} cannot be fetched: {_cause(error)}.") from error


def _cause(error: Exception) -> str:
    """Why, without the words and the number that Python puts around it."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return (reason.strerror if isinstance(reason, OSError) else None) or str(reason)


def _content(address: str, answer: HTTPResponse, patience: float) -> bytes:
    """All that is sent, as long as it ends in time and in size."""
    content, until = bytearray(), time.monotonic() + patience
    while part := answer.read1(_PART):
        content += part
        _check_size(address, len(content))
        if time.monotonic() > until:
            raise CalendarError(f"{address} has not sent all within {patience:g} seconds.")
    wanted = answer.headers.get("Content-Length", "")
    if wanted.isdigit() and len(content) < int(wanted):
        raise CalendarError(f"{address} broke off after {len(content)} of {wanted} octets.")
    return bytes(content)


def _served(answer: _Answer) -> list[Finding]:
    """What is amiss with how it is served; the lines are 0."""
    headers, findings = answer.headers, []
    kind = headers.get_content_type() if "Content-Type" in headers else "nothing"
    if kind != "text/calendar":
        said = f"{answer.address} is served as {kind}, not text/calendar"
        findings.append(Finding(0, "content-type", said))
    coding = headers.get("Content-Encoding", "identity").lower()
    if coding != "identity":
        said = f"is sent as {coding} to who has not asked for it"
        findings.append(Finding(0, "content-coding", said))
    if "ETag" not in headers and "Last-Modified" not in headers:
        findings.append(Finding(0, "validators", "has neither ETag nor Last-Modified"))
    return findings
