"""Network connection profiles: how a station of 2.x is moved to another (B09, B10).

The new one gets a slot of its own, and stands before those that it has used so far:
where it does not work the station falls back to these by itself
(`NetworkProfileConnectionAttempts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connector.csms.station import Station
from connector.csms.v2.device_model import get_variables
from connector.csms.v2.variables import Variable, result_of
from connector.errors import CommandRejected, ConnectorError
from connector.store.interface import VariableStore

Json = dict[str, Any]

PRIORITY = Variable("OCPPCommCtrlr", "NetworkConfigurationPriority")
ACTIVE = Variable("OCPPCommCtrlr", "ActiveNetworkProfile")
_AGREED = ("Accepted", "RebootRequired")
_MESSAGE_TIMEOUT_S = 30
"""What the schema of SetNetworkProfile recommends to start from."""
_VERSIONS = {"2.0.1": "OCPP20", "2.1": "OCPP21"}
_INTERFACES = {"2.0.1": "Wired0", "2.1": "Any"}
"""Where nobody says which; 2.0.1 has no word for any."""
_UNKNOWN = (
    "it does not say which slots are in use (NetworkConfigurationPriority), and what "
    'is written over may be its way here: name a free one, {"profile": 2, "slot": 3}'
)


@dataclass(frozen=True, slots=True)
class Slots:
    """Where a new profile goes: ``used`` is the priority list that there was."""

    slot: int
    used: tuple[int, ...]
    active: tuple[int, ...]

    @property
    def others(self) -> tuple[int, ...]:
        """What the station falls back to."""
        return tuple(each for each in self.used if each != self.slot) or self.active

    @property
    def is_listed(self) -> bool:
        """Whether the slot has to leave the priority list before it can be set."""
        return self.slot in self.used


async def slots(
    station: Station, store: VariableStore, named: int | None = None
) -> Slots:
    """A slot for a new profile, beside those that are in use.

    ``named`` is the one that somebody wants. Nothing is guessed: what stands in a slot
    that is in use may be the only way back to us.

    Raises:
        CommandRejected: the station has none for it, or does not say which are in use.
        ConnectorError: as `Station.call`, `StoreError`.
    """
    found = await get_variables(station, (PRIORITY, ACTIVE))
    used = _numbers(found.get(PRIORITY, {}).get("attributeValue"))
    active = _numbers(found.get(ACTIVE, {}).get("attributeValue"))
    if named is not None:
        _check_named(named, active or used[:1])
        return Slots(named, tuple(used), tuple(active))
    if not used:
        raise CommandRejected(_UNKNOWN)
    known = await store.variables(station.identity)
    there = _values_list(known.get(str(PRIORITY), {}))
    free = [slot for slot in there or range(1, len(used) + 2) if slot not in used]
    # One that it falls back to last of all may go, but not the one that works now.
    old = [slot for slot in used if slot not in (active or used[:1])]
    free = [slot for slot in free if slot not in active]
    if not (free or old):
        text = f"it has no slot but {used or there} for another network profile"
        raise CommandRejected(text)
    return Slots(free[0] if free else old[-1], tuple(used), tuple(active))


def _check_named(named: int, active: list[int]) -> None:
    """The way that works now is not written over."""
    if named in active:
        text = f"slot {named} is the one that it uses now: name another one"
        raise CommandRejected(text)


def connection(station: Station, profile: int, url: str, interface: str | None) -> Json:
    """`connectionData` of SetNetworkProfile."""
    return {
        "ocppVersion": _VERSIONS[station.spoken],
        "ocppTransport": "JSON",
        "ocppCsmsUrl": url,
        "messageTimeout": _MESSAGE_TIMEOUT_S,
        "securityProfile": profile,
        "ocppInterface": interface or _INTERFACES[station.spoken],
    }


async def place(station: Station, chosen: Slots, data: Json) -> Json:
    """SetNetworkProfile, and have it tried first; gives the last wire response.

    A slot that stands in the priority list is not set (B09, 2.1): it leaves that
    first, and stands there again where the profile is refused.

    Raises:
        CommandRejected: the station has refused.
        ConnectorError: as `Station.call`.
    """
    if chosen.is_listed:
        await _prefer(station, chosen.others)
    try:
        await _set(station, chosen.slot, data)
    except ConnectorError:
        if chosen.is_listed:
            await _prefer(station, chosen.used)
        raise
    return await _prefer(station, (chosen.slot, *chosen.others))


async def _set(station: Station, slot: int, data: Json) -> None:
    payload = {"configurationSlot": slot, "connectionData": data}
    answer = await station.call("SetNetworkProfile", payload)
    if answer["status"] != "Accepted":
        text = f"SetNetworkProfile in slot {slot}: {answer['status']}"
        raise CommandRejected(text, answer)


async def _prefer(station: Station, order: tuple[int, ...]) -> Json:
    """Have it try slots in this order."""
    value = ",".join(map(str, order))
    item = {"attributeValue": value, **PRIORITY.wire()}
    answer = await station.call("SetVariables", {"setVariableData": [item]})
    result = result_of(PRIORITY, answer["setVariableResult"])
    if result is None or result["attributeStatus"] not in _AGREED:
        status = "no result" if result is None else result["attributeStatus"]
        raise CommandRejected(f"{PRIORITY} = {value}: {status}", answer)
    return answer


def _numbers(text: str | None) -> list[int]:
    parts = (part.strip() for part in (text or "").split(","))
    return [int(part) for part in parts if part.isdecimal()]


def _values_list(item: Json) -> list[int]:
    """The slots that there are, where the station's report says so."""
    return _numbers(item.get("variableCharacteristics", {}).get("valuesList"))
