"""A core on a bench: hardware that notes what it is asked, and a clock in the hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from connector.station.core.events import CoreEvent, SessionEvent, StatusChanged
from connector.station.core.evse import Evse
from connector.station.core.station import StationCore
from connector.station.model import EvseModel, StationModel
from connector.station.ports import Demand, Plug, Reading, Token

CARD = Token("CARD-1")
T0_MS = 1_780_000_000_000
DEFAULTS = {
    "TxCtrlr/EVConnectionTimeOut": "60",
    "TxCtrlr/TxStartPoint": "PowerPathClosed",
    "TxCtrlr/TxStopPoint": "PowerPathClosed",
    "TxCtrlr/StopTxOnInvalidId": "true",
    "TxCtrlr/StopTxOnEVSideDisconnect": "true",
    "AuthCtrlr/OfflineTxForUnknownIdEnabled": "false",
    "AuthCtrlr/LocalPreAuthorize": "false",
    "AuthCtrlr/LocalAuthorizeOffline": "true",
    "AuthCacheCtrlr/Enabled": "true",
    "LocalAuthListCtrlr/Enabled": "true",
    "SampledDataCtrlr/TxUpdatedInterval": "10",
    "SampledDataCtrlr/TxStartedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxUpdatedMeasurands": "Energy.Active.Import.Register",
    "SampledDataCtrlr/TxEndedMeasurands": "Energy.Active.Import.Register",
    "AlignedDataCtrlr/Interval": "0",
}


class Values:
    """Variables as a dictionary."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {**DEFAULTS, **values}

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def number(self, name: str) -> float:
        return float(self.text(name) or 0)

    def items(self, name: str) -> tuple[str, ...]:
        return tuple(item for item in self.text(name).split(",") if item)


class NotedHardware:
    """Does nothing, and remembers what it was asked to do."""

    def __init__(self) -> None:
        self.offers: dict[int, float] = {}
        self.closed: dict[int, bool] = {}
        self.unlocked: list[tuple[int, int]] = []
        self.energy_wh = 1000.0
        self.state_of_charge: float | None = None

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        self.offers[evse] = limit_w

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        assert is_closed or not self.offers.get(evse), "it opens under load"
        self.closed[evse] = is_closed

    async def unlock(self, evse: int, connector: int) -> str:
        self.unlocked.append((evse, connector))
        return "Unlocked"

    async def reset(self, evse: int, *, is_hard: bool) -> None:
        return None

    def read(self, evse: int) -> Reading:
        return Reading(self.energy_wh, state_of_charge=self.state_of_charge)


class Allowed:
    """Profiles that say one number."""

    def __init__(self) -> None:
        self.limit = 22_080.0
        self.ended: list[int] = []

    def limit_w(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        return self.limit, 3

    def next_change_ms(self, now_ms: int) -> int | None:
        return None

    def session_ended(self, evse: Evse) -> None:
        self.ended.append(evse.number)


class Bench:
    """A station with so many EVSEs, online unless said otherwise."""

    def __init__(self, evses: int = 1, *, connectors: int = 1, **values: Any) -> None:
        models = tuple(
            EvseModel(number, ("cType2",) * connectors)
            for number in range(1, evses + 1)
        )
        self.now_ms = T0_MS
        self.hardware, self.offers = NotedHardware(), Allowed()
        self.variables = Values({k.replace("__", "/"): v for k, v in values.items()})
        self.model = StationModel("CP", evses=models, offline_limit_w=4140.0)
        self.core = self.new_core()
        self.core.is_online = True
        self.core.forget_told(self.now_ms)
        self.core.take_events()

    def new_core(self, seed: int = 1) -> StationCore:
        return StationCore(
            self.model,
            self.hardware,
            self.variables,
            self.offers,
            source=random.Random(seed),
        )

    def plug(self, evse: int = 1, *, connector: int = 1) -> None:
        self.core.plugged(evse, Plug.PLUGIN, self.now_ms, connector)

    def unplug(self, evse: int = 1) -> None:
        self.core.plugged(evse, Plug.PLUGOUT, self.now_ms)

    def draw(self, evse: int = 1) -> None:
        self.core.demands(evse, Demand.CHARGING, self.now_ms)

    def swipe(self, token: Token = CARD, evse: int | None = None) -> None:
        self.core.presented(token, self.now_ms, evse)

    def wait(self, seconds: float) -> int:
        self.now_ms += round(seconds * 1000)
        return self.core.step(self.now_ms)

    def told(self) -> list[CoreEvent]:
        return self.core.take_events()

    def statuses(self, events: list[CoreEvent], evse: int = 1) -> list[str]:
        return [
            each.status
            for each in events
            if isinstance(each, StatusChanged) and each.evse == evse and each.is_for_16
        ]

    def statuses_2(self, events: list[CoreEvent], evse: int = 1) -> list[str]:
        return [
            each.status_2
            for each in events
            if isinstance(each, StatusChanged) and each.evse == evse and each.is_for_2
        ]


def of_transactions(events: list[CoreEvent]) -> list[tuple[str, str]]:
    return [(e.kind, e.trigger) for e in events if isinstance(e, SessionEvent)]


def ended(events: list[CoreEvent]) -> tuple[str, str | None]:
    """Trigger and reason of the transaction that ended."""
    [found] = [e for e in events if isinstance(e, SessionEvent) and e.kind == "Ended"]
    return found.trigger, found.stopped_reason
