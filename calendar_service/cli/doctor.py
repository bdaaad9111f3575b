"""`doctor`: what is set up, what is not, and how to mend it."""

from __future__ import annotations

import click

from calendar_service.actions.checkup import check_up
from calendar_service.actions.findings import Finding, Health
from calendar_service.cli.context import json_option, open_here, print_json
from calendar_service.config import FILE_NAME, FILE_VARIABLE, SETTINGS

_COLOURS = {Health.GOOD: "green", Health.WARN: "yellow", Health.BAD: "red"}
_SETTINGS = "".join(
    f"\n\n{setting.variable}  {setting.help}"
    + (f" Default: {setting.default}." if setting.default else "")
    for setting in SETTINGS
)


@click.command(
    epilog=f"Settings, each also in calendar-service.toml without CALENDAR_ and in small "
    f"letters:{_SETTINGS}\n\n{FILE_VARIABLE}  Another settings file than {FILE_NAME}."
)
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check what is set up, and say how to mend what is not.

    It looks at settings, database, content, mail, clock and worker, and exits with status 1 if
    anything is wrong; warnings alone are no reason to.
    """
    service = open_here()
    findings = check_up(service)
    service.database.close()
    if as_json:
        print_json(
            [
                {
                    "subject": one.subject,
                    "health": str(one.health),
                    "words": one.words,
                    "remedy": one.remedy,
                }
                for one in findings
            ]
        )
    else:
        for finding in findings:
            _print(finding)
    if any(finding.health is Health.BAD for finding in findings):
        ctx.exit(1)


def _print(finding: Finding) -> None:
    mark = click.style(f"{finding.health:<8}", fg=_COLOURS[finding.health])
    click.echo(f"{mark} {finding.subject}: {finding.words}")
    if finding.remedy:
        click.echo(f"         -> {finding.remedy}")
