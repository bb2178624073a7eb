"""How far the faults go: a sample in every run, the whole with ``FAULTS=whole``.

``bench/faults`` runs the whole, and writes the figures that tests note to its report.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

Note = Callable[[str, object], None]
"""Takes what was found and how much of it, for the report."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a fault is injected."""

    seed: int = 20260131
    kills: int = 20
    outages_s: tuple[float, ...] = (0.1, 2.0)
    frozen_s: tuple[float, ...] = (2.0,)
    ping_interval_s: float = 1.0
    lossy_s: float = 3.0
    latency_s: float = 0.3
    storm: int = 150
    frames: int = 5000
    is_whole: bool = False


SAMPLE = Extent()
WHOLE = Extent(
    kills=200,
    outages_s=(0.1, 1.0, 10.0, 60.0, 300.0),
    frozen_s=(5.0, 60.0),
    ping_interval_s=20.0,
    lossy_s=60.0,
    latency_s=2.0,
    storm=2000,
    frames=100_000,
    is_whole=True,
)


def chosen() -> Extent:
    """What the environment asks for."""
    return WHOLE if os.environ.get("FAULTS") == "whole" else SAMPLE
