"""What a session needs of the way to its peer."""

from __future__ import annotations

from typing import Protocol


class Link(Protocol):
    """Carries texts both ways, in order, until it is closed."""

    @property
    def remote_address(self) -> str:
        """Where the peer is."""

    @property
    def reached_at(self) -> str:
        """The host by which the peer reached us; empty where nobody knows."""

    @property
    def security_profile(self) -> int:
        """How far the peer is known (OCPP 2.0.1, part 2, A00): 0 to 3."""

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on; None where nothing was offered."""

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the last ping, where there are pings."""

    @property
    def last_received_s(self) -> float:
        """When anything came in last; of the monotonic clock."""

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet; what came before is received all the same."""

    def slowed(self) -> None:
        """The peer is made to wait: its silence counts from now, it is our doing."""

    async def recv(self) -> str | bytes:
        """The next text; bytes are what a peer may not send.

        Raises:
            LinkClosed: there is none any more.
        """

    async def send(self, text: str) -> None:
        """Send a text; waits while the peer is slow.

        Raises:
            LinkClosed: it cannot be sent any more.
        """

    def put(self, text: str) -> None:
        """Send a text at once, however far the peer is behind.

        For what waits for an answer before there is more of it.

        Raises:
            LinkClosed: it cannot be sent any more.
        """

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End it; a second time does nothing."""
