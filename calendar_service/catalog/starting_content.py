"""Where the content is that a service starts with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from calendar_service.catalog.files import FEEDS, SEEDS
from calendar_service.errors import CalendarError


def content_folder(configured: Path | None, working_directory: Path) -> Path:
    """The folder that holds `feeds/` and `seeds/`.

    It is the configured one, else the working directory where it has both, else what the
    installed package carries, else the checkout that the package is run from.
    """
    if configured is not None:
        return configured
    package = Path(str(resources.files("calendar_service")))
    for folder in (working_directory, package / "content", package.parent):
        if all((folder / name).is_dir() for name in (FEEDS, SEEDS)):
            return folder
    raise CalendarError(
        "This installation carries no content; set CALENDAR_CONTENT to the folder that holds "
        "feeds/ and seeds/, or install the service again."
    )
