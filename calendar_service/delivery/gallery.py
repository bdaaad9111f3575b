"""Sample mails of all kinds as files and pictures, and a page of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from calendar_service.delivery.chromium import Chromium
from calendar_service.delivery.event_mails import EventMails
from calendar_service.delivery.preview import Preview
from calendar_service.domain.notices import Scope
from calendar_service.mail.composing import compose
from calendar_service.mail.messages import Mail, Masthead, NoticeMail, ReminderMail
from calendar_service.mail.samples import SENT, Samples, sample_personal

PAGE = "index.html"


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a mail is shown, and whether by night."""

    width: int
    dark: bool

    @property
    def name(self) -> str:
        """What it is called in the name of a file."""
        return f"{self.width}-{'dark' if self.dark else 'light'}"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A kind of mail in a language, as it would leave."""

    kind: str
    language: str
    mail: Preview

    @property
    def name(self) -> str:
        """What its files begin with."""
        return f"{self.kind}.{self.language}"


def exhibits(masthead: Masthead, kinds: Iterable[str], languages: Iterable[str]) -> list[Exhibit]:
    """The sample mails of these kinds; raises KeyError for a kind that there is none of."""
    samples = {language: Samples(language, masthead).all() for language in languages}
    return [
        Exhibit(kind, language, _written(mails[kind]))
        for kind in kinds
        for language, mails in samples.items()
    ]


def write_files(folder: Path, shown: Exhibit) -> list[Path]:
    """Writes the whole mail, its text and its HTML."""
    plain = f"{shown.mail.subject}\n\n{shown.mail.body('plain')}"
    contents = {"eml": shown.mail.content, "txt": plain.encode()}
    contents["html"] = shown.mail.body("html").encode()
    files = [folder / f"{shown.name}.{suffix}" for suffix in contents]
    for file, content in zip(files, contents.values(), strict=True):
        file.write_bytes(content)
    return files


def write_picture(folder: Path, shown: Exhibit, look: Look, chromium: Chromium) -> Path:
    """Draws what a reader sees; raises ChromiumError."""
    file = folder / f"{shown.name}-{look.name}.png"
    file.write_bytes(chromium.draw(shown.mail.body("html"), width=look.width, dark=look.dark))
    return file


def write_page(folder: Path, shown: list[Exhibit], looks: list[Look]) -> Path:
    """Writes a page of all of them, whose pictures lie beside it."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = list(dict.fromkeys(one.kind for one in shown))
    page = templates.get_template("gallery.html").render(kinds=kinds, shown=shown, looks=looks)
    file = folder / PAGE
    file.write_text(page, encoding="utf-8")
    return file


def _written(mail: Mail) -> Preview:
    mail = _whole(mail)
    return Preview(SENT, compose(mail, sample_personal(mail)))


def _whole(mail: Mail) -> Mail:
    """With the file and the markup that such a mail has when it is sent."""
    mails = EventMails(mail.masthead)
    if isinstance(mail, ReminderMail):
        language = mail.readership.language
        markup = mails.markup(mail.revision, language, mail.change)
        return replace(mail, attachment=mails.file(mail.revision, language), markup=markup)
    if isinstance(mail, NoticeMail):
        language, change = mail.readership.language, mail.notice.changes[0]
        dated = replace(mail.revision, event=change.after)
        several = mail.notice.scope is Scope.DATES
        return replace(
            mail,
            attachment=mail.attachment and mails.file(mail.revision, language),
            markup="" if several else mails.markup(dated, language, change),
        )
    return mail
