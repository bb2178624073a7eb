"""How a session ends: the package waits 2 s, and 3 s more, whoever has left by then."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from iso15118.evcc.comm_session_handler import EVCCCommunicationSession
from iso15118.secc.comm_session_handler import SECCCommunicationSession
from iso15118.shared.messages.enums import SessionStopAction
from iso15118.shared.states import Pause

logger = logging.getLogger(__name__)

_LINK_AFTER_S, _CLOSED_AFTER_S = 2.0, 3.0
"""A vehicle may close the connection first (ISO 15118-20, V2G20-1633)."""


def station_waits_for_its_vehicle(session: SECCCommunicationSession) -> None:
    """It does so no longer than the vehicle is there."""
    stop_as_ever = session.stop

    async def stop(reason: str) -> None:
        if session.current_state.next_state == Pause:
            await stop_as_ever(reason)
            return
        controller = session.evse_controller
        await _left(session.reader, _LINK_AFTER_S)
        await controller.update_data_link(SessionStopAction.TERMINATE)
        await controller.session_ended(str(session.current_state), reason)
        await _left(session.reader, _CLOSED_AFTER_S)
        await _close(session.writer)

    session.stop = stop  # type: ignore[method-assign]


def vehicle_leaves(session: EVCCCommunicationSession) -> None:
    """It has nothing to say any more, and goes at once."""
    stop_as_ever = session.stop

    async def stop(reason: str) -> None:
        if session.current_state.next_state == Pause:
            await stop_as_ever(reason)
            return
        logger.info("the vehicle leaves: %s", reason)
        await session.ev_controller.enable_charging(False)
        await _close(session.writer)

    session.stop = stop  # type: ignore[method-assign]


async def _left(reader: asyncio.StreamReader, within_s: float) -> None:
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(within_s):
            await reader.read()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    # It is closed in any case; who was first is not of interest.
    with contextlib.suppress(TimeoutError, OSError):
        await writer.wait_closed()
