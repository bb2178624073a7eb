"""Simulated hardware: vehicles, contactors, cable locks and meters.

Pure but for the clock and the random source that it is given.
"""

from connector.station.simulated.curve import Curve, flat, tapered
from connector.station.simulated.hardware import (
    UNLOCK_OUTCOMES,
    NotPossible,
    SimulatedHardware,
)
from connector.station.simulated.vehicle import Vehicle, VehicleModel

__all__ = [
    "UNLOCK_OUTCOMES",
    "Curve",
    "NotPossible",
    "SimulatedHardware",
    "Vehicle",
    "VehicleModel",
    "flat",
    "tapered",
]
