"""One session at an EVSE: token, transaction, meter, payment, protocol, limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.station.ports import Token


@dataclass(slots=True)
class Session:
    """From the first of vehicle and token to the last of them.

    ``key`` is our own id, which 2.x has as its transactionId; 1.6 gets an id from the
    central system later (``id_16``).
    """

    key: str
    evse: int
    connector: int = 1
    token: Token | None = None
    group: str | None = None
    started_ms: int | None = None
    """When the transaction began; None: it has not."""
    meter_start_wh: float = 0.0
    id_16: int | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    payment: str = "eim"
    protocol: str | None = None
    is_over: bool = False
    """Who charged has stopped it, while a stop point may still hold."""
    was_plugged: bool = False
    sampled_ms: int = 0
    """When its values were told last."""
    told: int = 0
    """Events of the transaction so far."""
    limits: dict[str, float] = field(default_factory=dict)
    """Upper bounds beside the charging profiles, in W, by who says so: card, cable."""

    @property
    def is_running(self) -> bool:
        """Whether it is a transaction by now."""
        return self.started_ms is not None
