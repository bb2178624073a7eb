"""Names that no measurand may take (contract: datapoints, sections 2 and 3)."""

from __future__ import annotations

_SENSORS = """
battery_swap boot_reason certificate_days_left charging charging_profiles connected
connectors current_limit current_limit_asked customer_information default_tariff
der_alarm der_controls der_report display_messages enabled error_code ev_charging_needs
ev_charging_schedule external_limit firmware_status firmware_version id_token
last_data_transfer last_event last_seen last_transaction latency_ms limit_max limit_min
log_file log_status model monitors ocpp_version plugged power_limit power_limit_asked
power_limit_effective priority_charging published_firmware reconnects registration
reservation_id security_event security_profile serial_number session_cost
session_cost_details session_energy session_seconds session_start settlement status
status_iec stop_reason transaction_active transaction_id vendor vendor_error_code
"""
_COMMANDS = """
available call cancel_reservation charge charging_schedule clear_charging_profile
configuration current_limit data_transfer display_message enabled get_composite_schedule
get_log local_list password phases power_limit reserve reset security_profile
send_charging_profile start trigger_message unlock update_firmware
"""
RESERVED = frozenset(_SENSORS.split()) | frozenset(_COMMANDS.split())
"""Sensors that are no measurands, and commands."""
