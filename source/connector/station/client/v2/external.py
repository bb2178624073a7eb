"""Limits that come from elsewhere than the central system (2.x part 2, K11 to K14).

An energy manager at the site, a grid operator or a local load balancer sets them; the
station keeps them, and the central system is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Json
from connector.station.charging.criteria import Criteria
from connector.station.charging.decision import Decision
from connector.station.charging.profile import CSO

if TYPE_CHECKING:
    from connector.station.client.client import Client

SOURCES = ("EMS", "SO", "Other")
"""ChargingLimitSource of 2.0.1, without the central system's own."""
_VERSION = "2.1"
_WITH_SCHEDULES = "SmartChargingCtrlr/NotifyChargingLimitWithSchedules"
_RATE_CHANGED = "ChargingRateChanged"


def set_limit(
    client: Client,
    evse: int,
    profile: Json,
    *,
    source: str = "EMS",
    is_grid_critical: bool | None = None,
) -> Decision:
    """Take a ChargingStationExternalConstraints profile, in the form of 2.1.

    EVSE 0 is the station. What charges follows at once.

    Raises:
        ValueError: the source is the central system, which has requests of its own.
    """
    if source == CSO:
        raise ValueError(f"source: expected another than {CSO}")
    now_ms = client.now_ms()
    decision = client.parts.profiles.install(
        evse, profile, now_ms, version=_VERSION, source=source
    )
    if not decision.is_accepted:
        return decision
    limit: Json = {"chargingLimitSource": source}
    if is_grid_critical is not None:
        limit["isGridCritical"] = is_grid_critical
    details: Json = {"chargingLimit": limit, **_place(evse)}
    if client.parts.variables.flag(_WITH_SCHEDULES):
        details["chargingSchedule"] = profile["chargingSchedule"]
    _follow(client, evse)
    client.core.report("NotifyChargingLimit", details, now_ms)
    client.was_asked()
    return decision


def clear_limit(client: Client, evse: int, *, source: str = "EMS") -> bool:
    """Let go of what a source has set for an EVSE; False where there was nothing."""
    criteria = Criteria(evse=evse, sources=(source,))
    if not client.parts.profiles.clear(criteria, source=source):
        return False
    _follow(client, evse)
    details: Json = {"chargingLimitSource": source, **_place(evse)}
    client.core.report("ClearedChargingLimit", details, client.now_ms())
    client.was_asked()
    return True


def _place(evse: int) -> Json:
    return {"evseId": evse} if evse else {}


def _follow(client: Client, evse: int) -> None:
    """Transactions whose power is another are told so (K12.FR.03, K13.FR.02)."""
    core, now_ms = client.core, client.now_ms()
    chosen = [each for n, each in core.evses.items() if evse in (0, n)]
    before = {each.number: each.offered_w for each in chosen}
    core.offer_anew(now_ms)
    for each in chosen:
        if each.is_running and each.offered_w != before[each.number]:
            core.transactions.update(each, _RATE_CHANGED, now_ms)


def use_priority(client: Client, key: str, *, is_active: bool) -> str:
    """A driver wants priority at the station itself, or no more (2.1, K22).

    Gives Accepted, or why not: NoProfile, Rejected (no such transaction).
    """
    now_ms = client.now_ms()
    status: str = client.parts.profiles.use_priority(key, is_active=is_active)
    if status == "Accepted":
        client.core.offer_anew(now_ms)
        details: Json = {"transactionId": key, "activated": is_active}
        client.core.report("NotifyPriorityCharging", details, now_ms)
        client.was_asked()
    return status
