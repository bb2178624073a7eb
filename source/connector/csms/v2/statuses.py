"""How an EVSE is, in the words of 1.6 (contract: datapoints, section 2). Pure.

2.x says Available, Occupied, Reserved, Unavailable or Faulted of each connector; what
Occupied means is told by the charging state of the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

OCCUPIED, AVAILABLE, FINISHING = "Occupied", "Available", "Finishing"
_OF_CHARGING_STATE = {
    "Charging": "Charging",
    "EVConnected": "Preparing",
    "SuspendedEV": "SuspendedEV",
    "SuspendedEVSE": "SuspendedEVSE",
    "Idle": "Preparing",
}
_BEFORE = "Preparing"
OUT_OF_USE = frozenset({"Faulted", "Reserved", "Unavailable"})
_FIRST_COUNTS = (OCCUPIED, "Faulted", "Reserved", "Unavailable", AVAILABLE)
"""Of several connectors at one EVSE: only one can be used at a time."""


def of_connectors(statuses: Iterable[str]) -> str | None:
    """The status of an EVSE, from those of its connectors."""
    found = set(statuses)
    if AVAILABLE in found and OCCUPIED not in found:
        return AVAILABLE  # somebody can charge here
    return next((s for s in _FIRST_COUNTS if s in found), None) or next(
        iter(sorted(found)), None
    )


def refined(
    status: str | None, charging_state: str | None, *, runs: bool, has_ended: bool
) -> str | None:
    """A status in the words of 1.6.

    ``runs``: a transaction does, whatever the connector said last; ``has_ended``: one
    did, and the vehicle has not left since.
    """
    if runs and status in (None, OCCUPIED, AVAILABLE):
        return _OF_CHARGING_STATE.get(charging_state or "", _BEFORE)
    if status == OCCUPIED:
        return FINISHING if has_ended else _BEFORE
    return status
