"""What happened since the start, in numbers, for who watches the connector."""

from __future__ import annotations

from connector.csms.events import EventBus, TransactionEnded, TransactionStarted
from connector.sessions.tally import Tally


class Counts:
    """Of one central system; ``messages`` are counted by the sessions themselves."""

    def __init__(self, events: EventBus) -> None:
        self.messages = Tally()
        self.reconnects = 0
        self.evictions = 0
        """Links that were closed for a newer one of the same station."""
        self.malformed_frames = 0
        self.transactions_started = 0
        self.transactions_ended = 0
        events.subscribe(TransactionStarted, self._on_started)
        events.subscribe(TransactionEnded, self._on_ended)

    def _on_started(self, event: TransactionStarted) -> None:
        self.transactions_started += 1

    def _on_ended(self, event: TransactionEnded) -> None:
        self.transactions_ended += 1
