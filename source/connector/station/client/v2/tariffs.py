"""Tariffs that a station knows, and what a transaction costs by them (2.1, block I).

Prices without conditions are understood: for energy, time of charging, idle time and a
fixed fee, each with its taxes, between a lowest and a highest cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.ocppj.frames import Json
from connector.station.client.v2.answers import answer, time_of
from connector.station.client.v2.costs import Usage, cost_details
from connector.station.client.v2.kept import keep, kept
from connector.station.core.events import SessionEvent
from connector.station.core.session import Session
from connector.station.device_model.tables.features import MOST_ELEMENTS

if TYPE_CHECKING:
    from connector.station.client.client import Client

_KIND = "tariffs"
_PRICED = (
    "energy",
    "chargingTime",
    "idleTime",
    "fixedFee",
    "reservationTime",
    "reservationFixed",
)
_DRIVER, _DEFAULT = "DriverTariff", "DefaultTariff"
_MOST_DRIVERS = 200
_CHARGING = "Charging"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A TariffType, and from when it holds."""

    wire: Mapping[str, Any]
    from_ms: int

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.wire["tariffId"])


class Tariffs:
    """Default tariffs by EVSE, those of drivers by token, and of transactions."""

    __slots__ = ("_client", "_defaults", "_drivers", "_transactions", "_usages")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._defaults: dict[int, Tariff] = {}
        self._drivers: dict[str, Tariff] = {}
        self._transactions: dict[str, Tariff] = {}
        self._usages: dict[str, Usage] = {}
        for each in kept(client, _KIND):
            evse, wire = each.get("evse"), each.get("tariff")
            if isinstance(evse, int) and isinstance(wire, dict):
                self._defaults[evse] = _tariff(wire)

    # -- which one holds

    def of(self, session: Session) -> Tariff | None:
        """The tariff of a transaction."""
        found = self._transactions.get(session.key)
        if found is None and session.token is not None:
            found = self._drivers.get(session.token.id.casefold())
        default = self._defaults.get(session.evse)
        if found is None and default is not None:
            found = default if default.from_ms <= self._client.now_ms() else None
        return found

    def of_driver(self, token: str, wire: Json | None) -> None:
        """The tariff that came with an AuthorizeResponse, or that none did (I08)."""
        self._drivers.pop(token.casefold(), None)
        if wire is not None and _why_not(wire) is None:
            self._drivers[token.casefold()] = _tariff(wire)
            while len(self._drivers) > _MOST_DRIVERS:
                del self._drivers[next(iter(self._drivers))]

    # -- requests

    def set_default(self, evse: int, wire: Json) -> Json:
        """The answer to SetDefaultTariff; EVSE 0 are all of them (I07)."""
        evses = self._client.core.evses
        if evse and evse not in evses:
            return answer("Rejected", "UnknownEvse")
        refused = _why_not(wire)
        if refused is not None:
            return refused
        if self._is_taken(wire):
            return answer("DuplicateTariffId")
        tariff = _tariff(wire)
        self._defaults |= dict.fromkeys([evse] if evse else list(evses), tariff)
        self._keep()
        return answer("Accepted")

    def _is_taken(self, wire: Json) -> bool:
        known = [*self._drivers.values(), *self._transactions.values()]
        same = [each for each in known if each.id == wire["tariffId"]]
        return bool(same)

    def assignments(self, evse: int) -> list[Json]:
        """The tariffAssignments of GetTariffs; EVSE 0 are all of them (I08)."""
        found: dict[str, Json] = {}
        for number, tariff in self._defaults.items():
            if evse in (0, number):
                entry = found.setdefault(tariff.id, _assigned(tariff, _DEFAULT))
                entry["evseIds"].append(number)
        for session in self._client.core.all_running():
            driven = self.of(session)
            if evse in (0, session.evse) and driven is not None:
                if driven not in self._defaults.values():
                    self._assign(found, driven, session)
        return list(found.values())

    @staticmethod
    def _assign(found: dict[str, Json], tariff: Tariff, session: Session) -> None:
        entry = found.setdefault(tariff.id, _assigned(tariff, _DRIVER))
        entry["evseIds"].append(session.evse)
        if session.token is not None:
            entry.setdefault("idTokens", []).append(session.token.id)

    def clear(self, ids: Iterable[str], evse: int | None) -> list[Json]:
        """The clearTariffsResult of ClearTariffs; no id means all of them (I09)."""
        wanted = list(dict.fromkeys(ids))
        chosen = {n: t for n, t in self._defaults.items() if evse in (None, 0, n)}
        gone = {n: t.id for n, t in chosen.items() if not wanted or t.id in wanted}
        for number in gone:
            del self._defaults[number]
        self._keep()
        cleared = set(gone.values())
        named = wanted or sorted(cleared)
        return [
            {"tariffId": id_, "status": "Accepted" if id_ in cleared else "NoTariff"}
            for id_ in named
        ] or [{"status": "NoTariff"}]

    def change(self, key: str, wire: Json, now_ms: int) -> Json:
        """The answer to ChangeTransactionTariff (I11)."""
        core = self._client.core
        evse = core.running(key)
        if evse is None or evse.session is None:
            return answer("TxNotFound")
        refused = _why_not(wire)
        if refused is not None:
            return refused
        before = self.of(evse.session)
        if before is not None and before.wire["currency"] != wire["currency"]:
            return answer("NoCurrencyChange")
        self._transactions[key] = _tariff(wire)
        core.transactions.update(evse, "TariffChanged", now_ms)
        return answer("Accepted")

    # -- costs

    def costs(self, event: SessionEvent) -> Json:
        """The members about costs of a TransactionEvent that ends."""
        tariff = self.of(event.session)
        if tariff is None:
            return {}
        usage = self._usage(event.session)
        usage.note(event.number, event.time_ms, event.charging_state == _CHARGING)
        if event.kind != "Ended" or event.reading is None:
            return {}
        used_wh = max(0.0, event.reading.energy_wh - event.session.meter_start_wh)
        return {"costDetails": cost_details(tariff.wire, usage, used_wh)}

    def _usage(self, session: Session) -> Usage:
        """What was before a tariff was there counts as charging."""
        found = self._usages.get(session.key)
        if found is None:
            begun_ms = session.started_ms or 0
            found = self._usages[session.key] = Usage(
                session.started_ms, begun_ms, was_charging=True
            )
        return found

    def transaction_ended(self, key: str) -> None:
        """It was told, with its costs."""
        self._transactions.pop(key, None)
        self._usages.pop(key, None)

    def _keep(self) -> None:
        found = [
            {"evse": number, "tariff": dict(tariff.wire)}
            for number, tariff in self._defaults.items()
        ]
        keep(self._client, _KIND, found)


def _tariff(wire: Mapping[str, Any]) -> Tariff:
    return Tariff(wire, time_of(dict(wire), "validFrom") or 0)


def _assigned(tariff: Tariff, kind: str) -> Json:
    found: Json = {"tariffId": tariff.id, "tariffKind": kind, "evseIds": []}
    if "validFrom" in tariff.wire:
        found["validFrom"] = tariff.wire["validFrom"]
    return found


def _why_not(wire: Json) -> Json | None:
    """Why this station cannot reckon with a tariff."""
    time_of(wire, "validFrom")
    prices = {name: wire.get(name, {}).get("prices", ()) for name in _PRICED}
    for name, found in prices.items():
        if any(each.get("conditions") for each in found):  # I07.FR.03
            return answer("ConditionNotSupported", "UnsupportedParam", name)
    for name, found in prices.items():
        if len(found) > MOST_ELEMENTS:  # I07.FR.02
            return answer("TooManyElements", "TooManyElements", name)
    return None
