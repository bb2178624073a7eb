"""Error codes as each version spells them (OCPP-J 1.6 section 4.2.3, 2.0.1 part 4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one version; empty where it has none and a frame is only dropped."""

    formation: str
    occurrence: str
    type_constraint: str = "TypeConstraintViolation"
    property_constraint: str = "PropertyConstraintViolation"
    unknown_action: str = "NotImplemented"
    unsupported_action: str = "NotSupported"
    internal: str = "InternalError"
    security: str = "SecurityError"
    unknown_type: str = ""
    unreadable: str = ""


_V2 = Dialect(
    formation="FormatViolation",
    occurrence="OccurrenceConstraintViolation",
    unknown_type="MessageTypeNotSupported",
    unreadable="RpcFrameworkError",
)
DIALECTS = {
    # The two spellings are those of the 1.6 specification.
    "1.6": Dialect(
        formation="FormationViolation", occurrence="OccurenceConstraintViolation"
    ),
    "2.0.1": _V2,
    "2.1": _V2,
}
