"""The answers of those requests that cannot be answered as they want."""

from __future__ import annotations

from typing import Any

from connector.station.hardware_mqtt.envelope import Envelope, Refused

Json = dict[str, Any]
_STATUS: dict[str, Json] = {
    "cp_pwm": {"status": "invalid"},
    "cs_contactor_status": {"status": "error"},
    "cable_check": {"cable_check_status": "finished", "isolation_level": "invalid"},
    "x_ev_certificate": {"status": "Failed", "exi_response": ""},
}
"""Beside those whose word is `rejected`."""


def refusal(request: Envelope, refused: Refused) -> Json:
    """The data: a status that the requester knows, and why."""
    found: Json = dict(_STATUS.get(request.name, {"status": "rejected"}))
    data = request.data if isinstance(request.data, dict) else {}
    evse_id = data.get("evse_id", data.get("evseId"))
    if isinstance(evse_id, str):
        found["evse_id"] = evse_id[:64]
    expected = f" (expected {refused.expected})" if refused.expected else ""
    found["info"] = f"{refused.error}{expected}"
    return found
