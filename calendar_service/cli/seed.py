"""`seed`: loading the feeds and events that come as files."""

from __future__ import annotations

from pathlib import Path

import click

from calendar_service.actions.content import Conflict, Loaded, Resolution, load_content
from calendar_service.actions.service import Service
from calendar_service.catalog.files import load_content as read_content
from calendar_service.catalog.starting_content import content_folder
from calendar_service.cli.context import json_option, print_json, ready_service


@click.command()
@click.option(
    "--content",
    "folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The folder with feeds/ and seeds/; the configured one unless given.",
)
@click.option(
    "--conflicts",
    type=click.Choice([str(choice) for choice in Resolution]),
    default=str(Resolution.ASK),
    show_default=True,
    help="Whose words stand where an editor and a seed changed the same: 'ask' leaves the event "
    "alone and names the conflict.",
)
@click.option(
    "--silent", is_flag=True, help="Corrections that readers need not hear of: send no notices."
)
@json_option
@click.pass_context
def seed(
    ctx: click.Context, folder: Path | None, conflicts: str, silent: bool, as_json: bool
) -> None:
    """Load feeds/*.toml and seeds/*.toml.

    Loading again changes nothing. What an editor changed since stays; a changed seed becomes a
    revision of its event, of which readers are told. All mistakes in the files are named at once,
    and then nothing is loaded.
    """
    with ready_service() as service:
        loaded = load_here(service, folder, Resolution(conflicts), silent=silent)
    if as_json:
        print_json(_as_json(loaded))
    else:
        click.echo(summary(loaded))
        for conflict in loaded.conflicts:
            click.echo(describe(conflict), err=True)
    if loaded.conflicts:
        ctx.exit(1)


def load_here(
    service: Service,
    folder: Path | None = None,
    resolution: Resolution = Resolution.ASK,
    *,
    silent: bool = False,
) -> Loaded:
    """Loads the content that the settings, or a folder, name."""
    found = content_folder(folder or service.settings.content, Path.cwd())
    return load_content(service, read_content(found), resolution=resolution, silent=silent)


def summary(loaded: Loaded) -> str:
    """What a loading did, in one line."""
    counts = (
        f"{len(loaded.added)} added, {len(loaded.revised)} revised, "
        f"{len(loaded.unchanged)} unchanged"
    )
    feeds = f"; feeds changed: {', '.join(loaded.feeds)}" if loaded.feeds else ""
    return f"Events: {counts}{feeds}."


def describe(conflict: Conflict) -> str:
    """A conflict with both sides, and what to do about it."""
    lines = [f"{conflict.place}: {conflict.uid} was edited here and changed in the file too:"]
    lines += [
        f"  {clash.key}: edited to {clash.edited!r}, the file says {clash.seeded!r}"
        for clash in conflict.clashes
    ]
    lines.append(
        "  The event is left as edited. Make the file say the same, or choose: "
        "`calendar-service seed --conflicts edit` or `--conflicts seed`."
    )
    return "\n".join(lines)


def _as_json(loaded: Loaded) -> dict[str, object]:
    return {
        "added": loaded.added,
        "revised": loaded.revised,
        "unchanged": loaded.unchanged,
        "feeds": list(loaded.feeds),
        "conflicts": [
            {
                "uid": conflict.uid,
                "file": conflict.place,
                "fields": {
                    clash.key: {"edited": clash.edited, "seed": clash.seeded}
                    for clash in conflict.clashes
                },
            }
            for conflict in loaded.conflicts
        ],
    }
