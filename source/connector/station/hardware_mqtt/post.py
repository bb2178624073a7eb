"""What is known of the services at one EVSE, and what they need of a core."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector.station.core.evse import NO_ERROR, Evse
from connector.station.core.reservations import Reservations
from connector.station.core.session import Session
from connector.station.core.tokens import TokenBook, Verdict
from connector.station.hardware_mqtt.envelope import Envelope
from connector.station.hardware_mqtt.gauge import Gauge
from connector.station.hardware_mqtt.topics import Place
from connector.station.model import EvseModel
from connector.station.ports import Plug, Token, Told


class Core(Told, Protocol):
    """What of `StationCore` the services reach."""

    @property
    def tokens(self) -> TokenBook:
        """Local list and cache."""

    @property
    def reservations(self) -> Reservations:
        """Those in force."""

    @property
    def evses(self) -> Mapping[int, Evse]:
        """By number."""

    @property
    def is_online(self) -> bool:
        """Whether a central system listens."""

    def authorized(self, evse: int, token: Token, verdict: Verdict, now_ms: int) -> str:
        """What was decided about a token."""

    def change_availability(
        self,
        evse: int,
        connector: int,
        now_ms: int,
        *,
        is_operative: bool,
        includes_parts: bool = False,
    ) -> Any:
        """Switch an EVSE on or off."""

    def tell_values(self, evse: int, now_ms: int, *, name: str = "") -> bool:
        """Tell the values of an EVSE."""

    def tell_transactions(self, evse: int, now_ms: int) -> bool:
        """Tell the values of what runs at an EVSE."""

    def report(self, action: str, details: dict[str, object], now_ms: int) -> None:
        """Have the client tell something."""

    def offer_anew(self, now_ms: int) -> None:
        """Bounds have changed."""


class Wire(Protocol):
    """How messages leave (`Bus` is one)."""

    def ask(self, place: Place, message: Envelope) -> None:
        """Ask a service of the hardware."""

    def tell(self, place: Place, message: Envelope) -> None:
        """Answer, or tell."""


@dataclass(slots=True)
class Post:
    """One EVSE (0: the station)."""

    model: EvseModel
    heard_ms: int
    """When its hardware gave a sign of life."""
    asked_ms: int = 0
    is_silent: bool = False
    error: tuple[str, str] = (NO_ERROR, "")
    """What services said is broken."""
    gauge: Gauge = field(default_factory=Gauge)
    has_gauge: bool = False
    plug: Plug | None = None
    login: Token | None = None
    """Whose card is logged in, as the auth service said last."""
    claimed: str | None = None
    """The transaction that a service has started, by its key."""
    is_subscribed: bool = False
    is_closed: bool = False
    contactor: bool | None = None
    """Whether it is closed, where the charge service tells that."""
    isolation: str | None = None
    """What its monitor has measured last."""
    limit_w: float = 0.0
    phases: int | None = None
    config_id: str = ""
    bounds: dict[str, float] = field(default_factory=dict)
    """What cards and hardware allow, in W."""
    over_since_ms: int | None = None
    reservation_id: int | None = None
    unlocking: asyncio.Future[None] | None = None

    @property
    def volts(self) -> float:
        """Of all phases together."""
        rating = self.model.rating
        return rating.voltage * (1 if rating.is_dc else rating.phases)

    @property
    def offered_w(self) -> float:
        """What may be drawn: never more than cards and hardware allow."""
        return min(self.limit_w, *self.bounds.values(), self.limit_w)

    @property
    def offered_a(self) -> float:
        """The same per phase; at DC in all."""
        rating = self.model.rating
        phases = 1 if rating.is_dc else self.phases or rating.phases
        return self.offered_w / (rating.voltage * phases)

    def ended(self) -> None:
        """A transaction has ended, and what was so for it alone."""
        self.claimed = self.over_since_ms = None
        for who in ("card", "config"):
            self.bounds.pop(who, None)

    def left(self) -> None:
        """The vehicle is gone."""
        self.ended()
        self.login = None
        self.gauge.session_from_wh = None


def is_same(token: Token | None, other: Token | None) -> bool:
    """Whether two tokens are one, as OCPP compares them: not by case."""
    if token is None or other is None:
        return False
    return token.id.casefold() == other.id.casefold()


def charging_with(core: Core, evse: int, token: Token) -> Session | None:
    """The session that a token is already in; EVSE 0: at any EVSE."""
    found = core.evses.values() if evse == 0 else [core.evses[evse]]
    for session in (each.session for each in found):
        if session is not None and session.is_authorized:
            if is_same(session.token, token):
                return session
    return None
