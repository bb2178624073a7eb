"""Charging profiles of 2.x: set, cleared, reported, and what follows from all (K)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.charging.criteria import of_clear, of_get
from connector.station.charging.decision import Decision, Refused
from connector.station.charging.reports import composite_2, reports
from connector.station.client.messages import Message
from connector.station.client.v2.answers import answer
from connector.station.client.v2.desk import desk_of

if TYPE_CHECKING:
    from connector.station.client.client import Client

_REPORT = "ReportChargingProfiles"
_DYNAMIC = "Dynamic"


def install(
    client: Client, evse: int, profile: Json, *, is_for_start: bool = False
) -> Decision:
    """Take a profile for an EVSE (0: the station); the limit follows at once."""
    now_ms = client.now_ms()
    version = client.version_number
    decision = client.parts.profiles.install(
        evse, profile, now_ms, version=version, is_for_start=is_for_start
    )
    if decision.is_accepted:
        if not is_for_start:
            client.core.offer_anew(now_ms)
        if profile["chargingProfileKind"] == _DYNAMIC:
            desk_of(client).pulls.wake()
    return decision


def _answer(decision: Decision) -> Json:
    return answer(decision.status, decision.reason_code or "", decision.info)


def set_charging_profile(client: Client, call: Call) -> Json:
    """SetChargingProfile."""
    payload = call.payload
    return _answer(install(client, payload["evseId"], payload["chargingProfile"]))


def clear_charging_profile(client: Client, call: Call) -> Json:
    """ClearChargingProfile; Unknown where nothing is meant."""
    gone = client.parts.profiles.clear(of_clear(call.payload))
    client.core.offer_anew(client.now_ms())
    return answer("Accepted" if gone else "Unknown")


def get_charging_profiles(client: Client, call: Call) -> Json | Answer:
    """GetChargingProfiles; ReportChargingProfiles follows the answer (K09)."""
    payload, version = call.payload, client.version_number
    found = client.parts.profiles.find(of_get(payload))
    told = reports(payload["requestId"], found, version)
    if not told:
        return answer("NoProfiles")

    def follow() -> None:
        for each in told:
            client.say(Message(_REPORT, each))

    return Answer(answer("Accepted"), follow)


def get_composite_schedule(client: Client, call: Call) -> Json:
    """GetCompositeSchedule, from the whole second that it is now (K08)."""
    payload = call.payload
    now_ms = client.now_ms() // 1000 * 1000
    unit = payload.get("chargingRateUnit")
    try:
        found = client.parts.profiles.composite(
            payload["evseId"], payload["duration"], unit, now_ms
        )
    except Refused as refused:
        return answer("Rejected", refused.reason_code, refused.info)
    if found is None:
        return answer("Rejected", "UnknownEvse")
    return composite_2(found, client.version_number)


# -- 2.1


def update_dynamic_schedule(client: Client, call: Call) -> Json:
    """UpdateDynamicSchedule (K28)."""
    payload, now_ms = call.payload, client.now_ms()
    decision = client.parts.profiles.update(
        payload["chargingProfileId"], payload["scheduleUpdate"], now_ms
    )
    client.core.offer_anew(now_ms)
    if decision.is_accepted:
        desk_of(client).pulls.wake()
    return _answer(decision)


def use_priority_charging(client: Client, call: Call) -> Json:
    """UsePriorityCharging (K21)."""
    payload = call.payload
    status = client.parts.profiles.use_priority(
        payload["transactionId"], is_active=payload["activate"]
    )
    client.core.offer_anew(client.now_ms())
    return answer(status, "TxNotFound" if status == "Rejected" else "")
