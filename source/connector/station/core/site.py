"""What all rooms of the core share: the station's facts and ports."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from connector.station.core import settings as names
from connector.station.core.evse import Evse
from connector.station.core.reservations import Reservations
from connector.station.core.session import Session
from connector.station.core.settings import Variables
from connector.station.core.tokens import TokenBook, Verdict
from connector.station.ids import new_key
from connector.station.model import StationModel
from connector.station.ports import Hardware, Token

DEFAULT_TIMEOUT_S = 60.0


class Offers(Protocol):
    """What charging profiles leave (`station.charging`); limits are in W."""

    def limit_w(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        """What an EVSE may draw now, and on how many phases (None: all it has)."""

    def next_change_ms(self, now_ms: int) -> int | None:
        """When that may be another without anybody saying so."""

    def session_ended(self, evse: Evse) -> None:
        """The profiles of its transaction end with it."""


OnRefused = Callable[[str, int, Token, str], None]
"""Takes the station's identity, the EVSE, the token, and why."""


@dataclass(slots=True)
class PendingReset:
    """A reset that waits until nobody charges; EVSE 0 is the station."""

    evse: int
    is_hard: bool


@dataclass(slots=True)
class Site:
    """The facts; whoever changes what `save` gives counts `revision` up."""

    model: StationModel
    hardware: Hardware
    variables: Variables
    offers: Offers
    source: random.Random
    on_events: Callable[[], None]
    evses: dict[int, Evse]
    tokens: TokenBook
    reservations: Reservations
    is_online: bool = False
    is_accepted: bool = True
    inoperative: set[int] = field(default_factory=set)
    error: tuple[str, str] | None = None
    reset: PendingReset | None = None
    revision: int = 0
    on_judged: Callable[[int, Token, str], None] | None = None
    """Told what became of each token that was judged at an EVSE."""
    on_refused: OnRefused | None = None
    """Told of each token that may not charge, or not any more."""

    def is_offline(self) -> bool:
        """Whether nobody listens."""
        return not self.is_online

    def may_start(self, evse: Evse) -> bool:
        """Whether somebody may begin to charge there.

        Before a central system has ever accepted this station only where
        TxBeforeAcceptedEnabled allows it (2.x part 2, B02).
        """
        is_early = not self.is_accepted
        if is_early and names.is_off(self.variables, names.BEFORE_ACCEPTED):
            return False
        return evse.may_begin()

    def is_master(self, verdict: Verdict | None) -> bool:
        """A master pass stops, and does not start (2.x part 2, C16)."""
        master = self.variables.text(names.MASTER_GROUP)
        return bool(master) and verdict is not None and verdict.group == master

    def session(self, evse: Evse) -> Session:
        """The session at an EVSE, which begins with this where there is none."""
        if evse.session is None:
            key = new_key(self.source)
            evse.session = Session(
                key,
                evse.number,
                evse.connector,
                was_plugged=evse.is_plugged,
                was_in_bay=evse.is_in_bay,
            )
        return evse.session

    def connection_timeout_ms(self) -> int:
        """How long somebody may take to plug in."""
        wanted_s = self.variables.number(names.CONNECTION_TIMEOUT_S)
        return round((wanted_s or DEFAULT_TIMEOUT_S) * 1000)
