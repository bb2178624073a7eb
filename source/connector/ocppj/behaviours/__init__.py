"""The message model and its behaviours, for people who bring their own transport."""

from connector.ocppj.behaviours.behaviour import Behaviour, OcppError, method_name
from connector.ocppj.behaviours.central_system import CSMS, BasicCSMS
from connector.ocppj.behaviours.charging_station import (
    BasicChargingStation,
    ChargingStation,
)
from connector.ocppj.behaviours.handling import handle
from connector.ocppj.behaviours.messages import decode, encode, request
from connector.ocppj.enumerations import enumeration, is_listed
from connector.ocppj.frames import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    MalformedFrame,
    Send,
)
from connector.ocppj.periodic_event_stream import (
    NotifyPeriodicEventStream,
    StreamDataElementType,
)
from connector.ocppj.typed import to_typed, to_wire

__all__ = [
    "CSMS",
    "BasicCSMS",
    "BasicChargingStation",
    "Behaviour",
    "Call",
    "CallError",
    "CallResult",
    "CallResultError",
    "ChargingStation",
    "MalformedFrame",
    "NotifyPeriodicEventStream",
    "OcppError",
    "Send",
    "StreamDataElementType",
    "decode",
    "encode",
    "enumeration",
    "handle",
    "is_listed",
    "method_name",
    "request",
    "to_typed",
    "to_wire",
]
