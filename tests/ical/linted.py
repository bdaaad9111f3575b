"""Every calendar of every test passes the lint, with our own rules too."""

from __future__ import annotations

from calendar_service.ical.lint.checks import lint


def assert_clean(content: bytes) -> bytes:
    """The same bytes, once the lint has found nothing in them."""
    findings = lint(content, ours=True)
    assert not findings, "\n".join(f"line {one.line}: {one.message}" for one in findings)
    return content
