"""Feeds as files: the bytes that the service serves, for a web server, a bucket or a CDN.

`/feeds/nato.ics` is the file `feeds/nato.ics`, and `/feeds/nato.ics?lang=en` the file
`feeds/nato.en.ics`; beside each are its compressed forms. What is written is read from the store
while nobody else writes, so it is never older than what is there.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.feeds import FeedEdition, FeedWish, keep_up_to_date, serve_feed
from calendar_service.actions.published_files import (
    Copy,
    PublishedFolder,
    is_published,
    open_folder,
    read_list,
)
from calendar_service.actions.rendering import origin_of_feeds
from calendar_service.actions.service import Service
from calendar_service.actions.whole_files import PublicationError, explained
from calendar_service.errors import CalendarError, UnknownFeedError
from calendar_service.store.queries.feeds import all_feeds, feed_states

ENDINGS = {"gzip": ".gz", "zstd": ".zst", IDENTITY: ""}
"""What the name of a file in a coding ends with, as web servers look for it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """How many files were written, were right already, and were removed."""

    written: int
    unchanged: int
    removed: int


def export_feeds(
    service: Service, folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> Exported:
    """Writes every feed as it is now; `progress` is told how many of how many are done.

    Raises PublicationError or UnavailableError, after all that could be written was.
    """
    bring_to_the_present(service)
    with open_folder(folder) as published:
        _write_all(service, published, _offered(service), progress)
        return Exported(**published.tally)


def publish_feeds(service: Service) -> None:
    """Publishes what is not, if the settings name a folder for it; to be called after a change.

    It never fails, since the change stands whatever becomes of its files: what is wrong is told,
    and the worker tries again.
    """
    try:
        catch_up(service)
    except CalendarError as error:
        _log.error("%s The worker publishes the change as soon as it can.", error)
    except Exception:
        _log.exception("A change is not yet published; the worker tries again.")


def catch_up(service: Service) -> None:
    """Writes the feeds whose files in the folder of the settings are not as they should be.

    Raises PublicationError or UnavailableError.
    """
    folder = service.settings.publish
    if folder is None or not unpublished(service):
        return
    with open_folder(folder) as published:
        _write_all(service, published, unpublished(service))


def unpublished(service: Service) -> list[str]:
    """The feeds whose files are not as they should be; those too that are offered no more.

    Raises PublicationError or UnavailableError.
    """
    folder = service.settings.publish
    if folder is None:
        return []
    with service.database.read() as session:
        states = feed_states(session)
    names = {state.feed.slug: _named(service, state.fingerprint) for state in states}
    with explained(folder):
        listed = read_list(folder)
        behind = [one for one, name in names.items() if not is_published(folder, listed, one, name)]
    return [*behind, *sorted(listed.keys() - names.keys())]


def bring_to_the_present(service: Service) -> None:
    """Lets time pass in the feeds that it has changed."""
    with service.database.read() as session:
        states = feed_states(session)
    now = service.clock.now()
    for state in states:
        if state.changes_at is not None and state.changes_at <= now:
            keep_up_to_date(service, state.feed.slug)


def _write_all(
    service: Service,
    published: PublishedFolder,
    slugs: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Writes feeds, and removes those that are offered no more; one that fails keeps no other."""
    problems: list[str] = []
    at_origin = _at_its_origin(service)
    for number, slug in enumerate(slugs, start=1):
        try:
            _write_feed(at_origin, published, slug)
        except CalendarError as error:
            problems.append(str(error))
        if progress:
            progress(number, len(slugs))
    published.keep_only(_offered(service))
    if problems:
        raise PublicationError("\n".join(dict.fromkeys(problems)))


def _offered(service: Service) -> list[str]:
    with service.database.read() as session:
        return [feed.slug for feed in all_feeds(session)]


def _at_its_origin(service: Service) -> Service:
    """The service under the address that its feeds are written with, whatever this process says."""
    with service.database.read() as session:
        origin = origin_of_feeds(session, service)
    return replace(service, settings=replace(service.settings, origin=origin))


def _write_feed(service: Service, published: PublishedFolder, slug: str) -> None:
    try:
        edition, content = serve_feed(service, slug)
    except UnknownFeedError:
        return
    state = _named(service, edition.fingerprint)
    published.write(slug, state, _copies(service, edition, content))


def _copies(service: Service, own: FeedEdition, content: bytes) -> Iterator[Copy]:
    """A feed's files: in its own language under two names, in each of the others under one.

    A language's bytes are made when they are asked for. Should the feed change meanwhile, then
    they are newer than the state that is noted, and whoever changed it writes them again.
    """
    slug = own.feed.slug
    yield from _coded(service, own, content, (f"{slug}.ics", f"{slug}.{own.language}.ics"))
    for language in own.feed.languages:
        if language != own.language:
            edition, content = serve_feed(service, slug, FeedWish(language))
            if not edition.fell_back:
                yield from _coded(service, edition, content, (f"{slug}.{language}.ics",))


def _coded(
    service: Service, edition: FeedEdition, content: bytes, names: Iterable[str]
) -> Iterator[Copy]:
    source = hashlib.sha256(content).hexdigest()
    modified = int(edition.last_modified.timestamp())
    for coding in _codings(service):
        coded = cache(partial(CODINGS[coding], content))
        for name in names:
            yield Copy(f"{name}{ENDINGS[coding]}", source, modified, coded)


def _codings(service: Service) -> list[str]:
    return list(CODINGS) if service.settings.compress else [IDENTITY]


def _named(service: Service, fingerprint: str) -> str:
    """The name of a feed's state and of the codings that it is written in."""
    return " ".join((fingerprint, *_codings(service)))
