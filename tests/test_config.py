"""The settings: where they come from, and what is said of wrong ones."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from calendar_service.actions.service import open_service
from calendar_service.config import SETTINGS, Settings, read_secret, read_settings
from calendar_service.errors import CalendarError, InvalidInputError


def wrong(environment: dict[str, str], folder: Path) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        read_settings(environment, folder)
    return [(one.place, one.key, one.message) for one in caught.value.problems]


def test_without_any_setting_all_is_on_this_machine(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    assert settings.origin == "http://127.0.0.1:8000"
    assert settings.address == ("127.0.0.1", 8000)
    assert settings.database_url == f"sqlite:///{tmp_path}/var/calendar.sqlite3"
    assert settings.maildir == tmp_path / "var" / "mail"
    assert settings.smtp_url == ""


def test_the_origin_follows_the_address_served_on(tmp_path: Path) -> None:
    settings = read_settings({"CALENDAR_BIND": "127.0.0.1:9000"}, tmp_path)
    assert settings.origin == "http://127.0.0.1:9000"


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "calendar-service.toml"
    file.write_text('name = "File"\nlanguage = "fr"\n', encoding="utf-8")
    settings = read_settings({"CALENDAR_NAME": "Environment"}, tmp_path)
    assert (settings.name, settings.language, settings.zone) == (
        "Environment",
        "fr",
        "Europe/Tirane",
    )


def test_another_file_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('name = "Other"\n', encoding="utf-8")
    assert read_settings({"CALENDAR_CONFIG": str(file)}, tmp_path / "x").name == "Other"


def test_all_wrong_settings_are_named_at_once_each_with_its_remedy(tmp_path: Path) -> None:
    environment = {
        "CALENDAR_ORIGIN": "calendar.example.org",
        "CALENDAR_BIND": "8000",
        "CALENDAR_SMTP_URL": "http://mail.example.org",
        "CALENDAR_ZONE": "Europe/Tirana",
        "CALENDAR_LANGUAGE": "Albanian",
        "CALENDAR_DATABASE_URL": "mysql://host/name",
        "CALENDAR_MAIL_FROM": "nobody",
        "CALENDAR_CONTENT": "nowhere",
    }
    found = wrong(environment, tmp_path)
    assert sorted(key for _, key, _ in found) == sorted(environment)
    assert all("write" in m or "name one" in m for _, _, m in found), found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALENDAR_LANGUAGE", "al"),
        ("CALENDAR_ORIGIN", "http://[bad"),
        ("CALENDAR_ORIGIN", "http://host:abc"),
        ("CALENDAR_ORIGIN", "http://user@host"),
        ("CALENDAR_ORIGIN", "http://my_host:8000"),
        ("CALENDAR_ORIGIN", "https://kalendarí.example"),
        ("CALENDAR_SMTP_URL", "smtp://[x"),
        ("CALENDAR_VAR", "a\0b"),
        ("CALENDAR_COMPRESS", "perhaps"),
        ("CALENDAR_PUBLISH", __file__),
        ("CALENDAR_WORKERS", "0"),
        ("CALENDAR_WORKERS", "many"),
    ],
)
def test_a_value_that_cannot_even_be_read_is_named(tmp_path: Path, name: str, value: str) -> None:
    ((_, key, message),) = wrong({name: value}, tmp_path)
    assert key == name
    assert "is not usable" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALENDAR_SMTP_URL", "smpt://me:hunter2@mail.example.org"),
        ("CALENDAR_DATABASE_URL", "mysql://me:hunter2@host/name"),
    ],
)
def test_no_password_is_printed(tmp_path: Path, name: str, value: str) -> None:
    ((_, _, message),) = wrong({name: value}, tmp_path)
    assert "hunter2" not in message


def test_an_ipv6_address_is_an_origin(tmp_path: Path) -> None:
    settings = read_settings({"CALENDAR_ORIGIN": "http://[::1]:8000"}, tmp_path)
    assert settings.origin == "http://[::1]:8000"


def test_a_misspelt_setting_is_named_with_the_right_one(tmp_path: Path) -> None:
    ((place, key, message),) = wrong({"CALENDAR_ORIGN": "https://example.org"}, tmp_path)
    assert (place, key) == ("environment", "CALENDAR_ORIGN")
    assert "CALENDAR_ORIGIN" in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("orign = 'x'", "orign"),
        ("bind = 8000", "bind"),
        ("bind =", ""),
        ('bind = "x"', "bind"),
    ],
)
def test_a_mistake_in_the_file_names_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "calendar-service.toml").write_text(text, encoding="utf-8")
    ((place, found, _),) = wrong({}, tmp_path)
    assert (place, found) == ("calendar-service.toml", key)


def test_a_file_that_is_named_and_not_there_is_a_mistake(tmp_path: Path) -> None:
    ((_, key, _),) = wrong({"CALENDAR_CONFIG": str(tmp_path / "none.toml")}, tmp_path)
    assert key == "CALENDAR_CONFIG"


def test_every_setting_has_a_field_a_sentence_and_a_default_that_passes_its_own_check() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    for setting in SETTINGS:
        assert setting.help.endswith(".")
        assert not setting.default or setting.check(setting.default) is None


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(read_secret, [tmp_path] * 8))
    assert len(secrets) == 1
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_a_damaged_secret_is_not_replaced_in_silence(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abcd", encoding="ascii")
    with pytest.raises(CalendarError, match="backup"):
        read_secret(tmp_path)


def test_a_relay_or_sender_that_cannot_work_stops_the_start(tmp_path: Path) -> None:
    environment = {
        "CALENDAR_SMTP_URL": "smtp://mail.example.org:587?startls=never",
        "CALENDAR_MAIL_FROM": "Kalendari <calendar@exa mple>",
    }
    with pytest.raises(InvalidInputError) as caught:
        open_service(read_settings(environment, tmp_path))
    assert [one.key for one in caught.value.problems] == [
        "CALENDAR_MAIL_FROM",
        "CALENDAR_SMTP_URL",
    ]
    assert not (tmp_path / "var").exists()
