"""The last answers of a session: a repeated call gets the same one again."""

from __future__ import annotations

from connector.ocppj.frames import Call

_KEPT = 8


class Repeats:
    """Remembers the answers to the last calls, by id and text.

    A station that uses one id again for another message is answered anew.
    """

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: list[tuple[str, int, str]] = []

    def find(self, call: Call) -> str | None:
        """The answer that this very call got before."""
        for unique_id, digest, answer in self._answers:
            if unique_id == call.unique_id and digest == hash(call.raw):
                return answer
        return None

    def keep(self, call: Call, answer: str) -> None:
        """Remember an answer, and forget the oldest."""
        answers = self._answers
        if len(answers) >= _KEPT:
            del answers[0]
        answers.append((call.unique_id, hash(call.raw), answer))
