"""Bounds of one transaction beside its power: energy, time, cost, state of charge.

2.1 part 2, E16 (TransactionLimit), and what is still given to a token that turned out
to be invalid (1.6 MaxEnergyOnInvalidId, 2.x E05).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransactionLimit:
    """What a transaction may take; None: as much as it wants."""

    energy_wh: float | None = None
    time_s: float | None = None
    cost: float | None = None
    state_of_charge: float | None = None
    """0 to 1."""
