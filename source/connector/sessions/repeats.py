"""The last answers of a session: a repeated call gets the same one again."""

from __future__ import annotations

import orjson

from connector.ocppj.frames import Call

_KEPT = 8


class Repeats:
    """Remembers the answers to the last calls by their text, which has the id in it.

    A station that uses one id again for another message is answered anew.
    """

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[int, str] = {}

    def find(self, call: Call) -> str | None:
        """The answer that this very call got before."""
        return self._answers.get(hash(call.raw))

    def answer(self, unique_id: str) -> str | None:
        """The answer to the last call that had this id, of those remembered."""
        beginning = f"[3,{orjson.dumps(unique_id).decode()},"
        answers = reversed(self._answers.values())
        return next((text for text in answers if text.startswith(beginning)), None)

    def keep(self, call: Call, answer: str) -> None:
        """Remember an answer, and forget the oldest."""
        answers = self._answers
        if len(answers) >= _KEPT:
            del answers[next(iter(answers))]
        answers[hash(call.raw)] = answer
