"""What differs between two states of an event, and how an edit and a changed seed are joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Document = Mapping[str, object]

_MISSING = object()


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """A field that an editor and a seed both changed, each to something else."""

    key: str
    edited: str
    seeded: str


def changed_fields(before: Document, after: Document) -> tuple[str, ...]:
    """The names of the fields that two documents of one event do not share, sorted."""
    names = before.keys() | after.keys()
    return tuple(sorted(n for n in names if before.get(n, _MISSING) != after.get(n, _MISSING)))


def join_changes(
    *, loaded: Document, seed: Document, current: Document, prefer_seed: bool = False
) -> tuple[dict[str, object], tuple[Clash, ...]]:
    """The event after a changed seed: its changes since it was last loaded, put upon the edits.

    Start, end, month, zone and how it repeats are one field, for a series names its dates by their
    starts; each language of a text is one of its own. What both sides changed to the same is no
    clash. Where they clash the document has the edit, or what the seed says if that is preferred.
    """
    base, theirs, ours = _flat(loaded), _flat(seed), _flat(current)
    joined, clashes = dict(ours), []
    for key in changed_fields(base, theirs):
        edited = ours.get(key, _MISSING) != base.get(key, _MISSING)
        if edited and ours.get(key, _MISSING) != theirs.get(key, _MISSING):
            clashes.append(Clash(key, _shown(ours.get(key)), _shown(theirs.get(key))))
            if not prefer_seed:
                continue
        if key in theirs:
            joined[key] = theirs[key]
        else:
            joined.pop(key, None)
    return _nested(joined), tuple(clashes)


_WHEN = ("start", "end", "month", "zone", "recurrence")
_BY_LANGUAGE = ("title", "description", "reason")


def _flat(document: Document) -> dict[str, object]:
    """The document with one key for the time, and one for each language of a text."""
    flat: dict[str, object] = {}
    when = {name: document[name] for name in _WHEN if name in document}
    if when:
        flat["when"] = when
    for name, value in document.items():
        if name in _BY_LANGUAGE and isinstance(value, Mapping):
            flat.update({f"{name}.{code}": text for code, text in value.items()})
        elif name not in _WHEN:
            flat[name] = value
    return flat


def _nested(flat: Document) -> dict[str, object]:
    document: dict[str, object] = {}
    for key, value in flat.items():
        name, _, code = key.partition(".")
        if key == "when" and isinstance(value, Mapping):
            document.update(value)
        elif code:
            texts = document.setdefault(name, {})
            assert isinstance(texts, dict)  # noqa: S101 - made on the line above
            texts[code] = value
        else:
            document[name] = value
    return document


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return "nothing" if value is None else str(value)
