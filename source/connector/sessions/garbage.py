"""How often a process with thousands of links looks for garbage."""

from __future__ import annotations

import gc


def leave_alone(young: int, middle: int, everything: int) -> None:
    """Do not look again at what is loaded by now; thresholds as in `gc.set_threshold`.

    Call it once, when all is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, middle, everything)
