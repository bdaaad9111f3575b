"""Keeps the catalogues in step with the texts: `python -m calendar_service.language.extract`.

It reads every text to be translated out of the package's code and templates and rewrites each
`translations/<code>.po` in place: translations stay, new texts are added without one, texts that
are gone are dropped. It prints what is left to do for each language. Run twice, it changes nothing
the second time.

To translate
    1. Run it. It lists the texts without a translation, by language.
    2. Fill their `msgstr` in the .po file, with a text editor or Poedit. Keep every placeholder
       (`%(name)s`) and every HTML tag as they are, and a space at the beginning or end. A plural
       needs each `msgstr[n]`; the header's Plural-Forms says which number takes which. Where it
       is wrong for the language, correct it: it stays.
    3. Run it again: it wraps the lines, and names what is still wrong. The tests hold a catalogue
       to the same rules, so that none is ever half done.
    The comment at the head of each file says how that language is written here: its terms, how it
    addresses the reader, its spaces. Read it first and add to it; it stays.

    An English text that is changed, even by a comma, is a new one: copy its old translation
    before running this. To add a language: `--add CODE` (`de`, `sr-Latn`), then the same steps;
    nothing else has to be changed.

To write a text that is found
    In Python, in English, by `translator(language).gettext("...")`, or by the short name `say`,
    which always means gettext: `say = translator(language).gettext`. Numbers go through
    `ngettext("%(count)s day", "%(count)s days", count)`; a word of several meanings through
    `pgettext("context", "...")`. Always a literal, filled afterwards:
    `say("Meet %(name)s") % {"name": name}`.

    In a template (`templates/**/*.html` or `.txt`), by `{{ _("...") }}`, `{{ gettext("...") }}`,
    `{{ ngettext(..., count) }}`, `{{ pgettext(...) }}` or
    `{% trans name=value %}...{% pluralize %}...{% endtrans %}`, where a placeholder is written
    `{{ name }}` and the lines are joined by a space. The environment needs the extension
    `jinja2.ext.i18n`, `env.policies["ext.i18n.trimmed"] = True` and new-style gettext
    (`env.install_gettext_translations(translator(language), newstyle=True)`), because the texts
    are read like that. New-style gettext always fills placeholders, so that a percent sign in
    `_("...")` is written `%%`.

    A comment that begins with `Translators:` in the line before is shown to the translators.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import write_po

from calendar_service.errors import CalendarError
from calendar_service.language.catalogues import (
    SOURCE,
    TRANSLATIONS,
    languages_in,
    read_catalogue,
)
from calendar_service.language.proofreading import Fault, faults

PACKAGE = Path(__file__).parents[1]

_KEYWORDS = MappingProxyType({**DEFAULT_KEYWORDS, "say": None})
_COMMENTS = ("Translators:",)
_PYTHON = "calendar_service.language.python_texts:extract_python"
_JINJA = "jinja2.ext:babel_extract"
_JINJA_OPTIONS = MappingProxyType(
    {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
)
_CHANGING_HEADERS = (
    '"Project-Id-Version:',
    '"Report-Msgid-Bugs-To:',
    '"POT-Creation-Date:',
    '"PO-Revision-Date:',
    '"Last-Translator:',
    '"Language-Team:',
    '"Generated-By:',
)


class UnknownLanguageError(CalendarError):
    """A code that is no language that CLDR knows."""

    def __init__(self, code: str) -> None:
        super().__init__(f"No language {code!r} in CLDR; write it like 'de', 'pt-BR' or 'sr-Latn'.")
        self.code = code


def template(package: Path = PACKAGE) -> Catalog:
    """All texts of a package's code and templates, in the order of files and lines.

    Raises jinja2's TemplateSyntaxError, with the file's name, for a template that is not one.
    """
    found = Catalog(fuzzy=False)
    for path in _sources(package):
        place = path.relative_to(package.parent).as_posix()
        for line, text, comments, context in _extract(path):
            found.add(text, locations=[(place, line)], auto_comments=comments, context=context)
    return found


def update(folder: Path, code: str, texts: Catalog) -> list[Fault]:
    """Writes a language's .po file anew from its own translations; tells what is left to do.

    Raises UnknownLanguageError.
    """
    path = folder / f"{code}.po"
    old = read_catalogue(path) if path.exists() else _begun(code)
    new = _renewed(code, texts, old)
    path.write_bytes(_rendered(new))
    return faults(new, texts)


def main(arguments: Sequence[str] | None = None, folder: Path = TRANSLATIONS) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m calendar_service.language.extract",
        description="Update the catalogues of the interface's texts; print what is left to do.",
    )
    parser.add_argument("--add", metavar="CODE", help="begin a catalogue for another language")
    added = parser.parse_args(arguments).add
    texts = template()
    codes = {*languages_in(folder), *([added] if added else [])} - {SOURCE}
    for code in sorted(codes):
        try:
            left = update(folder, code, texts)
        except UnknownLanguageError as error:
            parser.error(str(error))
        print(f"{code}: {len(texts)} texts, {len(left)} left to do")  # noqa: T201 - a command
        for fault in left:
            print(f"  {fault}")  # noqa: T201 - a command


def _sources(package: Path) -> Iterator[Path]:
    for path in sorted(package.rglob("*")):
        in_templates = "templates" in path.relative_to(package).parts[:-1]
        if path.suffix == ".py" or (in_templates and path.suffix in (".html", ".txt")):
            yield path


def _extract(
    path: Path,
) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    method = _PYTHON if path.suffix == ".py" else _JINJA
    try:
        yield from extract_from_file(
            method, path, _KEYWORDS, _COMMENTS, dict(_JINJA_OPTIONS), strip_comment_tags=True
        )
    except Exception as error:
        error.add_note(f"in {path}")
        raise


def _begun(code: str) -> Catalog:
    locale = _locale(code)
    name = locale.get_display_name(SOURCE)
    return Catalog(locale=locale, header_comment=f"# The texts of the interface in {name}.")


def _renewed(code: str, texts: Catalog, old: Catalog) -> Catalog:
    new = Catalog(
        locale=_locale(code), header_comment=old.header_comment, charset="utf-8", fuzzy=False
    )
    new.mime_headers = [("Plural-Forms", old.plural_forms)]
    for message in texts:
        if message.id:
            _carry_over(message, old.get(message.id, message.context), new)
    return new


def _carry_over(message: Message, old: Message | None, new: Catalog) -> None:
    """Adds a text to the new catalogue with its old translation, if it is still the same text."""
    same = old is not None and old.id == message.id
    new.add(
        message.id,
        old.string if old and same else None,
        locations=message.locations,
        flags={"fuzzy"} if old and same and old.fuzzy else (),
        auto_comments=message.auto_comments,
        user_comments=old.user_comments if old and same else (),
        context=message.context,
    )


def _rendered(catalogue: Catalog) -> bytes:
    """The .po file without line numbers, dates and names, which would change on every run."""
    written = BytesIO()
    write_po(written, catalogue, width=100, include_lineno=False)
    lines = written.getvalue().decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(_CHANGING_HEADERS)]
    return "".join(kept).rstrip("\n").encode("utf-8") + b"\n"


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise UnknownLanguageError(code) from error


if __name__ == "__main__":
    main()
