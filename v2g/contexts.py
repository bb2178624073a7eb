"""What the stack keeps of a station and of a vehicle, each its own.

The defaults of these classes are one object for all, so that two EVSEs would have the
limits of one.
"""

from __future__ import annotations

from iso15118.secc.controller.ev_data import (
    EVACCLLimits,
    EVACCPDLimits,
    EVDataContext,
    EVDCCLLimits,
    EVDCCPDLimits,
    EVRatedLimits,
    EVSessionLimits,
)
from iso15118.secc.controller.evse_data import (
    EVSEACCLLimits,
    EVSEACCPDLimits,
    EVSEDataContext,
    EVSEDCCLLimits,
    EVSEDCCPDLimits,
    EVSERatedLimits,
    EVSESessionLimits,
)


def station_context() -> EVSEDataContext:
    """One EVSE's."""
    return EVSEDataContext(
        rated_limits=EVSERatedLimits(EVSEACCPDLimits(), EVSEDCCPDLimits()),
        session_limits=EVSESessionLimits(EVSEACCLLimits(), EVSEDCCLLimits()),
    )


def vehicle_context() -> EVDataContext:
    """One vehicle's, of which nothing is known."""
    return EVDataContext(
        rated_limits=EVRatedLimits(EVACCPDLimits(), EVDCCPDLimits()),
        session_limits=EVSessionLimits(EVACCLLimits(), EVDCCLLimits()),
    )


def rated_ac(ev: EVDataContext) -> EVACCPDLimits:
    """What a vehicle can take at all."""
    limits = ev.rated_limits.ac_limits if ev.rated_limits is not None else None
    return limits or EVACCPDLimits()


def rated_dc(ev: EVDataContext) -> EVDCCPDLimits:
    """What a vehicle can take at all."""
    limits = ev.rated_limits.dc_limits if ev.rated_limits is not None else None
    return limits or EVDCCPDLimits()


def session_dc(ev: EVDataContext) -> EVDCCLLimits:
    """What a vehicle takes now."""
    limits = ev.session_limits.dc_limits if ev.session_limits is not None else None
    return limits or EVDCCLLimits()
