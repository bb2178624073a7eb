"""The last answers of a session: a repeated call gets the same one again."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import NamedTuple

import orjson

from connector.ocppj.frames import Call

_KEPT = 8
_HOLDS_S = {"Authorize": 1.0, "BootNotification": 1.0, "Heartbeat": 1.0}
"""Answers that tell what holds now; the others are true as long as they are kept."""


class _Answered(NamedTuple):
    call: int
    answer: str
    at_s: float


class Repeats:
    """Remembers the answers to the last calls, by their ids.

    Some stations use one id again for another message, or for all of them: a call is
    the same one if it is the last that had its id, letter by letter.
    """

    __slots__ = ("_answers", "_now_s")

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._answers: dict[str, _Answered] = {}
        self._now_s = now_s

    def find(self, call: Call) -> str | None:
        """The answer that this very call got before."""
        known = self._answers.get(call.unique_id)
        if known is None or known.call != hash(call.raw):
            return None
        age_s = self._now_s() - known.at_s
        return known.answer if age_s <= _HOLDS_S.get(call.action, inf) else None

    def answer(self, unique_id: str) -> str | None:
        """The result that the last call with this id got, if that is remembered."""
        known = self._answers.get(unique_id)
        beginning = f"[3,{orjson.dumps(unique_id).decode()},"
        if known is None or not known.answer.startswith(beginning):
            return None
        return known.answer

    def keep(self, call: Call, answer: str) -> None:
        """Remember an answer, and forget the oldest."""
        answers = self._answers
        answers.pop(call.unique_id, None)
        if len(answers) >= _KEPT:
            del answers[next(iter(answers))]
        answers[call.unique_id] = _Answered(hash(call.raw), answer, self._now_s())
