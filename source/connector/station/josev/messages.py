"""What Josev says, typed: a reader for each message that may come.

Unknown members are tolerated; what is missing or of another kind is `Refused`, which
says what was wrong and what was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.station.hardware_mqtt.envelope import REQUEST, RESPONSE, UPDATE
from connector.station.josev.fields import Fields

PROTOCOLS = ("ISO_15118_2", "ISO_15118_20_AC", "ISO_15118_20_DC", "DIN_SPEC_70121")
SLAC = ("unmatched", "matching", "matched", "failed", "basic_charging")
SERVICES = ("slac", "iso15118", "ocpp", "gridcode", "smart_charging")
SERVICE_STATES = ("ready", "starting", "stopping", "error", "busy")
VERDICTS = ("accepted", "rejected", "deauthorized")
TOKEN_TYPES: Mapping[str, str] = {
    "ISO14443": "ISO14443",
    "ISO15693": "ISO15693",
    "key_code": "KeyCode",
    "local": "Local",
    "no_authorization": "NoAuthorization",
    "mac_address": "MacAddress",
    "e_maid": "eMAID",
    "central": "Central",
}
"""Josev's words for types of tokens, and those of OCPP 2.x."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has nothing but an EVSE in it, or not even that."""

    evse_id: str | None = None


@dataclass(frozen=True, slots=True)
class PilotWanted:
    """`cp_pwm`."""

    evse_id: str
    is_hlc: bool
    current_a: float | None
    error: str
    """`E`, `F`, or nothing."""


@dataclass(frozen=True, slots=True)
class StateInfo:
    """`iso15118_state_info`: a V2G state whose response is sent."""

    evse_id: str
    state: str
    protocol: str | None
    payment: str | None
    """`eim` or `pnc`."""


@dataclass(frozen=True, slots=True)
class SlacStatus:
    """`slac_status`."""

    evse_id: str
    status: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`service_status`; services of other editions are other words."""

    service: str
    status: str


@dataclass(frozen=True, slots=True)
class HlcCharging:
    """`hlc_charging`: PowerDelivery start or stop."""

    evse_id: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Authorization:
    """`authorization`: a question, an answer, or news."""

    evse_id: str | None
    id_token: str
    token_type: str
    """In the words of OCPP 2.x."""
    status: str | None = None


@dataclass(frozen=True, slots=True)
class CableCheck:
    """`cable_check`."""

    evse_id: str
    is_start: bool


@dataclass(frozen=True, slots=True)
class Setpoint:
    """`power_electronics_setpoint`; below 0: the vehicle feeds back."""

    evse_id: str
    is_precharge: bool
    voltage: float | None
    """None: alternating current."""
    current_a: float | None
    power_w: float | None
    most_voltage: float | None


@dataclass(frozen=True, slots=True)
class TransactionStatus:
    """`transaction_status`."""

    evse_id: str
    status: str


@dataclass(frozen=True, slots=True)
class ChargeLimit:
    """`iso15118_charge_limit`, in the unit that is configured."""

    evse_id: str
    limit: float


@dataclass(frozen=True, slots=True)
class EvInfo:
    """`x_ev_info`: what a vehicle says of itself; None: it did not."""

    evse_id: str
    evcc_id: str | None = None
    departure_s: float | None = None
    """From now."""
    energy_wanted_wh: float | None = None
    state_of_charge: float | None = None
    """0 to 1."""
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChargingNeeds:
    """`x_charging_needs`: a ChargingNeedsType of OCPP 2.1, as it is on its wire."""

    evse_id: str
    needs: Mapping[str, Any]
    most_tuples: int | None = None


@dataclass(frozen=True, slots=True)
class EvCertificate:
    """`x_ev_certificate`: a CertificateInstallationReq or -UpdateReq, base64 EXI."""

    evse_id: str
    schema: str
    action: str
    exi: str


Message = (
    Asked
    | PilotWanted
    | StateInfo
    | SlacStatus
    | ServiceStatus
    | HlcCharging
    | Authorization
    | CableCheck
    | Setpoint
    | TransactionStatus
    | ChargeLimit
    | EvInfo
    | ChargingNeeds
    | EvCertificate
)


def _evse(f: Fields) -> str:
    return f.text("evse_id", longest=64)


def _asked(f: Fields) -> Asked:
    return Asked(f.maybe_text("evse_id", longest=64))


def _asked_of_one(f: Fields) -> Asked:
    return Asked(_evse(f))


def _pilot(f: Fields) -> PilotWanted:
    error = "E" if f.flag("error_state", default=False) else ""
    error = "F" if f.flag("fault_state", default=False) else error
    current_a = f.maybe_number("current", least=0)
    return PilotWanted(_evse(f), f.flag("hlc", default=False), current_a, error)


def _state(f: Fields) -> StateInfo:
    info = f.maybe_inner("info")
    protocol = payment = None
    if info is not None and info.get("protocol") is not None:
        protocol = info.word("protocol", PROTOCOLS)
    if info is not None and info.get("selected_payment_option") is not None:
        payment = info.word("selected_payment_option", _PAYMENTS)
    state = f.text("session_status", longest=64)
    return StateInfo(_evse(f), state, protocol, _PAYMENTS.get(payment or ""))


_PAYMENTS = {"EIM": "eim", "PnC": "pnc", "ExternalPayment": "eim", "Contract": "pnc"}


def _authorization(f: Fields) -> Authorization:
    kind = TOKEN_TYPES[f.word("token_type", TOKEN_TYPES)]
    token = f.maybe_text("id_token") or ""
    status = None if f.get("status") is None else f.word("status", VERDICTS)
    return Authorization(f.maybe_text("evse_id", longest=64), token, kind, status)


def _verdict(f: Fields) -> Authorization:
    return Authorization(None, "", "", f.word("status", VERDICTS))


def _cable_check(f: Fields) -> CableCheck:
    action = f.word("cable_check_action", ("start", "status"))
    return CableCheck(_evse(f), action == "start")


def _setpoint(f: Fields) -> Setpoint:
    dc, ac, limits = (f.maybe_inner(name) for name in ("dc", "ac", "ev_limits"))
    part = dc or ac or Fields({})
    charge, feed = "charge_power", "discharge_power"
    if dc is None:
        charge, feed = "charge_active_power", "discharge_active_power"
    return Setpoint(
        _evse(f),
        f.flag("is_precharge", default=False),
        None if dc is None else dc.number("voltage", least=0),
        _both_ways(part, "charge_current", "discharge_current"),
        _both_ways(part, charge, feed),
        limits.maybe_number("maximum_voltage", least=0) if limits else None,
    )


def _both_ways(f: Fields, charge: str, feed: str) -> float | None:
    """A wish to feed back counts only where there is none to charge."""
    taken, given = f.maybe_number(charge), f.maybe_number(feed)
    if given and not taken:
        return -abs(given)
    return taken


def _ev_info(f: Fields) -> EvInfo:
    percent = f.maybe_number("soc", least=0)
    limits = f.get("ev_limits")
    return EvInfo(
        _evse(f),
        f.maybe_text("evcc_id", longest=64),
        f.maybe_number("departure_time", least=0),
        f.maybe_number("energy_wanted", least=0),
        None if percent is None else min(percent, 100.0) / 100,
        limits if isinstance(limits, dict) else {},
    )


def _needs(f: Fields) -> ChargingNeeds:
    f.inner("charging_needs")
    most = f.maybe_number("max_schedule_tuples", least=1)
    needs = f.get("charging_needs")
    return ChargingNeeds(_evse(f), needs, None if most is None else int(most))


def _certificate(f: Fields) -> EvCertificate:
    action = f.word("action", ("Install", "Update"))
    schema = f.text("iso15118_schema_version", longest=50)
    return EvCertificate(_evse(f), schema, action, f.text("exi", longest=20_000))


Reader = Callable[[Fields], Message]
READERS: Mapping[tuple[str, str], Reader] = {
    ("cs_parameters", REQUEST): _asked,
    ("cs_status_and_limits", REQUEST): _asked,
    ("device_model", REQUEST): _asked,
    ("cp_pwm", REQUEST): _pilot,
    ("authorization", REQUEST): _authorization,
    ("authorization", RESPONSE): _verdict,
    ("authorization", UPDATE): _authorization,
    ("cs_contactor_status", REQUEST): _asked_of_one,
    ("stop_charging", REQUEST): _asked_of_one,
    ("meter_values", REQUEST): _asked,
    ("cable_check", REQUEST): _cable_check,
    ("power_electronics_setpoint", REQUEST): _setpoint,
    ("slac_status", UPDATE): lambda f: SlacStatus(_evse(f), f.word("status", SLAC)),
    ("service_status", UPDATE): lambda f: ServiceStatus(
        f.text("service", longest=64), f.word("status", SERVICE_STATES)
    ),
    ("iso15118_state_info", UPDATE): _state,
    ("hlc_charging", UPDATE): lambda f: HlcCharging(_evse(f), f.flag("status")),
    ("transaction_status", UPDATE): lambda f: TransactionStatus(
        _evse(f), f.text("status", longest=64)
    ),
    ("iso15118_charge_limit", UPDATE): lambda f: ChargeLimit(
        _evse(f), f.number("limit")
    ),
    ("reset", UPDATE): _asked,
    ("x_ev_info", UPDATE): _ev_info,
    ("x_charging_needs", UPDATE): _needs,
    ("x_ev_certificate", REQUEST): _certificate,
    ("x_session_options", REQUEST): _asked_of_one,
}
"""By name and type; all other messages are not for us, or wrong."""
