"""The other end: a link that we open."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.frames import Frame
from websockets.protocol import Event
from websockets.typing import Subprotocol

from connector.errors import LinkRefused
from connector.sessions.websocket_link import NOTED, Alive, WebSocketLink

_library_logger = logging.getLogger("websockets.client")
_library_logger.setLevel(logging.CRITICAL)


class _Connection(Alive, ClientConnection):
    """A connection that notes when it heard anything, and can be tapped.

    TCP_NODELAY is asyncio's default for every socket.
    """

    __slots__ = (*NOTED, "tap")

    tap: Callable[[Frame], bool] | None
    """Takes a frame at once, if it wants it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tap = None

    def process_event(self, event: Event) -> None:
        """Called for the response of the handshake, then for every frame."""
        if self.tap is None or not isinstance(event, Frame) or not self.tap(event):
            super().process_event(event)


async def open_link(
    url: str,
    subprotocols: Sequence[str],
    *,
    timeout_s: float = 10.0,
    tls: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
) -> WebSocketLink:
    """Connect to ``url``; without subprotocols none is offered.

    ``tls`` is for wss alone, ``headers`` go with the request (`Authorization`).

    Raises:
        LinkRefused: nobody answered, the answer was no, or the URL is none.
    """
    more: dict[str, Any] = {} if tls is None else {"ssl": tls}
    try:
        websocket = await connect(
            url,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            additional_headers=headers,
            compression=None,
            open_timeout=timeout_s,
            ping_interval=None,
            create_connection=_Connection,
            logger=_library_logger,
            **more,
        )
    except InvalidStatus as problem:
        response = problem.response
        reason = response.body.decode("utf-8", "replace").strip()
        raise LinkRefused(reason[:200], response.status_code) from None
    except (OSError, WebSocketException, ValueError) as problem:
        raise LinkRefused(str(problem) or type(problem).__name__) from None
    return WebSocketLink(websocket, websocket.subprotocol)
