"""Messages that a station shows (2.x part 2, block O)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from connector.ocppj.frames import Json
from connector.station.client.v2.answers import answer, time_of
from connector.station.client.v2.kept import keep, kept

if TYPE_CHECKING:
    from connector.station.client.client import Client

MOST = 50
_KIND = "displays"
_FORMATS = "DisplayMessageCtrlr/SupportedFormats"
_PRIORITIES = "DisplayMessageCtrlr/SupportedPriorities"
_STATES = "DisplayMessageCtrlr/SupportedStates"
_IN_FRONT = "AlwaysFront"
_ORDER = {_IN_FRONT: 0, "InFront": 1, "NormalCycle": 2}


class Displays:
    """Messages by id, each as it is on the wire."""

    __slots__ = ("_client", "_messages")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._messages: dict[int, Json] = {}
        for each in kept(client, _KIND):
            self._messages[_checked(each)] = each

    def __len__(self) -> int:
        self._purge()
        return len(self._messages)

    # -- what is shown

    def shown(self, state: str = "Idle") -> list[Json]:
        """What is to be shown in a state now, what comes first in front."""
        now_ms = self._client.now_ms()
        found = [m for m in self._all() if _is_in(m, state) and _begins(m) <= now_ms]
        first = [m for m in found if m["priority"] == _IN_FRONT]
        return first or sorted(found, key=lambda m: _ORDER.get(m["priority"], 3))

    def find(
        self, ids: Iterable[int], priority: str | None, state: str | None
    ) -> list[Json]:
        """Those that are meant; what is not said means all (O03, O04)."""
        wanted = set(ids)
        return [
            each
            for each in self._all()
            if (not wanted or each["id"] in wanted)
            and priority in (None, each["priority"])
            and state in (None, each.get("state"))
        ]

    # -- set and cleared

    def set(self, message: Json) -> Json:
        """The answer to SetDisplayMessage."""
        refused = self._why_not(message)
        if refused is not None:
            return refused
        if message["priority"] == _IN_FRONT:
            # O01.FR.11: of what is always in front there is one.
            front = [m["id"] for m in self._all() if m["priority"] == _IN_FRONT]
            for each in front:
                del self._messages[each]
        self._messages[message["id"]] = message
        self._keep()
        return answer("Accepted")

    def _why_not(self, message: Json) -> Json | None:
        begins_ms, ends_ms = _begins(message), _ends(message)
        contents = [message["message"], *message.get("messageExtra", ())]
        if any(not self._has(_FORMATS, each["format"]) for each in contents):
            return answer("NotSupportedMessageFormat")
        if not self._has(_PRIORITIES, message["priority"]):
            return answer("NotSupportedPriority")
        if "state" in message and not self._has(_STATES, message["state"]):
            return answer("NotSupportedState")
        key = message.get("transactionId")
        if key is not None and self._client.core.running(key) is None:
            return answer("UnknownTransaction")
        if ends_ms is not None and ends_ms <= max(begins_ms, self._client.now_ms()):
            return answer("Rejected", "InvalidValue", "it ends before it begins")
        if message["id"] not in self._messages and len(self) >= MOST:
            return answer("Rejected", "OutOfStorage", f"at most {MOST} messages")
        return None

    def _has(self, name: str, word: str) -> bool:
        known = self._client.parts.variables.items(name)
        return not known or word in known

    def clear(self, id_: int) -> bool:
        """Show it no more; False where there is none."""
        self._purge()
        is_there = self._messages.pop(id_, None) is not None
        if is_there:
            self._keep()
        return is_there

    def transaction_ended(self, key: str) -> None:
        """What was for a transaction goes with it (O02)."""
        self._drop([m for m in self._messages.values() if _is_of(m, key)])

    # -- keeping

    def _all(self) -> list[Json]:
        self._purge()
        return list(self._messages.values())

    def _purge(self) -> None:
        now_ms = self._client.now_ms()
        self._drop(
            [m for m in self._messages.values() if (_ends(m) or now_ms + 1) <= now_ms]
        )

    def _drop(self, over: list[Json]) -> None:
        for each in over:
            del self._messages[each["id"]]
        if over:
            self._keep()

    def _keep(self) -> None:
        keep(self._client, _KIND, list(self._messages.values()))


def _checked(message: Json) -> int:
    """The id of a message that was kept.

    Raises:
        KeyError, TypeError, ValueError, RemoteProtocolError: it is none.
    """
    for name in ("priority", "message"):
        message[name]
    _begins(message), _ends(message)
    return int(message["id"])


def _is_in(message: Json, state: str) -> bool:
    return message.get("state") in (None, state)


def _is_of(message: Json, key: str) -> bool:
    return bool(message.get("transactionId") == key)


def _begins(message: Json) -> int:
    return time_of(message, "startDateTime") or 0


def _ends(message: Json) -> int | None:
    return time_of(message, "endDateTime")
