"""Pictures for entities whose kind alone gives them none in Home Assistant, as data.

Names are those of Material Design Icons, which Home Assistant brings along.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

ICONS: Mapping[str, str] = MappingProxyType(
    {
        "available#set": "power",
        "battery_swap": "swap-horizontal",
        "boot_reason": "history",
        "bridge#adopt": "plus-circle-outline",
        "bridge#connected": "lan-connect",
        "bridge#messages_per_min": "message-processing-outline",
        "bridge#pending": "timer-sand",
        "bridge#stations": "ev-station",
        "charge#set": "lightning-bolt",
        "charging_profiles": "calendar-clock",
        "connectors": "ev-plug-type2",
        "current_limit#set": "speedometer",
        "default_tariff": "cash",
        "der_alarm": "transmission-tower",
        "der_controls": "transmission-tower",
        "der_report": "transmission-tower",
        "display_messages": "message-text-outline",
        "enabled#set": "play-pause",
        "error_code": "alert-circle-outline",
        "ev_charging_needs": "ev-plug-type2",
        "ev_charging_schedule": "calendar-clock",
        "external_limit": "transmission-tower",
        "firmware_status": "update",
        "id_token": "card-account-details-outline",
        "last_data_transfer": "swap-horizontal",
        "last_event": "alert-circle-outline",
        "last_transaction": "history",
        "link_events": "connection",
        "log_file": "file-document-outline",
        "log_status": "file-document-outline",
        "monitors": "bell-outline",
        "ocpp_version": "protocol",
        "outcome": "check-circle-outline",
        "phases#set": "sine-wave",
        "power_limit#release": "close-circle-outline",
        "power_limit#set": "speedometer",
        "priority_charging": "priority-high",
        "power_limit_effective": "speedometer",
        "published_firmware": "update",
        "reconnects": "connection",
        "registration": "clipboard-check-outline",
        "reservation_id": "calendar-clock",
        "security_event": "shield-alert-outline",
        "security_profile": "shield-lock-outline",
        "session_cost": "cash",
        "session_cost_details": "cash",
        "settlement": "cash",
        "status": "ev-station",
        "status_iec": "state-machine",
        "stop_reason": "stop-circle-outline",
        "transaction_events": "history",
        "transaction_id": "identifier",
        "trigger_message#meter": "comment-question-outline",
        "trigger_message#status": "comment-question-outline",
        "unlock#press": "lock-open-variant-outline",
        "vendor_error_code": "alert-circle-outline",
    }
)
"""By the value that is shown; a command's variant, or what of the bridge, stands behind
a ``#``."""


def icon(key: str) -> dict[str, Any]:
    """The member of a component; none where its kind has a picture."""
    return {"icon": f"mdi:{ICONS[key]}"} if key in ICONS else {}
