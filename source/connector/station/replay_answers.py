"""What a replayed station answers: as it did in the recording, where that is known.

The same call gets the recorded answer, a similar one that of the nearest; else the
station answers as it usually does, or says that it cannot.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connector.station.replay_script import ERROR, RESULT, Asked, Reply
from connector.station.replayed_frames import is_pseudonym, is_time, leaves

Json = dict[str, Any]

# Members that have to be equal before a call is a similar one.
_DECISIVE: dict[str, tuple[str, ...]] = {
    "ChangeAvailability": ("type",),
    "ChangeConfiguration": ("key",),
    "DataTransfer": ("vendorId", "messageId"),
    "ExtendedTriggerMessage": ("requestedMessage",),
    "Reset": ("type",),
    "SetChargingProfile": ("csChargingProfiles.chargingProfilePurpose",),
    "TriggerMessage": ("requestedMessage",),
}
# What stations say that do not know what they are asked for (OCPP 1.6, section 7).
_UNKNOWN: dict[str, Json] = {
    "ChangeConfiguration": {"status": "NotSupported"},
    "ExtendedTriggerMessage": {"status": "NotImplemented"},
    "TriggerMessage": {"status": "NotImplemented"},
    "UnlockConnector": {"status": "NotSupported"},
}
_AGREED = ("Accepted", "RebootRequired")


class Likeness(StrEnum):
    """How near a call is to the recording."""

    SAME = "as recorded"
    SIMILAR = "as a similar call"
    USUAL = "as usual for this action"
    UNKNOWN = "not in the recording"


@dataclass(frozen=True, slots=True)
class Chosen:
    """An answer (None: the station says nothing), and the call that got it then."""

    reply: Reply | None
    likeness: Likeness
    asked: Asked | None = None


class Answers:
    """The answers of one recording."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self._asked: dict[str, list[Asked]] = {}
        for call in asked:
            self._asked.setdefault(call.action, []).append(call)
        self._used: set[int] = set()
        self._configuration = _Configuration(self._asked)

    def was_used(self, asked: Asked) -> bool:
        """Whether a recorded call was needed for an answer."""
        return asked.position in self._used

    def take(self, action: str, payload: Json) -> Chosen:
        """The answer to a call; ids and times in it are those of the recording."""
        known = self._asked.get(action, [])
        best = self._nearest(action, payload, known)
        if best is not None and _is_same(_facts(payload), _facts(best.payload)):
            return self._use(best, Likeness.SAME)
        made = self._configuration.answer(action, payload)
        if made is not None:
            if best is not None:
                self._used.add(best.position)
            return Chosen(made, Likeness.SIMILAR)
        if best is not None:
            return self._use(best, Likeness.SIMILAR)
        return self._refuse(action, known)

    def _use(self, asked: Asked, likeness: Likeness) -> Chosen:
        self._used.add(asked.position)
        self._configuration.note(asked)
        return Chosen(asked.reply, likeness, asked)

    def _nearest(self, action: str, payload: Json, known: list[Asked]) -> Asked | None:
        """The call that has most in common; of equal ones the first that is unused."""
        facts, decisive = _facts(payload), _DECISIVE.get(action, ())
        candidates = [
            (_in_common(facts, their), asked)
            for asked in known
            for their in [_facts(asked.payload)]
            if all(facts.get(name) == their.get(name) for name in decisive)
        ]
        if not candidates:
            return None
        most = max(score for score, _ in candidates)
        best = [asked for score, asked in candidates if score == most]
        unused = [asked for asked in best if not self.was_used(asked)]
        return unused[0] if unused else best[-1]

    def _refuse(self, action: str, known: list[Asked]) -> Chosen:
        if action in _UNKNOWN:
            return Chosen(_result(_UNKNOWN[action]), Likeness.UNKNOWN)
        replies = [asked.reply for asked in known if asked.reply is not None]
        if replies:
            texts = [json.dumps(_content(reply)) for reply in replies]
            usual = Counter(texts).most_common(1)[0][0]
            return Chosen(replies[texts.index(usual)], Likeness.USUAL)
        details = "the recording has no such call"
        error = [ERROR, "", "NotSupported", details, {}]
        return Chosen(Reply(error, None, 0.0, ""), Likeness.UNKNOWN)


class _Configuration:
    """The keys of the station, as far as they were read; answers other questions."""

    def __init__(self, asked: dict[str, list[Asked]]) -> None:
        self._keys: dict[str, Json] = {}
        self._refused: list[tuple[int, Asked]] = []
        self._longest_read = 0
        for call in asked.get("GetConfiguration", ()):
            self._learn(call)

    def _learn(self, call: Asked) -> None:
        asked_for = call.payload.get("key", [])
        answer = _payload(call.reply)
        if answer is None or "configurationKey" not in answer:
            self._refused.append((len(asked_for), call))
            return
        self._longest_read = max(self._longest_read, len(asked_for))
        for entry in answer["configurationKey"]:
            self._keys.setdefault(entry["key"], dict(entry))

    def answer(self, action: str, payload: Json) -> Reply | None:
        """An answer made of what is known; None where that is not enough."""
        if action == "GetConfiguration":
            return self._read(payload.get("key"))
        if action == "ChangeConfiguration":
            return self._changed(payload)
        return None

    def _read(self, names: list[str] | None) -> Reply | None:
        wanted = list(self._keys) if not names else names
        for size, call in self._refused:
            if len(wanted) >= size > self._longest_read:
                return call.reply
        if not self._keys:
            return None
        answer: Json = {
            "configurationKey": [self._keys[n] for n in wanted if n in self._keys]
        }
        unknown = [name for name in wanted if name not in self._keys]
        return _result(answer | ({"unknownKey": unknown} if unknown else {}))

    def _changed(self, payload: Json) -> Reply | None:
        """Only what can never be changed is known here."""
        entry = self._keys.get(payload["key"])
        if entry is not None and entry.get("readonly") is True:
            return _result({"status": "Rejected"})
        return None

    def note(self, asked: Asked) -> None:
        """A call was answered as recorded: a change that was taken is kept."""
        answer = _payload(asked.reply) or {}
        if asked.action != "ChangeConfiguration" or answer.get("status") not in _AGREED:
            return
        entry = self._keys.get(asked.payload["key"])
        if entry is not None:
            entry["value"] = asked.payload["value"]


def _payload(reply: Reply | None) -> Json | None:
    """The payload of an answer that is no error."""
    if reply is None or reply.parts is None or len(reply.parts) < 3:
        return None
    found = reply.parts[2]
    return found if reply.parts[0] == RESULT and isinstance(found, dict) else None


def _content(reply: Reply) -> Any:
    return reply.text if reply.parts is None else [reply.parts[0], *reply.parts[2:]]


def _result(payload: Json) -> Reply:
    return Reply([RESULT, "", payload], None, 0.0, "")


def _facts(payload: Json) -> dict[str, Any]:
    """What a call says, times aside."""
    found = leaves(payload).items()
    return {path: value for path, value in found if not is_time(value)}


def _is_same(now: dict[str, Any], then: dict[str, Any]) -> bool:
    return now.keys() == then.keys() and _in_common(now, then) == len(now)


def _in_common(now: dict[str, Any], then: dict[str, Any]) -> int:
    """How many values are those of the recording; of a token it has another name."""
    return sum(
        path in then and (then[path] == value or is_pseudonym(then[path]))
        for path, value in now.items()
    )
