"""A station as the API shows it: what is known of it, and how it is now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connector.csms import times
from connector.csms.credentials import is_asked_for
from connector.csms.provisioning import REGISTRATION
from connector.csms.seen import seen_ms
from connector.csms.station import STATION, Connector, Station
from connector.web.api.context import ApiContext

Json = dict[str, Any]
RegistrationWord = Literal["Accepted", "Pending", "Rejected"]
_WHEN = "2026-01-31T12:00:00.000Z"
UNCONFIRMED = (
    "When the station restarted, where what it says since then does not go with this "
    "transaction, which it never ended; null: nothing speaks against it"
)


class Boot(BaseModel):
    """What a station said of itself when it booted last."""

    vendor: str | None = Field(None, examples=["ABB"])
    model: str | None = Field(None, examples=["Terra AC"])
    serial_number: str | None = None
    firmware_version: str | None = Field(None, examples=["1.8.32"])
    reason: str | None = Field(None, description="Why it booted; OCPP 2.x tells")
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None


_BOOT = {
    "vendor": ("chargePointVendor",),
    "model": ("chargePointModel",),
    "serial_number": ("chargePointSerialNumber", "chargeBoxSerialNumber"),
    "firmware_version": ("firmwareVersion",),
    "reason": ("reason",),
    "iccid": ("iccid",),
    "imsi": ("imsi",),
    "meter_type": ("meterType",),
    "meter_serial_number": ("meterSerialNumber",),
}
"""By the names of the API: members of BootNotification, the first that is there."""


class RunningTransaction(BaseModel):
    """The transaction that runs at a connector."""

    key: str = Field(description="Ours: /api/v1/transactions/{key}")
    id: str = Field(description="OCPP's, as text")
    token: str
    token_type: str | None
    start: str = Field(examples=[_WHEN])
    meter_start: float | None = Field(description="Wh")
    energy: float | None = Field(description="Wh so far")
    unconfirmed_since: str | None = Field(description=UNCONFIRMED, examples=[_WHEN])


class Limits(BaseModel):
    """The limit sensors of a place (W and A); null: none, or not known."""

    power_limit: float | None = Field(None, description="In force by us, W")
    current_limit: float | None = Field(None, description="In force by us, A")
    power_limit_asked: float | None = None
    current_limit_asked: float | None = None
    power_limit_effective: float | None = Field(
        None, description="The smallest of all that are known to hold, W"
    )
    limit_min: float | None = Field(None, description="Below it a limit pauses, W")
    limit_max: float | None = Field(None, description="What the connection bears, W")
    enabled: bool | None = None
    refused: bool = Field(
        False,
        description="The station did not take what was asked: what held before goes on",
    )


class ConnectorView(BaseModel):
    """A connector (OCPP 1.6) or an EVSE (2.x); `1.2` is connector 2 of EVSE 1."""

    where: str = Field(examples=["1"])
    status: str | None = Field(examples=["Charging"])
    error_code: str | None = Field(examples=["NoError"])
    transaction: RunningTransaction | None
    limit: Limits | None = Field(description="null: nobody has asked for any")


class StationView(BaseModel):
    """A station."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    station: str = Field(description="Its identity", examples=["CP-7"])
    name: str | None = Field(examples=["North wall"])
    note: str | None
    registration: RegistrationWord
    named: bool = Field(description="In STATIONS: it can only be changed there")
    connected: bool
    protocol: str | None = Field(
        description="Of its link; null: it is not connected", examples=["ocpp1.6"]
    )
    ocpp_version: str | None = Field(
        description="That it speaks, or spoke last; null: it was never here",
        examples=["1.6"],
    )
    address: str | None = Field(description="Where its link comes from, or came last")
    since: str = Field(description="When it became known", examples=[_WHEN])
    connected_since: str | None = Field(examples=[_WHEN])
    last_seen: str | None = Field(
        description="When anything came from it; null: never, as far as is known",
        examples=[_WHEN],
    )
    latency_ms: float | None
    reconnects: int = Field(description="Since the connector started")
    has_password: bool = Field(description="One is asked for; it is never shown")
    unprotected: bool = Field(
        description="Nobody asks it who it is: whoever knows its name can be it"
    )
    security_profile: int | None = Field(
        description="Of its link; null: it is not connected"
    )
    least_security_profile: int | None = Field(
        description="The least that it may use; null: MIN_SECURITY_PROFILE counts"
    )
    boot: Boot
    direct_current: bool | None = Field(
        description="Whether it charges with direct current; null: it has not told, "
        "and OCPP 1.6 has no word for it"
    )
    status: str | None = Field(description="Of the station as a whole")
    error_code: str | None
    limit: Limits | None
    connectors: list[ConnectorView]
    registered: Json = Field(
        description="Members of an entry of STATIONS that were registered here"
    )
    options: Json = Field(
        description="What holds: those members (or STATIONS) over its brand's preset"
    )


def view(context: ApiContext, station: Station) -> StationView:
    """The station as it is now."""
    limits = _all_limits(context, station)
    whole = station.connectors.get(STATION)
    return StationView(
        station=station.identity,
        name=station.options.name,
        note=station.options.note,
        registration=REGISTRATION[station.registration],  # type: ignore[arg-type]
        named=context.central_system.registry.is_named(station.identity),
        has_password=_has_password(station),
        least_security_profile=_least_profile(station),
        unprotected=_is_unprotected(context, station),
        boot=_boot(station),
        direct_current=station.learned.get("is_dc"),
        status=whole.status if whole else None,
        error_code=whole.error_code if whole else None,
        limit=limits.get(STATION),
        connectors=[
            _connector(station, where, limits.get(where)) for where in _places(station)
        ],
        registered=station.registered,
        options=_without_nothing(asdict(station.options) | {"password": None}),
        **_link(context, station),
    )


def _has_password(station: Station) -> bool:
    return bool(station.given.password) or is_asked_for(station.security)


def _least_profile(station: Station) -> int | None:
    """What is given, or what it has reached and may not leave any more."""
    known = (station.given.security_profile, station.security.get("profile"))
    return max((each for each in known if each is not None), default=None)


def _is_unprotected(context: ApiContext, station: Station) -> bool:
    """By what is asked of it, and by its link, as long as it has one."""
    least = max(context.central_system.least_profile, _least_profile(station) or 0)
    profile = station.session.link.security_profile if station.session else 0
    return not (least or profile or _has_password(station))


def _link(context: ApiContext, station: Station) -> Json:
    """How it is connected, or was."""
    session = station.session
    was_here = station.reconnects >= 0
    return {
        "connected": station.is_connected,
        "protocol": f"ocpp{session.version}" if session else None,
        "ocpp_version": station.spoken if was_here or station.boot else None,
        "address": station.address or None,
        "since": times.iso(station.since_ms),
        "connected_since": times.iso(station.connected_ms) if session else None,
        "last_seen": _last_seen(context, station),
        "security_profile": session.link.security_profile if session else None,
        "latency_ms": session.link.latency_ms if session else None,
        "reconnects": max(0, station.reconnects),
    }


def _last_seen(context: ApiContext, station: Station) -> str | None:
    last_ms = seen_ms(station, context.clock.now_ms())
    return times.iso(last_ms) if last_ms else None


def _boot(station: Station) -> Boot:
    found = {
        name: next((station.boot[m] for m in members if m in station.boot), None)
        for name, members in _BOOT.items()
    }
    return Boot(**found)


def _places(station: Station) -> list[str]:
    known = {*station.places, *station.parts, *station.connectors} - {STATION}
    return sorted(known, key=lambda where: [int(part) for part in where.split(".")])


def _connector(station: Station, where: str, limits: Limits | None) -> ConnectorView:
    connector = station.connectors.get(where)
    return ConnectorView(
        where=where,
        status=connector.status if connector else None,
        error_code=connector.error_code if connector else None,
        transaction=_transaction(connector) if connector else None,
        limit=limits,
    )


def _transaction(connector: Connector) -> RunningTransaction | None:
    record = connector.transaction
    if record is None:
        return None
    since_ms = connector.unconfirmed_ms
    return RunningTransaction(
        key=record.key,
        id=record.ocpp_id,
        token=record.id_token,
        token_type=record.token_type,
        start=times.iso(record.start_ms),
        meter_start=record.meter_start_wh,
        energy=connector.meter.energy_wh if connector.meter else None,
        unconfirmed_since=None if since_ms is None else times.iso(since_ms),
    )


def _all_limits(context: ApiContext, station: Station) -> dict[str, Limits]:
    """Those that somebody has asked for, by place."""
    refused = context.limits.refused(station)
    return {
        where: Limits.model_validate({**shown, "refused": where in refused})
        for where, shown in context.limits.shown(station).items()
    }


def _without_nothing(value: Any) -> Any:
    """Options without those that are not set."""
    if isinstance(value, dict):
        found = {name: _without_nothing(member) for name, member in value.items()}
        return {k: v for k, v in found.items() if v is not None and v != {}}
    return list(value) if isinstance(value, tuple) else value
