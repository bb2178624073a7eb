"""EVSEIDs, as the standards write them. Pure."""

from __future__ import annotations

_NONE = "00"
_DIN = str.maketrans({"*": "A"})


def folded(evse_id: str) -> str:
    """As it is compared: separators are optional (ISO 15118-2, annex H)."""
    return evse_id.replace("*", "").upper()


def din_id(evse_id: str) -> str:
    """Hexadecimal digits, two to a byte (DIN SPEC 91286); what has letters has none."""
    if not set(evse_id) <= set("0123456789*"):
        return _NONE
    digits = evse_id.translate(_DIN)
    return digits if len(digits) % 2 == 0 else f"0{digits}"
