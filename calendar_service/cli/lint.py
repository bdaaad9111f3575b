"""`lint`: what is wrong with a calendar, anybody's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby

import click

from calendar_service.actions.linting import lint_address
from calendar_service.cli.context import json_option, print_json
from calendar_service.domain.plain_text import printable
from calendar_service.ical.lint.findings import Finding
from calendar_service.ical.lint.rules import Severity

SHOWN = 5
"""Findings of one rule that are shown each; the others are counted."""


@click.command()
@click.argument("calendar", metavar="FILE|URL")
@json_option
def lint(calendar: str, as_json: bool) -> None:
    """Look for mistakes in a calendar, anybody's.

    FILE|URL is an .ics file, or the https:// or webcal:// address of a calendar. Each finding says
    which apps suffer from it and where the rule comes from. An error makes some app fail; advice
    is what some app shows differently. The exit status is 1 where there are errors.
    """
    findings = lint_address(calendar)
    errors = sum(one.times for one in findings if one.rule.severity is Severity.ERROR)
    if as_json:
        print_json([_as_json(one) for one in findings])
    else:
        _print(calendar, findings, errors)
    sys.exit(1 if errors else 0)


def _print(calendar: str, findings: Sequence[Finding], errors: int) -> None:
    if not findings:
        click.echo(click.style(f"{calendar}: nothing is wrong.", fg="green"))
        return
    ordered = sorted(findings, key=lambda one: (one.rule.severity is not Severity.ERROR, one.name))
    for name, group in groupby(ordered, key=lambda one: one.name):
        _print_rule(name, list(group))
    others = sum(one.times for one in findings) - errors
    click.echo(f"{calendar}: {_counted(errors, 'error')}, {_counted(others, 'other finding')}.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _print_rule(name: str, found: Sequence[Finding]) -> None:
    rule = found[0].rule
    colour = "red" if rule.severity is Severity.ERROR else "yellow"
    click.echo(click.style(f"{rule.severity}: {name}", fg=colour, bold=True))
    for one in found[:SHOWN]:
        message = printable(one.message)
        click.echo(f"  line {one.line}: {message}" if one.line else f"  {message}")
    if more := sum(one.times for one in found[SHOWN:]):
        click.echo(f"  and {more} more")
    click.echo(f"  Who suffers: {rule.suffers}")
    click.echo(f"  The rule: {rule.source}")
    click.echo()


def _as_json(one: Finding) -> dict[str, object]:
    return {
        "line": one.line or None,
        "severity": one.rule.severity,
        "rule": one.name,
        "message": one.message,
        "times": one.times,
        "suffers": one.rule.suffers,
        "source": one.rule.source,
    }
