"""The last answers of a session: a repeated call gets the same one again."""

from __future__ import annotations

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

    def keep(self, call: Call, answer: str) -> None:
        """Remember an answer, and forget the oldest."""
        answers = self._answers
        if len(answers) >= _KEPT:
            del answers[next(iter(answers))]
        answers[hash(call.raw)] = answer
