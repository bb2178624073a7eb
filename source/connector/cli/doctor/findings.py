"""What a look at something found, and how bad that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from connector.cli.exits import Exit


class Verdict(IntEnum):
    """The worse, the higher; its name in small letters is what is shown."""

    OK = 0
    WARN = 1
    BAD = 2

    @property
    def word(self) -> str:
        """As it is shown."""
        return self.name.lower()


EXITS = {Verdict.OK: Exit.DONE, Verdict.WARN: Exit.NO, Verdict.BAD: Exit.TROUBLE}
"""How the command ends, by the worst that it found."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, and what to do about it."""

    area: str
    name: str
    found: str
    verdict: Verdict = Verdict.OK
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "area": self.area,
            "check": self.name,
            "verdict": self.verdict.word,
            "found": self.found,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True)
class Area:
    """Makes the findings of one part."""

    name: str

    def ok(self, name: str, found: str) -> Finding:
        """As it should be."""
        return Finding(self.name, name, found)

    def warn(self, name: str, found: str, advice: str) -> Finding:
        """It works, and may not for long, or not for all."""
        return Finding(self.name, name, found, Verdict.WARN, advice)

    def bad(self, name: str, found: str, advice: str) -> Finding:
        """It does not work."""
        return Finding(self.name, name, found, Verdict.BAD, advice)


def worst(findings: Iterable[Finding]) -> Verdict:
    """The worst of them; fine where there are none."""
    return max((each.verdict for each in findings), default=Verdict.OK)
