"""Which passwords of a station are right while a new one is on its way to it.

`Station.security` holds ``password`` (the newest) and ``older``: those before it that
are right, too, until the newest one was used, newest first. An empty text among these
says that none was asked for before: nobody is refused for it yet. All are hashes that
`security.passwords` made; ``replaces`` is that of the password in `STATIONS` which
``password`` took the place of.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NOT_ASKED_FOR = ""
MOST_OLDER = 4
"""So many may be sent in vain; each is one more to compare with."""
_PASSWORD, _OLDER, _REPLACES = "password", "older", "replaces"


def older_of(security: Json) -> tuple[str, ...]:
    """What is right beside the newest one."""
    older = security.get(_OLDER)
    if older is None:
        return ()
    return (older,) if isinstance(older, str) else tuple(older)


def right_ones(security: Json) -> tuple[str, ...]:
    """All hashes of which one has to fit, the newest first."""
    newest = security.get(_PASSWORD)
    found = (*((newest,) if newest else ()), *older_of(security))
    return tuple(each for each in found if each != NOT_ASKED_FOR)


def is_asked_for(security: Json) -> bool:
    """Whether a station has to have a password."""
    return bool(security.get(_PASSWORD)) and NOT_ASKED_FOR not in older_of(security)


def offered(security: Json, new: str, present: str, replaces: str | None) -> Json:
    """The state in which a new password may be sent.

    ``present``: what has counted until now, `NOT_ASKED_FOR` where nothing has;
    ``replaces``: the same where it stands in `STATIONS`.
    """
    older = (present, *(each for each in older_of(security) if each != present))
    state = security | {_PASSWORD: new, _OLDER: list(older)}
    return state if replaces is None else state | {_REPLACES: replaces}


def withdrawn(security: Json, new: str) -> Json:
    """The state after a station has refused a new password: it was never there."""
    newest, older = security.get(_PASSWORD), [*older_of(security)]
    if newest == new:
        newest = older.pop(0) if older else None
    else:
        older = [each for each in older if each != new]
    rest = {n: v for n, v in security.items() if n not in (_PASSWORD, _OLDER)}
    if newest and newest != rest.get(_REPLACES):
        return rest | {_PASSWORD: newest} | ({_OLDER: older} if older else {})
    rest.pop(_REPLACES, None)
    return rest


def forgotten(security: Json) -> Json:
    """The state without any password."""
    names = (_PASSWORD, _OLDER, _REPLACES)
    return {name: value for name, value in security.items() if name not in names}


def used(security: Json, right: str) -> Json | None:
    """The state after a station came with a password; None: it is as it was.

    ``right``: the hash that fitted. With the newest one those before it are over.
    """
    if right != security.get(_PASSWORD) or not older_of(security):
        return None
    return {name: value for name, value in security.items() if name != _OLDER}
