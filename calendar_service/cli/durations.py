"""Lengths of time as an operator types them: 90m, 48h, 7d."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_FORM = re.compile(r"(\d{1,5})(m|h|d)", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Duration(click.ParamType[timedelta]):
    """A number of minutes, hours or days."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The length of time; a value of another form is a usage error."""
        if isinstance(value, timedelta):
            return value
        match = _FORM.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is no length of time; write it like 48h, 90m or 7d.", param, ctx)
        return int(match[1]) * _UNITS[match[2]]


WITHIN = click.option(
    "--within",
    type=Duration(),
    default="48h",
    show_default=True,
    metavar="TIME",
    help="How far to look ahead: 48h, 90m, 7d.",
)
"""The option of commands that look ahead."""
