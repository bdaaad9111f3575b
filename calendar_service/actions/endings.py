"""How mails of each kind end, in words for an operator."""

from __future__ import annotations

from calendar_service.store.rows import Kind, State

_ENDED = {
    State.SENT: "It has left; nothing more happens.",
    State.CANCELLED: "It is not sent: the event does not take place, or the reader does not want it"
    " any more.",
    State.SUPERSEDED: "It is not sent: the event moved, or a later mail says the same.",
    State.EXPIRED: "It is not sent: its event had begun before it could be.",
}
_ENDED_OTHERWISE = {
    Kind.CONFIRMATION: {
        State.CANCELLED: "It is not sent: what it would ask for is confirmed, an earlier one has"
        " asked for it, or the address is not written to.",
        State.EXPIRED: "It is not sent: it had waited for too long.",
    },
    Kind.NOTICE: {
        State.CANCELLED: "It is not sent: the reader does not want it any more.",
        State.SUPERSEDED: "It is not sent: there was nothing new to its reader, or a later notice"
        " tells it.",
        State.EXPIRED: "It is not sent: its event was over before it could be.",
    },
    Kind.ARRIVAL: {
        State.CANCELLED: "It is not sent: the reader does not want it any more.",
        State.SUPERSEDED: "It is not sent: its reader knew of the event, or it is off.",
        State.EXPIRED: "It is not sent: its event was over before it could be.",
    },
    Kind.PREFERENCES: {
        State.CANCELLED: "It is not sent: the reader follows nothing any more.",
        State.SUPERSEDED: "It is not sent: the choices were changed again, and a later mail tells.",
        State.EXPIRED: "It is not sent: it had waited for too long.",
    },
    Kind.DIGEST: {
        State.CANCELLED: "It is not sent: the reader does not want it any more.",
        State.SUPERSEDED: "It is not sent: there was nothing to tell.",
        State.EXPIRED: "It is not sent: the next one was near before it could be.",
    },
}

ENDS = frozenset(_ENDED)
"""The states after which nothing more happens, whatever an operator does."""


def end_in_words(kind: Kind, state: State) -> str:
    """What a state at the end of a mail's way means for one of a kind."""
    return _ENDED_OTHERWISE.get(kind, {}).get(state, _ENDED[state])
