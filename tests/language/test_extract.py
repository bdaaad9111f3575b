"""The catalogues follow the texts of the code and the templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from jinja2 import TemplateSyntaxError

from calendar_service.language.catalogues import read_catalogue
from calendar_service.language.extract import (
    UnknownLanguageError,
    main,
    template,
    update,
)
from calendar_service.language.proofreading import faults
from calendar_service.language.python_texts import NotLiteralError

CODE = """
say = translator(language).gettext

def greet(name, count):
    # Translators: at the top of every page
    yield say("Hello")
    yield f"{say('In an f-string')} {name}"
    yield translator("fr").gettext("On two " "lines")
    yield texts.ngettext("%(n)s day", "%(n)s days", count)
    yield texts.pgettext("noun", "watch"), texts.pgettext("verb", "watch")
    yield say(name)
"""
PAGE = """
{{ _("Subscribe") }} {{ gettext("By %(name)s", name=name) }}
{% trans count=n %}
  {{ count }} event
  is coming
{% pluralize %}
  {{ count }} events
  are coming
{% endtrans %}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    templates = package / "web" / "templates"
    templates.mkdir(parents=True)
    (package / "code.py").write_text(CODE, encoding="utf-8")
    (templates / "page.html").write_text(PAGE, encoding="utf-8")
    (templates / "picture.svg").write_text("{{ _('Not a page') }}", encoding="utf-8")
    (package / "note.txt").write_text("{{ _('Not a template') }}", encoding="utf-8")
    return package


def texts(catalogue: Catalog) -> list[object]:
    return [message.id for message in catalogue if message.id]


def set_text(path: Path, before: str, after: str) -> None:
    old = path.read_text(encoding="utf-8")
    assert before in old
    path.write_text(old.replace(before, after), encoding="utf-8")


def test_texts_are_found_in_code_and_templates(package: Path) -> None:
    assert texts(template(package)) == [
        "Hello",
        "In an f-string",
        "On two lines",
        ("%(n)s day", "%(n)s days"),
        "watch",
        "watch",
        "Subscribe",
        "By %(name)s",
        ("%(count)s event is coming", "%(count)s events are coming"),
    ]


def test_a_comment_reaches_the_translators(package: Path, tmp_path: Path) -> None:
    update(tmp_path, "sq", template(package))
    assert "#. at the top of every page" in (tmp_path / "sq.po").read_text(encoding="utf-8")


def test_a_text_put_together_too_early_is_refused_with_its_file(package: Path) -> None:
    (package / "hasty.py").write_text("say(f'Hello {name}')", encoding="utf-8")
    with pytest.raises(NotLiteralError) as caught:
        template(package)
    assert any("hasty.py" in note for note in caught.value.__notes__)


def test_a_broken_template_is_named(package: Path) -> None:
    (package / "web/templates/broken.html").write_text("{% trans %}", encoding="utf-8")
    with pytest.raises(TemplateSyntaxError) as caught:
        template(package)
    assert any("broken.html" in note for note in caught.value.__notes__)


def test_a_new_language_begins_with_every_text_and_its_plural_forms(
    package: Path, tmp_path: Path
) -> None:
    found = template(package)
    left = update(tmp_path, "sr-Latn", found)
    assert {fault.wrong for fault in left} == {"untranslated"}
    assert len(left) == len(found)
    written = (tmp_path / "sr-Latn.po").read_text(encoding="utf-8")
    assert "nplurals=3" in written
    assert 'msgstr[2] ""' in written


def test_a_catalogue_has_no_date_and_no_path_of_a_machine(package: Path, tmp_path: Path) -> None:
    update(tmp_path, "fr", template(package))
    written = (tmp_path / "fr.po").read_text(encoding="utf-8")
    assert "Date" not in written
    assert "Generated-By" not in written
    assert str(tmp_path) not in written
    assert "#: package/web/templates/page.html\n" in written


def test_updating_twice_changes_nothing(package: Path, tmp_path: Path) -> None:
    found, path = template(package), tmp_path / "sq.po"
    update(tmp_path, "sq", found)
    set_text(path, 'msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Përshëndetje"')
    update(tmp_path, "sq", found)
    once = path.read_bytes()
    update(tmp_path, "sq", found)
    assert path.read_bytes() == once


def test_translations_stay_and_what_is_gone_is_dropped(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "sq.po"
    update(tmp_path, "sq", template(package))
    set_text(path, 'msgid "Hello"\nmsgstr ""', '# A note.\nmsgid "Hello"\nmsgstr "Tungjatjeta"')
    set_text(path, 'msgid "Subscribe"\nmsgstr ""', 'msgid "Subscribe"\nmsgstr "Abonohu"')
    set_text(package / "web/templates/page.html", "Subscribe", "Sign up")
    update(tmp_path, "sq", template(package))
    written = path.read_text(encoding="utf-8")
    assert "# A note.\n#. at the top of every page\n" in written
    assert 'msgstr "Tungjatjeta"' in written
    assert "Abonohu" not in written
    assert 'msgid "Sign up"\nmsgstr ""' in written


def test_the_terms_at_the_head_of_a_catalogue_stay(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "sq.po"
    update(tmp_path, "sq", template(package))
    assert path.read_text(encoding="utf-8").startswith("# The texts of the interface in Albanian.")
    set_text(path, "in Albanian.\n", "in Albanian.\n# reminder: rikujtesë\n")
    update(tmp_path, "sq", template(package))
    assert "in Albanian.\n# reminder: rikujtesë\nmsgid" in path.read_text(encoding="utf-8")


def test_a_plural_that_was_corrected_stays(package: Path, tmp_path: Path) -> None:
    texts_found = template(package)
    update(tmp_path, "mk", texts_found)
    file = tmp_path / "mk.po"
    begun = file.read_text(encoding="utf-8")
    file.write_text(begun.replace("(n != 1)", "(n%10 != 1)"), encoding="utf-8")
    update(tmp_path, "mk", texts_found)
    assert "plural=(n%10 != 1);" in file.read_text(encoding="utf-8")


def test_a_text_that_gains_a_plural_is_a_new_one(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "fr.po"
    update(tmp_path, "fr", template(package))
    set_text(path, 'msgid "Hello"\nmsgstr ""', 'msgid "Hello"\nmsgstr "Bonjour"')
    set_text(package / "code.py", 'say("Hello")', 'texts.ngettext("Hello", "Hello all", count)')
    update(tmp_path, "fr", template(package))
    assert "Bonjour" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("translation", "wrong"),
    [
        ("", "untranslated"),
        ("Par %(nom)s", "other placeholders"),
        ("Par %(name)", "other placeholders"),
        ("Par", "other placeholders"),
        ("Par <b>%(name)s</b>", "other HTML tags"),
        ("Par %(name)s ", "other space at the ends"),
        ("Par : %(name)s", "another space"),
        ("Par « %(name)s\u00a0»", "another space"),
        ("Par %(name)s\u00a0?", "another space"),
        ("Par\u202f: %(name)s", "another space"),
    ],
)
def test_a_translation_that_would_break_is_named(translation: str, wrong: str) -> None:
    source, french = Catalog(), Catalog("fr")
    source.add("By %(name)s")
    french.add("By %(name)s", translation)
    (fault,) = faults(french, source)
    assert fault.wrong.startswith(wrong)
    assert "By %(name)s" in str(fault)


def test_a_placeholder_that_a_trans_block_would_double_is_named(
    package: Path, tmp_path: Path
) -> None:
    set_text(package / "web/templates/page.html", "{{ count }} events", "%(count)s events")
    left = update(tmp_path, "sq", template(package))
    assert [fault.text for fault in left if "{{ name }}" in fault.wrong] == [
        "%(count)s event is coming"
    ]


def test_a_sound_catalogue_has_no_faults() -> None:
    source, french = Catalog(), Catalog("fr")
    source.add(("A day, <b>free</b>", "%(n)s days, <b>free</b>"))
    french.add(("A day, <b>free</b>", "%(n)s days, <b>free</b>"), ("<b>Un</b>", "<b>%(n)s</b>"))
    assert faults(french, source) == []


def test_only_french_puts_a_space_before_its_marks_and_there_it_does_not_break() -> None:
    source, french, albanian = Catalog(), Catalog("fr"), Catalog("sq")
    for catalogue in (source, french, albanian):
        catalogue.add(
            "By", "Par\u00a0: «\u00a0l’un\u00a0»\u202f!" if catalogue is french else "Nga : «a »"
        )
    assert faults(french, source) == faults(albanian, source) == []


def test_fuzzy_obsolete_and_half_translated_texts_are_named() -> None:
    source, french = Catalog(), Catalog("fr")
    source.add("Unsure")
    source.add(("%(n)s day", "%(n)s days"))
    french.add("Unsure", "Incertain", flags={"fuzzy"})
    french.add(("%(n)s day", "%(n)s days"), ("%(n)s jour", ""))
    french.add("Gone", "Parti")
    assert [(fault.text, fault.wrong) for fault in faults(french, source)] == [
        ("Unsure", "fuzzy"),
        ("%(n)s day", "untranslated"),
        ("Gone", "obsolete"),
    ]


def test_the_command_adds_a_language_and_says_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--add", "de"], folder=tmp_path)
    assert read_catalogue(tmp_path / "de.po").locale_identifier == "de"
    assert "de: " in capsys.readouterr().out


def test_the_command_refuses_a_code_that_is_no_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--add", "../fr"], folder=tmp_path)
    assert "'../fr'" in capsys.readouterr().err
    with pytest.raises(UnknownLanguageError):
        update(tmp_path, "xx-nonsense", Catalog())
    assert list(tmp_path.iterdir()) == []
