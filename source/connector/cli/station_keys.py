"""A line that is being typed, key by key: what a terminal sends becomes lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
_UP, _DOWN = ("\x1b[A", "\x1bOA"), ("\x1b[B", "\x1bOB")
_ENTER, _BACK, _CLEAR, _WORD, _END = "\r\n", "\x7f\b", "\x15", "\x17", "\x04"
_LONGEST, _MOST_KEPT = 4000, 200


class Keys:
    """The line so far, and those before it."""

    def __init__(self) -> None:
        self.text = ""
        self.is_over = False
        """Somebody has said with Ctrl-D that there will be no more."""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._history: list[str] = []
        self._place = 0

    def take(self, data: bytes) -> list[str]:
        """What was typed; gives the lines that are complete."""
        lines = []
        for key in _keys(self._decode(data)):
            if key in _ENTER:
                lines.append(self._enter())
            elif key == _END and not self.text:
                self.is_over = True
            else:
                self._edit(key)
        return lines

    def _enter(self) -> str:
        line, self.text = self.text, ""
        if line.strip() and self._history[-1:] != [line]:
            self._history = [*self._history, line][-_MOST_KEPT:]
        self._place = len(self._history)
        return line

    def _edit(self, key: str) -> None:
        if key in _UP:
            self._recall(-1)
        elif key in _DOWN:
            self._recall(1)
        elif key in _BACK:
            self.text = self.text[:-1]
        elif key == _CLEAR:
            self.text = ""
        elif key == _WORD:
            self.text = self.text.rstrip().rpartition(" ")[0]
        elif key.isprintable() and len(self.text) < _LONGEST:
            self.text += key

    def _recall(self, by: int) -> None:
        self._place = min(max(0, self._place + by), len(self._history))
        is_old = self._place < len(self._history)
        self.text = self._history[self._place] if is_old else ""


def _keys(text: str) -> Iterator[str]:
    """Single keys; sequences of escape are one."""
    place = 0
    while place < len(text):
        found = _ESCAPE.match(text, place)
        key = found[0] if found is not None else text[place]
        yield key
        place += len(key)
