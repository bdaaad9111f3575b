"""The settings: from the environment, else `calendar-service.toml`, else a default that works.

Each has one name: `CALENDAR_ORIGIN` in the environment is `origin` in the file. A wrong or
unknown one stops the start, and all mistakes are named at once, each with its remedy.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

from calendar_service.domain.fields import is_language, near
from calendar_service.domain.zones import zone
from calendar_service.errors import CalendarError, InvalidInputError, Problem

PREFIX = "CALENDAR_"
FILE_NAME = "calendar-service.toml"
FILE_VARIABLE = "CALENDAR_CONFIG"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, checked. `origin` has no slash at its end; folders are absolute."""

    database_url: str
    origin: str
    bind: str
    var: Path
    smtp_url: str
    mail_from: str
    dkim_key: tuple[Path, ...]
    dkim_domain: str
    bounce_address: str
    bounces: str
    bounces_secret: str
    name: str
    language: str
    zone: str
    content: Path | None
    contact: str
    imprint: str
    privacy: str
    compress: bool
    publish: Path | None
    workers: int

    @property
    def address(self) -> tuple[str, int]:
        """The host and port to serve on."""
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def maildir(self) -> Path:
        """Where mails go while no relay is configured."""
        return self.var / "mail"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as people know it: its name in the file, default, check and explanation."""

    name: str
    default: str
    check: Callable[[str], str | None]
    help: str

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


def _anything(_value: str) -> None:
    return None


def _is_origin(value: str) -> str | None:
    parts = urlsplit(value)
    good = parts.scheme in {"http", "https"} and parts.hostname and not parts.query
    known = parts.port is None or parts.port > 0  # raises ValueError for what is no port
    host = (parts.hostname or "").encode("ascii", "replace").decode()
    plain = re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host) and parts.username is None
    if not good or not plain or not known or parts.path.strip("/") or parts.fragment:
        return (
            "write it like https://calendar.example.org, without a path; other letters than ASCII "
            "in their A-label form, xn--..."
        )
    return None


def _is_bind(value: str) -> str | None:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        return "write it like 127.0.0.1:8000, a host and a port up to 65535."
    return None


def _is_relay(value: str) -> str | None:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"smtp", "smtps"} or not parts.hostname):
        return "write it like smtp://user:password@mail.example.org:587, or leave it empty."
    return None


def _is_sender(value: str) -> str | None:
    address = parseaddr(value)[1]
    if "\n" in value or "\r" in value or not all(address.partition("@")):
        return "write it like 'Kalendari <calendar@example.org>'."
    return None


def _is_domain_or_empty(value: str) -> str | None:
    if value and not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", value):
        return "write a domain in small letters, like example.org, or leave it empty."
    return None


def _is_long_or_empty(value: str) -> str | None:
    if value and not re.fullmatch(r"[!-~]{20,200}", value):
        return "write at least 20 letters, digits or signs that nobody can guess."
    return None


def _is_address_or_empty(value: str) -> str | None:
    if value and not all(value.partition("@")):
        return "write a mail address like newsroom@example.org, or leave it empty."
    return None


def _is_known_language(value: str) -> str | None:
    return None if is_language(value) else "write a language code like 'sq', 'en' or 'fr'."


def _is_known_zone(value: str) -> str | None:
    try:
        zone(value)
    except CalendarError as error:
        return str(error)
    return None


def _is_yes_or_no(value: str) -> str | None:
    return None if value in {"yes", "no"} else "write yes or no."


def _is_few(value: str) -> str | None:
    if re.fullmatch(r"[1-9]\d?", value, re.ASCII):
        return None
    return "write a whole number from 1 to 99."


def _is_folder_or_empty(value: str) -> str | None:
    if value and not Path(value).is_dir():
        return "there is no such folder; name one that holds feeds/ and seeds/."
    return None


def _is_no_file(value: str) -> str | None:
    try:
        return "it is a file; name a folder, or leave it empty." if Path(value).is_file() else None
    except OSError:
        return None  # whoever may not even look is told when publishing


def _is_database(value: str) -> str | None:
    if value and urlsplit(value).scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
        return "write sqlite:///var/calendar.sqlite3 or postgresql://user@host/name."
    return None


SETTINGS = (
    Setting(
        "database_url",
        "",
        _is_database,
        "Where everything is kept; SQLite in the var folder unless set.",
    ),
    Setting(
        "origin",
        "",
        _is_origin,
        "The address that readers see, used in every link; http:// and the bind unless set.",
    ),
    Setting("bind", "127.0.0.1:8000", _is_bind, "The host and port to serve on."),
    Setting("var", "var", _anything, "The folder for the database, the secret, mails and locks."),
    Setting(
        "smtp_url",
        "",
        _is_relay,
        "The mail relay, smtp:// or smtps://; without one, mails go to a Maildir in var.",
    ),
    Setting(
        "mail_from",
        "Kalendari <calendar@localhost>",
        _is_sender,
        "The sender of all mails, a name and an address.",
    ),
    Setting(
        "dkim_key",
        "",
        _anything,
        "The files with the keys that mails are signed with, with commas between them.",
    ),
    Setting(
        "dkim_domain",
        "",
        _is_domain_or_empty,
        "The domain that signs; that of the sender unless set.",
    ),
    Setting(
        "bounce_address",
        "",
        _anything,
        "Where undelivered mails come back to, bounces@ or *@ your domain; the sender unless set.",
    ),
    Setting(
        "bounces",
        "",
        _anything,
        "The mailbox that they come into: maildir:PATH, or imaps://user:password@host/folder.",
    ),
    Setting(
        "bounces_secret",
        "",
        _is_long_or_empty,
        "What a mail server proves itself with that posts them to /bounces; none may unless set.",
    ),
    Setting("name", "Kalendari", _anything, "The name of the site and of the sender in mails."),
    Setting("language", "sq", _is_known_language, "The language where a reader asks for none."),
    Setting("zone", "Europe/Tirane", _is_known_zone, "The time zone that sign-ups propose."),
    Setting(
        "content",
        "",
        _is_folder_or_empty,
        "The folder with feeds/ and seeds/; the working folder's own, else the packaged ones.",
    ),
    Setting("contact", "", _is_address_or_empty, "The mail address for readers' questions."),
    Setting("imprint", "", _anything, "Who publishes this: name and postal address, any lines."),
    Setting("privacy", "", _anything, "What the privacy page says beyond the standard text."),
    Setting(
        "compress",
        "yes",
        _is_yes_or_no,
        "Whether feeds are sent compressed to who asks for it: yes, or no where an app fails.",
    ),
    Setting(
        "publish",
        "",
        _is_no_file,
        "The folder to keep all feeds in as files, for nginx or a CDN; none unless set.",
    ),
    Setting(
        "workers",
        "1",
        _is_few,
        "How many processes serve the site; as many as there are cores where it is busy.",
    ),
)


SECRETS = frozenset(["bounces_secret"])
"""Settings whose value is never shown."""


def read_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """The settings of a process started in `folder`; InvalidInputError names each wrong one.

    The environment wins over the file, the file over the default.
    """
    problems: list[Problem] = []
    file = Path(environment.get(FILE_VARIABLE) or folder / FILE_NAME)
    if FILE_VARIABLE in environment and not file.is_file():
        problems.append(Problem("environment", FILE_VARIABLE, f"there is no file {file}."))
    written = _from_file(file, problems)
    written |= _from_environment(environment, problems)
    values = {}
    for setting in SETTINGS:
        place, value = written.get(setting.name, ("default", setting.default))
        values[setting.name] = value.strip()
        if setting.name in written and (wrong := _wrong(setting, value.strip())):
            key = setting.name if place == file.name else setting.variable
            shown = "what is written" if setting.name in SECRETS else repr(masked(value))
            problems.append(Problem(place, key, f"{shown} is not usable: {wrong}"))
    if problems:
        raise InvalidInputError(problems)
    return _settled(values, folder)


def masked(value: str) -> str:
    """The value of a setting as it may be shown: without the password of an address."""
    return re.sub(r"://[^/]*@", "://...@", value)


def _wrong(setting: Setting, value: str) -> str | None:
    if "\0" in value:
        return "it has a NUL character in it."
    try:
        return setting.check(value)
    except ValueError as error:
        return f"it cannot be read ({error})."


def settings_here() -> Settings:
    """The settings of this process: its environment, and the file in its working folder."""
    return read_settings(os.environ, Path.cwd())


def read_secret(var: Path) -> bytes:
    """The installation's secret, made on first use; readable by its owner alone.

    Links and Message-IDs are keyed with it: whoever replaces it makes old links invalid.
    """
    file = var / "secret"
    try:
        _create_secret(file)
    except FileExistsError:
        pass
    except OSError as error:
        raise CalendarError(
            f"The secret {file} cannot be made: {error.strerror}. Make the folder writable."
        ) from error
    try:
        secret = bytes.fromhex(file.read_text(encoding="ascii"))
    except ValueError:
        secret = b""
    if len(secret) < SECRET_BYTES:
        raise CalendarError(f"The secret {file} is damaged; restore it from a backup.")
    return secret


def _create_secret(file: Path) -> None:
    """Writes it whole under another name first, so that no other process reads half of it."""
    if file.exists():
        return
    handle, draft = mkstemp(dir=file.parent, prefix="secret.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_bytes(SECRET_BYTES).hex())
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _from_file(file: Path, problems: list[Problem]) -> dict[str, tuple[str, str]]:
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(Problem(file.name, "", f"cannot be read: {error}."))
        return {}
    known = [setting.name for setting in SETTINGS]
    for name in table.keys() - set(known):
        message = f"is no setting.{near(name, known)} `calendar-service doctor --help` lists all."
        problems.append(Problem(file.name, name, message))
    for name, value in table.items():
        if name in known and not isinstance(value, str):
            problems.append(Problem(file.name, name, "must be a text in quotes."))
    return {name: (file.name, v) for name, v in table.items() if isinstance(v, str)}


def _from_environment(
    environment: Mapping[str, str], problems: list[Problem]
) -> dict[str, tuple[str, str]]:
    known = {setting.variable: setting.name for setting in SETTINGS}
    for variable in environment:
        if variable.startswith(PREFIX) and variable not in {*known, FILE_VARIABLE}:
            message = f"is no setting.{near(variable, known)} Unset it or mend its name."
            problems.append(Problem("environment", variable, message))
    return {
        name: ("environment", environment[variable])
        for variable, name in known.items()
        if variable in environment
    }


def _settled(values: Mapping[str, str], folder: Path) -> Settings:
    var = (folder / values["var"]).absolute()
    default_url = f"sqlite:///{var / 'calendar.sqlite3'}"
    content, files = values["content"], values["dkim_key"].split(",")
    return Settings(
        database_url=values["database_url"] or default_url,
        origin=(values["origin"] or f"http://{values['bind']}").rstrip("/"),
        bind=values["bind"],
        var=var,
        smtp_url=values["smtp_url"],
        mail_from=values["mail_from"],
        dkim_key=tuple((folder / name.strip()).absolute() for name in files if name.strip()),
        dkim_domain=values["dkim_domain"] or parseaddr(values["mail_from"])[1].rpartition("@")[2],
        bounce_address=values["bounce_address"],
        bounces=values["bounces"],
        bounces_secret=values["bounces_secret"],
        name=values["name"],
        language=values["language"],
        zone=values["zone"],
        content=(folder / content).absolute() if content else None,
        contact=values["contact"],
        imprint=values["imprint"],
        privacy=values["privacy"],
        compress=values["compress"] == "yes",
        publish=(folder / values["publish"]).absolute() if values["publish"] else None,
        workers=int(values["workers"]),
    )
