"""Lints anybody's calendar, from a file or from the web."""

from __future__ import annotations

import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

from calendar_service import __version__
from calendar_service.errors import CalendarError
from calendar_service.ical.lint.checks import Finding, lint

LARGEST = 64 * 1024 * 1024
"""Octets of the largest calendar that is fetched."""

TIMEOUT = 30.0
"""Seconds that a server may take to answer, and between two parts of its answer."""


def lint_address(address: str) -> list[Finding]:
    """The findings on a file, or on what a http, https or webcal address answers.

    Raises CalendarError where there is nothing to read.
    """
    if "://" not in address:
        return lint(_read(Path(address)))
    content, headers = _fetched(address)
    return [*_answer(headers), *lint(content)]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CalendarError(f"{file} cannot be read: {error.strerror}.") from error


def _fetched(address: str) -> tuple[bytes, Message]:
    scheme, _, rest = address.partition("://")
    url = f"https://{rest}" if scheme in {"webcal", "webcals"} else address
    if scheme not in {"http", "https", "webcal", "webcals"}:
        raise CalendarError(
            f"{address} cannot be fetched; give a file, or an address that begins with https://."
        )
    agent = {"User-Agent": f"calendar-service/{__version__} (lint)"}
    request = urllib.request.Request(url, headers=agent)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - as above
            content: bytes = answer.read(LARGEST + 1)
            headers: Message = answer.headers
    except urllib.error.HTTPError as error:
        error.close()
        raise CalendarError(f"{address} answers {error.code} {error.reason}.") from error
    except (OSError, ValueError) as error:
        raise CalendarError(f"{address} cannot be fetched: {error}.") from error
    if len(content) > LARGEST:
        raise CalendarError(f"{address} is larger than {LARGEST} octets; save and lint a part.")
    return content, headers


def _answer(headers: Message) -> list[Finding]:
    """What is amiss with how it is served; the lines are 0."""
    findings = []
    kind = headers.get_content_type()
    if kind != "text/calendar":
        findings.append(Finding(0, "content-type", f"is served as {kind}, not text/calendar"))
    if "ETag" not in headers and "Last-Modified" not in headers:
        findings.append(Finding(0, "validators", "has neither ETag nor Last-Modified"))
    return findings
