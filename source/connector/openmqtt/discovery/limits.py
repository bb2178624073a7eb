"""How far the numbers of the limits go."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from connector.openmqtt.discovery import templates

_MOST_W, _MOST_A = 22_080.0, 32.0
_WATTS_PER_AMPERE = 690.0
"""Three phases of 230 V: what a limit in W is at most in A per phase."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """From 0, which pauses, to the largest limit that means anything.

    The smallest limit that is no pause is no bound: Home Assistant could not pause
    then, and would refuse the state of a paused connector.

    Args:
        most_w: `limit_max` of the place, if it is known.
    """

    most_w: float | None

    def of(self, command: str) -> dict[str, Any]:
        """The bounds, the state cut to them, and the word for no limit."""
        most = self._most(command)
        return {
            "min": 0,
            "max": most,
            "payload_reset": "None",
            "value_template": templates.between(0, most),
        }

    def _most(self, command: str) -> float:
        if command == "power_limit":
            return self.most_w or _MOST_W
        most_a = (self.most_w or 0) / _WATTS_PER_AMPERE
        return float(max(_MOST_A, math.ceil(most_a)))
