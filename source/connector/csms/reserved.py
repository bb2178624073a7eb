"""Names that no measurand may take (contract: datapoints, sections 2 and 3)."""

from __future__ import annotations

_SENSORS = """
boot_reason charging connected connectors current_limit current_limit_asked enabled
error_code firmware_status firmware_version id_token last_data_transfer last_seen
last_transaction latency_ms limit_max limit_min log_file log_status model ocpp_version
plugged power_limit power_limit_asked power_limit_effective reconnects registration
reservation_id security_event security_profile serial_number session_energy
session_seconds session_start status status_iec stop_reason transaction_active
transaction_id vendor vendor_error_code
"""
_COMMANDS = """
available call cancel_reservation charge charging_schedule clear_charging_profile
configuration current_limit data_transfer display_message enabled
get_composite_schedule get_log local_list phases power_limit reserve reset
send_charging_profile start trigger_message unlock update_firmware
"""
RESERVED = frozenset(_SENSORS.split()) | frozenset(_COMMANDS.split())
"""Sensors that are no measurands, and commands."""
