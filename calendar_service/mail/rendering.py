"""Fills the templates of a mail: its subject, and its body as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    select_autoescape,
)
from jinja2.bccache import Bucket

from calendar_service.language.catalogues import LANGUAGES, direction, spoken, translator
from calendar_service.mail.palette import DARK, LIGHT

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's texts; lines end with a line feed, and the subject is one line."""

    subject: str
    text: str
    html: str


def render(name: str, language: str, **values: object) -> Rendered:
    """The texts of `templates/<name>/`; raises jinja2.UndefinedError for a missing value."""
    templates = _environment(spoken(language))
    subject, text, html = (
        templates.get_template(f"{name}/{part}").render(values)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Rendered(" ".join(subject.split("\n")).strip(), text.strip() + "\n", html)


def prepare() -> None:
    """Reads all templates in all languages beforehand, so that the first mails need not wait."""
    for language in LANGUAGES:
        templates = _environment(language)
        for name in templates.list_templates():
            templates.get_template(name)


class _Compiled(BytecodeCache):
    """Each template compiled once for all languages: what differs is put in as it is rendered."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.code


_COMPILED = _Compiled()


@cache
def _environment(language: str) -> Environment:
    """The templates in one language; only HTML is escaped."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=_COMPILED,
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    texts, turned = translator(language), direction(language) == "rtl"
    templates.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    templates.globals.update(
        language=language,
        direction=direction(language),
        start="right" if turned else "left",
        end="left" if turned else "right",
        inset="0 20px 0 0" if turned else "0 0 0 20px",
        light=LIGHT,
        dark=DARK,
    )
    return templates
