"""The core of a simulated station: connectors, profiles, configuration, transactions.

Pure: time comes in as milliseconds since the epoch, what has to be told to the central
system comes out as events (`take_events`). Nothing here knows a message or a link.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.station.demo.configuration import Configuration, split_list
from connector.station.demo.evse import Evse, Rating, Transaction
from connector.station.demo.meter import Meter, SampledValue, sampled_values
from connector.station.demo.profiles import Circuit, ProfileStack, StackRules
from connector.station.demo.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A connector (0: the station) is in another state than last told."""

    where: int
    status: str
    error_code: str


@dataclass(frozen=True, slots=True)
class Swiped:
    """Somebody presented a token that has to be authorized."""

    where: int
    id_tag: str


@dataclass(frozen=True, slots=True)
class Started:
    """A transaction has begun."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Stopped:
    """A transaction has ended, with the register and the values at its end."""

    transaction: Transaction
    time_ms: int
    meter_stop_wh: int
    reason: str
    values: list[SampledValue]


@dataclass(frozen=True, slots=True)
class Sampled:
    """Values of a running transaction, or of a place that was asked for them."""

    where: int
    time_ms: int
    values: list[SampledValue]
    transaction: Transaction | None = None


StationEvent = StatusChanged | Swiped | Started | Stopped | Sampled


WALLBOX = Rating(max_power_w=22_080)
"""Three phases of 32 A."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a station is; every connector has the same rating."""

    identity: str
    vendor: str = "Simulated"
    model: str = "Demo AC"
    serial_number: str = "SIM-0001"
    firmware_version: str = "1.0"
    connectors: int = 1
    rating: Rating = WALLBOX


class StationCore:
    """One station without its connection; ``speed`` hurries the physics only."""

    def __init__(
        self,
        model: Model,
        *,
        source: random.Random,
        speed: float = 1.0,
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        self.model = model
        self.speed = speed
        own = {"NumberOfConnectors": str(model.connectors)} | dict(fixed or {})
        self.configuration = Configuration(own)
        units = self.configuration["ChargingScheduleAllowedChargingRateUnit"]
        names = {"Current": "A", "Power": "W"}
        self.profiles = ProfileStack(
            StackRules(units=tuple(names[unit] for unit in split_list(units)))
        )
        self.evses = {
            number: Evse(number, model.rating, self._meter(source))
            for number in range(1, model.connectors + 1)
        }
        self.is_operative = True
        self._told: dict[int, tuple[str, str]] = {}
        self._stepped_ms: int | None = None
        self._events: list[StationEvent] = []

    def _meter(self, source: random.Random) -> Meter:
        rating = self.model.rating
        register_wh = source.randrange(100_000, 5_000_000)
        return Meter(register_wh, rating.voltage, is_dc=rating.is_dc, source=source)

    def take_events(self) -> list[StationEvent]:
        """What happened since it was asked last, in its order."""
        self._note_statuses()
        events, self._events = self._events, []
        return events

    def forget_told(self) -> None:
        """Tell every status anew, as after a boot."""
        self._told.clear()

    def status(self, where: int) -> tuple[str, str]:
        """Status and error code of a connector, or of the station as 0."""
        if where == 0:
            return ("Available" if self.is_operative else "Unavailable"), "NoError"
        evse = self.evses[where]
        return evse.status, evse.error_code

    def _note_statuses(self) -> None:
        for where in (0, *self.evses):
            status = self.status(where)
            if self._told.get(where) != status:
                self._told[where] = status
                self._events.append(StatusChanged(where, *status))

    # -- time

    def step(self, now_ms: int) -> None:
        """Let the time since the last step pass."""
        before_ms = now_ms if self._stepped_ms is None else self._stepped_ms
        elapsed_s = max(0, now_ms - before_ms) / 1000
        self._stepped_ms = now_ms
        for evse in self.evses.values():
            self._offer(evse, now_ms)
            evse.charge(elapsed_s * self.speed)
            self._sample_if_due(evse, now_ms)
            self._forget_token(evse, now_ms)

    def _sharing(self, where: int) -> int:
        """How many connectors charge if this one does."""
        return 1 + sum(
            evse.transaction is not None
            for number, evse in self.evses.items()
            if number != where
        )

    def _offer(self, evse: Evse, now_ms: int) -> None:
        evse.offered_w = self.profiles.limit(
            evse.number,
            now_ms / 1000,
            evse.transaction.session if evse.transaction else None,
            evse.circuit,
            sharing=self._sharing(evse.number),
        )

    def offer_anew(self, now_ms: int) -> None:
        """Profiles have changed: what is offered follows at once."""
        for evse in self.evses.values():
            self._offer(evse, now_ms)
            evse.charge(0.0)

    def _sample_if_due(self, evse: Evse, now_ms: int) -> None:
        interval_ms = self.configuration.number("MeterValueSampleInterval") * 1000
        if evse.transaction is None or not interval_ms:
            return
        if now_ms - evse.sampled_ms >= interval_ms:
            self.sample(evse.number, now_ms, "Sample.Periodic")

    def _forget_token(self, evse: Evse, now_ms: int) -> None:
        """An authorized connector waits only so long for a vehicle."""
        timeout_ms = self.configuration.number("ConnectionTimeOut") * 1000
        if evse.id_tag and now_ms - evse.authorized_ms > timeout_ms:
            evse.forget_token()

    def sample(self, where: int, now_ms: int, context: str) -> None:
        """Read a meter and tell it."""
        evse = self.evses[where]
        evse.sampled_ms = now_ms
        values = self._values(evse, "MeterValuesSampledData", context)
        if values:
            self._events.append(Sampled(where, now_ms, values, evse.transaction))

    def _values(self, evse: Evse, key: str, context: str) -> list[SampledValue]:
        return sampled_values(evse.read(), split_list(self.configuration[key]), context)

    # -- people

    def plug(self, where: int, vehicle: Vehicle, now_ms: int) -> None:
        """Somebody plugs a vehicle in; who was authorized starts to charge."""
        evse = self.evses[where]
        evse.vehicle = vehicle
        evse.is_finishing = False
        if evse.id_tag is not None:
            self.begin(where, evse.id_tag, now_ms)

    def unplug(self, where: int, now_ms: int) -> None:
        """The vehicle goes, which ends its transaction."""
        evse = self.evses[where]
        self.end(where, "EVDisconnected", now_ms)
        if evse.vehicle is not None:
            evse.vehicle.unplug()
        evse.vehicle = None
        evse.is_finishing = False

    def swipe(self, where: int, id_tag: str) -> None:
        """Somebody presents a token at a connector."""
        self._events.append(Swiped(where, id_tag))

    # -- transactions

    def authorize(
        self,
        where: int,
        id_tag: str,
        now_ms: int,
        *,
        is_remote: bool = False,
        profile: Mapping[str, Any] | None = None,
    ) -> bool:
        """A token was accepted: charge, now or as soon as a vehicle is there.

        A ``profile`` is for the transaction that begins then.
        """
        evse = self.evses[where]
        if evse.transaction is not None or not evse.is_operative:
            return False
        if evse.is_finishing:
            return False
        evse.profile = profile
        if evse.vehicle is not None:
            self.begin(where, id_tag, now_ms, is_remote=is_remote)
            return True
        evse.id_tag, evse.authorized_ms = id_tag, now_ms
        return True

    def begin(
        self, where: int, id_tag: str, now_ms: int, *, is_remote: bool = False
    ) -> None:
        """Start a transaction."""
        evse = self.evses[where]
        profile = evse.profile
        evse.forget_token()
        evse.transaction = Transaction(
            where,
            id_tag,
            now_ms,
            round(evse.meter.register_wh),
            is_remote=is_remote,
        )
        evse.sampled_ms = now_ms
        self._events.append(Started(evse.transaction))
        if profile is not None:
            self.install(where, profile, now_ms)
        self.offer_anew(now_ms)

    def end(self, where: int, reason: str, now_ms: int) -> None:
        """Stop the transaction of a connector, if there is one."""
        evse = self.evses[where]
        transaction = evse.transaction
        evse.forget_token()
        if transaction is None:
            return
        values = self._values(evse, "StopTxnSampledData", "Transaction.End")
        register_wh = round(evse.meter.register_wh)
        evse.transaction = None
        evse.is_finishing = evse.vehicle is not None
        evse.charge(0.0)
        self._events.append(Stopped(transaction, now_ms, register_wh, reason, values))
        self.profiles.end_session(where)
        if evse.will_be_operative is not None:
            evse.is_operative, evse.will_be_operative = evse.will_be_operative, None

    def running(self, transaction_id: int) -> Transaction | None:
        """The running transaction with this id."""
        for evse in self.evses.values():
            transaction = evse.transaction
            if transaction is not None and transaction.transaction_id == transaction_id:
                return transaction
        return None

    # -- availability

    def set_operative(self, where: int, is_operative: bool) -> str:
        """Change availability; returns the status of ChangeAvailability."""
        if where == 0:
            self.is_operative = is_operative
        chosen = list(self.evses.values()) if where == 0 else [self.evses[where]]
        answers = [self._set_operative(evse, is_operative) for evse in chosen]
        return "Scheduled" if "Scheduled" in answers else "Accepted"

    @staticmethod
    def _set_operative(evse: Evse, is_operative: bool) -> str:
        if evse.transaction is not None and not is_operative:
            evse.will_be_operative = False
            return "Scheduled"
        evse.is_operative, evse.will_be_operative = is_operative, None
        if not is_operative:
            evse.forget_token()
        return "Accepted"

    # -- profiles

    def install(self, where: int, profile: Mapping[str, Any], now_ms: int) -> bool:
        """Take a charging profile for a place; False when it is refused."""
        if where and where not in self.evses:
            return False
        running = self.evses[where].transaction if where else None
        is_installed = self.profiles.install(
            where,
            profile,
            now_s=now_ms / 1000,
            session=running.session if running else None,
        )
        self.offer_anew(now_ms)
        return is_installed

    def composite(
        self, where: int, duration_s: int, unit: str, now_ms: int
    ) -> Sequence[dict[str, float]]:
        """The periods of a composite schedule from the second on in which we are."""
        running = self.evses[where].transaction if where else None
        circuit = self.evses[where].circuit if where else self._whole_circuit()
        start_s = now_ms // 1000
        session = running.session if running else None
        return self.profiles.composite(
            where,
            (start_s, start_s + duration_s),
            session,
            circuit,
            unit,
            sharing=self._sharing(where) if where else 1,
        )

    def _whole_circuit(self) -> Circuit:
        rating = self.model.rating
        phases = 1 if rating.is_dc else rating.phases
        return Circuit(phases, rating.voltage, rating.max_power_w * len(self.evses))
