"""vdirsyncer fetches a calendar from the web into a folder, and khal lists what it finds there."""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

folder = pathlib.Path(tempfile.mkdtemp())
binaries = pathlib.Path(sys.executable).parent
(folder / "vdirsyncer.conf").write_text(
    f"""[general]
status_path = "{folder}/status"
[pair feed]
a = "here"
b = "web"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"
[storage web]
type = "http"
url = "{sys.argv[1]}"
"""
)
(folder / "khal.conf").write_text(
    f"""[calendars]
[[feed]]
path = {folder}/calendar
type = calendar
readonly = True
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%dT%H:%M:00.000Z
[default]
show_all_days = False
[sqlite]
path = {folder}/khal.db
"""
)
environment = {**os.environ, "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
sync = [binaries / "vdirsyncer", "-c", folder / "vdirsyncer.conf"]
for step in (["discover", "feed"], ["sync", "feed"]):
    done = subprocess.run(
        [*sync, *step], input="y\ny\n", text=True, capture_output=True, env=environment
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
FIELDS = ("uid", "title", "start-long-full", "end-long-full", "all-day", "start-date-long", "end-date-long")
if len(sys.argv) > 2:  # `khal list` would ask for each day, and read each event anew on each
    os.environ.update(environment)
    from khal.cli_utils import build_collection
    from khal.controllers import get_events_between
    from khal.settings import get_config
    from khal.utils import json_formatter

    first, last = (datetime.datetime.fromisoformat(day) for day in sys.argv[2:])
    config = get_config(str(folder / "khal.conf"))
    collection = build_collection(config, None)
    json_of_all = json_formatter(FIELDS)
    for text in get_events_between(
        collection, config["locale"], first, last, json_of_all, False, None, None, colors=False
    ):
        print(text)
    sys.exit()
listing = subprocess.run(
    [
        *(binaries / "khal", "-c", folder / "khal.conf", "list"),
        *(word for field in FIELDS for word in ("--json", field)),
        *("--once", "2025-01-01", "1200d"),
    ],
    text=True,
    capture_output=True,
    env=environment,
)
if listing.returncode:
    sys.exit(listing.stderr)
print(listing.stdout)
