"""The charging station, as the controller of one EVSE asks and tells it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from v2g.bus import Bus
from v2g.envelope import REQUEST, Envelope, Json
from v2g.evse_ids import folded
from v2g.parameters import Evse
from v2g.told import Told

logger = logging.getLogger(__name__)


class Station:
    """One EVSE of it: `told` is what it has said, the methods are what it is asked."""

    def __init__(self, bus: Bus, evse: Evse) -> None:
        self.evse = evse
        self.told = Told(evse.evse_id)
        self._bus = bus
        bus.listeners.append(self._hear)

    def _hear(self, message: Envelope) -> None:
        if message.type == REQUEST:
            return
        about = message.data.get("evse_id")
        if about is not None and folded(str(about)) != folded(self.evse.evse_id):
            return
        try:
            self.told.hear(message.name, message.data)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            logger.warning("%s is not as expected: %r", message.name, problem)

    def tell(self, name: str, **data: object) -> None:
        """An update about this EVSE."""
        self._bus.update(name, {"evse_id": self.evse.evse_id, **data})

    async def ask(self, name: str, **data: object) -> Json:
        """A request about this EVSE.

        Raises:
            TimeoutError: nobody answered.
        """
        return await self._bus.ask(name, {"evse_id": self.evse.evse_id, **data})

    async def refresh(self) -> None:
        """Have all limits told."""
        limits = await self._bus.ask("cs_status_and_limits", {})
        self.told.hear("cs_status_and_limits", limits)

    async def contactor(self) -> str:
        """What it does: closed, opened or error."""
        answer = await self.ask("cs_contactor_status")
        self.told.hear("cs_contactor_status", answer)
        return self.told.contactor

    async def contactor_is(self, wanted: str, within_s: float) -> bool:
        """Wait for it to get there; one that cannot is not waited for."""
        await self.contactor()
        told = self.told
        await told.until(lambda: told.contactor in (wanted, "error"), within_s)
        return told.contactor == wanted

    async def meter(self) -> Json:
        """Its meter's values."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return await self.ask("meter_values", timestamp=now.replace("+00:00", "Z"))
