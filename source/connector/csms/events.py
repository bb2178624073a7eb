"""What happens at stations, for whoever wants to act on it.

Functional blocks do not import each other: they emit and subscribe here, and keep
what must last in the store. Everything runs on the server's loop.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from connector.csms.station import Station
    from connector.store.records import TransactionRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one station."""

    station: Station


@dataclass(frozen=True, slots=True)
class Connected(Event):
    """A link is up; the station may not have booted on it."""


@dataclass(frozen=True, slots=True)
class Disconnected(Event):
    """The station's newest link ended, and no other took over."""


@dataclass(frozen=True, slots=True)
class Booted(Event):
    """A BootNotification was answered with Accepted (the answer is on the wire).

    ``is_asked``: we had asked for it, so that it tells of no restart.
    """

    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Held(Event):
    """An adopted station was answered Pending: it is to be configured first."""

    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class Released(Event):
    """A station that was held is configured; its next boot is accepted."""


@dataclass(frozen=True, slots=True)
class ConfigurationRead(Event):
    """What a station says of itself was read after its boot; no more is read."""


@dataclass(frozen=True, slots=True)
class Ready(Event):
    """The configuration after the boot is done, or was found to need none."""


@dataclass(frozen=True, slots=True)
class RegistrationChanged(Event):
    """Seen for the first time, adopted, rejected or forgotten."""


@dataclass(frozen=True, slots=True)
class Forgotten(Event):
    """It is unknown again; nothing more may be told of it."""


@dataclass(frozen=True, slots=True)
class ConnectorsChanged(Event):
    """Another connector became known."""


@dataclass(frozen=True, slots=True)
class StatusChanged(Event):
    """A connector's status is another than before."""

    where: str
    status: str


@dataclass(frozen=True, slots=True)
class StatusHeard(Event):
    """A station says how a connector (1.6) or an EVSE is now, be it new or not.

    ``status``: in its own words.
    """

    where: str
    status: str


@dataclass(frozen=True, slots=True)
class StatusTold(Event):
    """A NotifyEvent of 2.x says how an EVSE (connector 0) or a connector is.

    ``time`` is the station's own, as it wrote it.
    """

    evse_id: int
    connector_id: int
    status: str
    time: str


@dataclass(frozen=True, slots=True)
class ChargingStateChanged(Event):
    """A transaction of 2.x tells how it charges (`chargingState`)."""

    where: str
    state: str


@dataclass(frozen=True, slots=True)
class TransactionStarted(Event):
    """A transaction is kept, and its start was answered (or it was adopted)."""

    transaction: TransactionRecord


@dataclass(frozen=True, slots=True)
class TransactionChanged(Event):
    """More is known of the transaction that runs: its token, its reservation (2.x)."""

    transaction: TransactionRecord


@dataclass(frozen=True, slots=True)
class TransactionShown(Event):
    """A station speaks of a transaction where it is doubted what runs (`doubts`)."""

    where: str
    transaction: TransactionRecord
    time_ms: int


@dataclass(frozen=True, slots=True)
class ConfirmationChanged(Event):
    """It is not confirmed that a transaction still runs; or it is again."""

    transaction: TransactionRecord


@dataclass(frozen=True, slots=True)
class TransactionEnded(Event):
    """A transaction is closed, or its connector is free without a stop."""

    transaction: TransactionRecord
    energy_wh: float | None


@dataclass(frozen=True, slots=True)
class TransactionSeen(Event):
    """Meter values name a transaction that we do not know as the one that runs."""

    where: str
    ocpp_id: str
    time_ms: int
    meter_values: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ChargingNeedsTold(Event):
    """The vehicle at an EVSE of 2.x told its needs; they are kept."""

    where: str


@dataclass(frozen=True, slots=True)
class ExternalLimitsChanged(Event):
    """A station of 2.x is limited by somebody else, or not any more."""


@dataclass(frozen=True, slots=True)
class PriorityChargingChanged(Event):
    """Priority charging of the transaction at an EVSE (2.1)."""

    where: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class TransactionPriced(Event):
    """A station tells what a transaction costs so far, or its tariff (2.1)."""

    where: str
    details: dict[str, Any] | None
    tariff_id: str | None
    time_ms: int
    is_queued: bool


@dataclass(frozen=True, slots=True)
class MonitorsTold(Event):
    """A station of 2.x tells what its monitors watch.

    ``monitors``: by id, something with the members `component` and `variable`.
    """

    monitors: dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """A call of ours was answered, whoever sent it: a command, a request, a block."""

    action: str
    payload: dict[str, Any]
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorkTold(Event):
    """A station tells how far it is with something that takes its time."""

    sensor: str
    """Which shows it: ``firmware_status``, ``log_status``, .."""
    status: str
    request_id: int | None
    """Of what it was asked; None: it does not tell."""
    has_failed: bool
    reason: str
    """As it is told behind the status; often empty."""


@dataclass(frozen=True, slots=True)
class FileUploaded(Event):
    """A station has put a file at a place of ours."""

    path: str
    """Where it is, below ``DATA_DIR``."""
    one_time_name: str
    """Which its place was told with."""


E = TypeVar("E", bound=Event)


class EventBus:
    """Hands every event to those who subscribed to its type, in their order.

    A listener's exception is logged and reaches neither the emitter nor the others.
    """

    def __init__(self) -> None:
        self._listeners: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(
            list
        )

    def subscribe(
        self, kind: type[E], listener: Callable[[E], None]
    ) -> Callable[[], None]:
        """Call ``listener`` with every event of ``kind``; returns how to stop that."""
        listeners = self._listeners[kind]
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell everybody who asked."""
        for listener in tuple(self._listeners.get(type(event), ())):
            try:
                listener(event)
            except Exception:
                logger.exception(
                    "%s: a listener of %s failed",
                    event.station.identity,
                    type(event).__name__,
                )
