"""What is broken when an error code of OCPP is told, and what that does to power.

The codes are those of 1.6 (ChargePointErrorCode); 2.x tells them as events.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to the hardware beside being told."""

    opens: bool = True
    """The protection opens the contactor, whatever the core says."""
    voltage_factor: float = 1.0
    temperature_c: float = 0.0
    """What the housing is warmer."""
    holds_lock: bool = False


EFFECTS: dict[str, Effect] = {
    "ConnectorLockFailure": Effect(holds_lock=True),
    "EVCommunicationError": Effect(),
    "GroundFailure": Effect(),
    "HighTemperature": Effect(temperature_c=60.0),
    "InternalError": Effect(),
    "LocalListConflict": Effect(opens=False),
    "OtherError": Effect(),
    "OverCurrentFailure": Effect(),
    "OverVoltage": Effect(voltage_factor=1.16),
    "PowerMeterFailure": Effect(),
    "PowerSwitchFailure": Effect(),
    "ReaderFailure": Effect(opens=False),
    "ResetFailure": Effect(opens=False),
    "UnderVoltage": Effect(voltage_factor=0.8),
    "WeakSignal": Effect(opens=False),
}
