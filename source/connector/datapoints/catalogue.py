"""Every name a value can have, as data: the one catalogue of the house.

Keys, examples, the open tree and the reference page in docs/ are made from these
tables; measurands come from `csms.measurands`, which also scales them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.csms.facts import Datum, Scalar
from connector.csms.measurands import MEASURANDS

STATION = "0"


class Kind(StrEnum):
    """What the JSON of a value is."""

    NUMBER = "number"
    FLAG = "boolean"
    TEXT = "text"
    TIME = "time"
    JSON = "json"


class Scope(StrEnum):
    """Where a name exists."""

    STATION = "0"
    CONNECTOR = "1.."
    ANY = "0, 1.."

    def holds(self, where: str) -> bool:
        """Whether ``where`` lies in it."""
        match self:
            case Scope.ANY:
                return True
            case Scope.STATION:
                return where == STATION
            case _:
                return where != STATION


@dataclass(frozen=True, slots=True)
class Sensor:
    """A value that a station, or this connector, tells."""

    name: str
    scope: Scope
    kind: Kind
    example: Scalar
    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A value that somebody writes, and that ends in one outcome."""

    name: str
    scope: Scope
    kind: Kind
    example: Scalar
    text: str
    unit: str = ""
    is_secret: bool = False
    """What somebody writes by mistake may be one: it is never shown."""


_S, _C, _A = Scope.STATION, Scope.CONNECTOR, Scope.ANY
_NUM, _FLAG, _TEXT, _TIME, _JSON = (
    Kind.NUMBER,
    Kind.FLAG,
    Kind.TEXT,
    Kind.TIME,
    Kind.JSON,
)
_WHEN = "2026-01-31T12:00:00Z"

# fmt: off
_SENSORS = (
    Sensor("connected", _S, _FLAG, True, "a link to the station is up"),
    Sensor("registration", _S, _TEXT, "Accepted", "Accepted, Pending or Rejected"),
    Sensor("ocpp_version", _S, _TEXT, "1.6", "the version of the link"),
    Sensor("security_profile", _S, _NUM, 0, "the OCPP security profile of the link"),
    Sensor("vendor", _S, _TEXT, "ACME", "from the BootNotification"),
    Sensor("model", _S, _TEXT, "Wallbox 11", "from the BootNotification"),
    Sensor("serial_number", _S, _TEXT, "A1B2C3", "from the BootNotification"),
    Sensor("firmware_version", _S, _TEXT, "1.2.3", "from the BootNotification"),
    Sensor("boot_reason", _S, _TEXT, "PowerUp", "why it booted (OCPP 2.x)"),
    Sensor("last_seen", _S, _TIME, _WHEN, "when anything was last heard of it"),
    Sensor("latency_ms", _S, _NUM, 12.5, "round trip of the last WebSocket ping", "ms"),
    Sensor("reconnects", _S, _NUM, 0, "links since this connector started, less one"),
    Sensor("status", _A, _TEXT, "Available", "Available, Preparing, Charging, SuspendedEV, SuspendedEVSE, Finishing, Reserved, Unavailable or Faulted"),
    Sensor("error_code", _A, _TEXT, "NoError", "the error code beside the status"),
    Sensor("firmware_status", _S, _TEXT, "Installed", "progress of a firmware update"),
    Sensor("log_status", _S, _TEXT, "Uploaded", "progress of a diagnostics or log upload"),
    Sensor("log_file", _S, _TEXT, "uploads/CP-7/20260131T120000Z-diag.zip", "the last file that the station has uploaded to `/files`, below DATA_DIR"),
    Sensor("connectors", _S, _NUM, 1, "how many connectors are known"),
    Sensor("security_event", _S, _JSON, '{"type": "InvalidMessages"}', "the last security event"),
    Sensor("certificate_days_left", _S, _NUM, 300, "days until the certificate expires that it has shown, else taken from us last", "d"),
    Sensor("last_event", _A, _JSON, '{"variable": {"name": "Problem"}, "actualValue": "true"}', "the last event that a component there told of (OCPP 2.x)"),
    Sensor("monitors", _S, _JSON, '[{"variable": {"name": "Power"}, "variableMonitoring": []}]', "the monitors that the station is known to have (OCPP 2.x)"),
    Sensor("customer_information", _S, _TEXT, "no transactions", "the answer to the last CustomerInformation (OCPP 2.x); null after ten minutes, for it is personal"),
    Sensor("published_firmware", _S, _JSON, '{"status": "Published"}', "progress of firmware that the station publishes (OCPP 2.x)"),
    Sensor("last_data_transfer", _S, _JSON, '{"vendorId": "ACME"}', "the last DataTransfer of the station"),
    Sensor("last_transaction", _S, _JSON, '{"id": "1", "energy": 7400}', "the transaction that ended last"),
    Sensor("status_iec", _C, _TEXT, "A", "the status as a letter of IEC 61851: A, B, C, E or F"),
    Sensor("vendor_error_code", _C, _TEXT, "E42", "the manufacturer's own error code"),
    Sensor("plugged", _C, _FLAG, True, "a vehicle is plugged in"),
    Sensor("charging", _C, _FLAG, True, "energy flows"),
    Sensor("transaction_id", _C, _TEXT, "1", "the id of the last transaction; kept after its end"),
    Sensor("transaction_active", _C, _FLAG, True, "a transaction runs"),
    Sensor("id_token", _C, _TEXT, "04A2B3C4", "who charges"),
    Sensor("session_energy", _C, _NUM, 7400.0, "energy of the running, else of the last transaction", "Wh"),
    Sensor("session_start", _C, _TIME, _WHEN, "when it started"),
    Sensor("session_seconds", _C, _NUM, 3600, "how long it runs, or ran", "s"),
    Sensor("stop_reason", _C, _TEXT, "EVDisconnected", "why the last transaction ended"),
    Sensor("reservation_id", _A, _NUM, 1, "the reservation in force"),
    Sensor("power_limit", _A, _NUM, 11000.0, "the limit in force by us, as the station accepted it", "W"),
    Sensor("current_limit", _A, _NUM, 16.0, "the same per phase", "A"),
    Sensor("power_limit_asked", _A, _NUM, 11000.0, "the limit that was written last", "W"),
    Sensor("current_limit_asked", _A, _NUM, 16.0, "the same per phase", "A"),
    Sensor("power_limit_effective", _A, _NUM, 11000.0, "the smallest of all limits that are known to hold", "W"),
    Sensor("limit_min", _A, _NUM, 1380.0, "the smallest limit that is not a pause", "W"),
    Sensor("limit_max", _A, _NUM, 22080.0, "the largest limit that means anything", "W"),
    Sensor("enabled", _C, _FLAG, True, "false while paused by us"),
    Sensor("session_cost", _C, _NUM, 3.7, "what the running, else the last transaction costs, taxes included where they are told (OCPP 2.x)"),
    Sensor("session_cost_details", _C, _JSON, '{"tariffId": "T1"}', "its `costDetails` and `tariffId`, as the station tells them (OCPP 2.1)"),
    Sensor("default_tariff", _A, _TEXT, "T1", "the id of the default tariff that the station has taken (OCPP 2.1)"),
    Sensor("display_messages", _S, _JSON, '[{"id": 9000, "content": "Hello"}]', "the messages on its display (OCPP 2.x)"),
    Sensor("der_alarm", _S, _JSON, '{"controlType": "VoltVar"}', "the last alarm of a DER control (OCPP 2.1)"),
    Sensor("der_controls", _S, _JSON, '[{"id": "1", "type": "VoltVar"}]', "the DER controls it has, and whether each has started (OCPP 2.1)"),
    Sensor("der_report", _S, _JSON, '[{"id": "1", "controlType": "VoltVar"}]', "the answer to the last GetDERControl (OCPP 2.1)"),
    Sensor("battery_swap", _S, _JSON, '{"eventType": "BatteryIn"}', "the last step of a battery swap (OCPP 2.1)"),
    Sensor("settlement", _S, _JSON, '{"status": "Settled"}', "the last payment that its terminal has settled (OCPP 2.1)"),
    Sensor("external_limit", _A, _JSON, '[{"chargingLimitSource": "EMS"}]', "limits that somebody else has set at the station (OCPP 2.x), null: none"),
    Sensor("charging_profiles", _S, _JSON, '[{"evseId": 1, "id": 1}]', "the answer to the last GetChargingProfiles (OCPP 2.x)"),
    Sensor("ev_charging_needs", _C, _JSON, '{"requestedEnergyTransfer": "DC"}', "what the vehicle has asked for (OCPP 2.x)"),
    Sensor("ev_charging_schedule", _C, _JSON, '{"timeBase": "2026-01-31T12:00:00Z"}', "how the vehicle plans to charge (OCPP 2.x)"),
    Sensor("priority_charging", _C, _FLAG, True, "the transaction is charged with priority (OCPP 2.1)"),
)

_COMMANDS = (
    Command("power_limit", _A, _NUM, 11000.0, "W; 0 pauses, null releases", "W"),
    Command("current_limit", _A, _NUM, 16.0, "A per phase; 0 pauses, null releases", "A"),
    Command("enabled", _C, _FLAG, True, "false pauses, true resumes with the limit that was asked"),
    Command("phases", _C, _NUM, 3, "1, 3 or null: how many phases may be used"),
    Command("charging_schedule", _A, _JSON, '{"start": null, "unit": "W", "periods": [[0, 11000], [3600, 4140]]}', "limits over time: start (ISO 8601, null = now), unit (W or A), periods of [offset in s, limit]"),
    Command("send_charging_profile", _A, _JSON, "11000", "a complete OCPP charging profile, or a number for the template in OCPP_PROFILE"),
    Command("clear_charging_profile", _A, _JSON, '{"id": 1}', "a filter as in ClearChargingProfile; null clears ours"),
    Command("get_composite_schedule", _A, _NUM, 3600, "seconds; the schedule is in the result", "s"),
    Command("charge", _C, _FLAG, True, "true starts with REMOTE_ID_TOKEN, false stops"),
    Command("start", _C, _TEXT, "04A2B3C4", "starts with this id token (text, or an object with type and id)"),
    Command("available", _A, _FLAG, True, "ChangeAvailability: Operative or Inoperative"),
    Command("unlock", _C, _FLAG, True, "true unlocks the connector"),
    Command("reset", _S, _TEXT, "soft", "soft or hard (2.x: on_idle or immediate)"),
    Command("trigger_message", _A, _TEXT, "MeterValues", "the message the station is to send; 0 to 5 as in the earlier connector"),
    Command("configuration", _S, _JSON, '{"HeartbeatInterval": "300"}', "an object sets, a list or null reads"),
    Command("reserve", _A, _JSON, '{"idTag": "04A2B3C4", "expiryDate": "2026-01-31T12:00:00Z"}', "ReserveNow: idTag, expiryDate (with a zone), and if you like parentIdTag and reservationId; in 2.x idToken, expiryDateTime, groupIdToken, connectorType and id, too; the result tells the id"),
    Command("cancel_reservation", _S, _JSON, '{"reservationId": 1}', "CancelReservation; just the number will do"),
    Command("local_list", _S, _JSON, '{"updateType": "Differential"}', "SendLocalList: the token registry, Full (null too) or only what changed since; from then on what changes follows by itself, until false; one with listVersion (2.x: versionNumber) goes out as given, and stays"),
    Command("update_firmware", _S, _JSON, '{"file": "fw.bin"}', "UpdateFirmware: a `file` below DATA_DIR/firmware, or a `location`; SignedUpdateFirmware where `firmware` or `requestId` is given (2.x has one for both)"),
    Command("get_log", _S, _JSON, '{"startTime": "2026-01-31T12:00:00Z"}', "GetDiagnostics, or GetLog where `log`, `logType` or `requestId` is given, and in 2.x; without a `location` (or null) to the connector's own place: see `log_file`"),
    Command("data_transfer", _S, _JSON, '{"vendorId": "ACME"}', "DataTransfer"),
    Command("display_message", _S, _JSON, '{"content": "Hello"}', "SetDisplayMessage (2.x): the payload, its member message, or just a text; one without an id takes the place of the last such one"),
    Command("password", _S, _FLAG, True, "true makes a new password and gives it to the station; it shows nowhere. The old one is right, too, until the station came with the new one", is_secret=True),
    Command("security_profile", _S, _NUM, 2, "1, 2 or 3: the station is to connect with this security profile from now on (never a lower one); 2.x: or an object with profile, and if you like url, interface and slot (of SetNetworkProfile)"),
    Command("call", _S, _JSON, '{"action": "ClearCache", "payload": {}}', "any action of the station's version, payload as given"),
)
# fmt: on

MEASURAND_SENSORS: dict[str, Sensor] = {
    name: Sensor(name, _A, _NUM, measurand.example, measurand.text, measurand.unit)
    for name, measurand in MEASURANDS.items()
}
SENSORS: dict[str, Sensor] = {s.name: s for s in _SENSORS} | MEASURAND_SENSORS
COMMANDS: dict[str, Command] = {c.name: c for c in _COMMANDS}

RESULT_EXAMPLE = '{"outcome": "accepted"}'
"""Short: every command of every station has it in the list of keys."""
SIGNED_EXAMPLE = '{"value": "OCMF|{}", "format": "SignedData"}'
_UNKNOWN_EXAMPLE = 0.0


def example(datum: Datum) -> Scalar:
    """A value of the kind this datum has; never null."""
    if datum.suffix == "result":
        return RESULT_EXAMPLE
    if datum.suffix == "signed":
        return SIGNED_EXAMPLE
    sensor = SENSORS.get(datum.name)
    return sensor.example if sensor else _UNKNOWN_EXAMPLE


def commands_at(where: str, *, speaks_2: bool = False) -> tuple[str, ...]:
    """The names of the commands that exist at a place.

    A connector of an EVSE (`1.2`) has few of its own; 2.x resets an EVSE, too.
    """
    if "." in where:
        return _OF_ONE_CONNECTOR
    scope = Scope.STATION if where == STATION else Scope.CONNECTOR
    return (_COMMANDS_AT_2 if speaks_2 else _COMMANDS_AT)[scope]


_OF_ONE_CONNECTOR = ("available", "unlock", "reserve")
_COMMANDS_AT = {
    scope: tuple(c.name for c in _COMMANDS if c.scope.holds(where))
    for scope, where in ((Scope.STATION, STATION), (Scope.CONNECTOR, "1"))
}
_COMMANDS_AT_2 = {
    Scope.STATION: _COMMANDS_AT[Scope.STATION],
    Scope.CONNECTOR: (*_COMMANDS_AT[Scope.CONNECTOR], "reset"),
}
