"""Error codes as each version spells them (OCPP-J 1.6 section 4.2.3, 2.x part 4)."""

from __future__ import annotations

from dataclasses import dataclass, replace

_OF_EVERY_VERSION = frozenset(
    {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "PropertyConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)
_SPELLINGS = (
    ("FormationViolation", "FormatViolation"),
    ("OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
)
"""Of 1.6, and of 2.x."""


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
    generic: str = "GenericError"
    unknown_type: str = ""
    unreadable: str = ""
    has_send: bool = False
    """Whether there are SEND and CALLRESULTERROR (2.1)."""

    def spelled(self, code: str) -> str:
        """A code as this version spells it; one that it does not have is generic."""
        if code in _OF_EVERY_VERSION or code in (self.unknown_type, self.unreadable):
            return code or self.generic
        for own in (self.formation, self.occurrence):
            if any(own in pair and code in pair for pair in _SPELLINGS):
                return own
        return self.generic


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
    "2.1": replace(_V2, has_send=True),
}
