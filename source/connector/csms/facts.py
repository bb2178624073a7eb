"""What a station's messages mean, as values: the seam between `csms` and `datapoints`.

A functional block turns a message into `Facts`; nothing above it reads OCPP frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

Scalar = str | int | float | bool | None


class Datum(NamedTuple):
    """One value of a station, by its place and name; parts are not escaped yet.

    ``where`` is ``"0"`` (the station), ``"1"``, .. or ``"1.2"``; ``location`` is empty
    for ``Outlet``; ``phase`` is ``""``, ``"L1"``, .. , ``"L3-L1"``, ``"N"``; ``suffix``
    is ``""``, ``"signed"`` or ``"result"``. (contracts: datapoints, section 1)
    """

    where: str
    name: str
    location: str = ""
    phase: str = ""
    suffix: str = ""


class Weight(IntEnum):
    """What may happen to facts when the queue to the flow is full."""

    SAMPLE = 0
    """A newer sample of the same datum may replace it."""
    STATE = 1
    """Only the newest value counts, but one must arrive."""
    TRANSACTION = 2
    """Never dropped."""


@dataclass(slots=True)
class Facts:
    """Values of one station that hold at one time (``time_ms``, epoch, UTC).

    Nobody changes them; frozen ones take three times as long to make.

    ``queued`` marks what is older than the connection: it feeds transactions and
    history but never overwrites a newer value. ``is_recalled`` marks what was told
    before our restart: it is known again, and the history has it. ``frame`` is the
    message they came from, for ``raw_message_to_db``; None for what we derived
    ourselves.
    """

    station: str
    time_ms: int
    values: dict[Datum, Scalar] = field(default_factory=dict)
    weight: Weight = Weight.STATE
    queued: bool = False
    frame: str | None = None
    version: str = "1.6"
    direction: str = "in"
    is_recalled: bool = False
