"""The answer that does not end by itself: events, as they come."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from connector.web.events.reader import Reader

MEDIA_TYPE = "text/event-stream"


class EventHead(Response):
    """How the answer begins, alone."""

    media_type = MEDIA_TYPE

    def __init__(self) -> None:
        super().__init__(
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        # Its end is not known before.
        del self.headers["content-length"]


class EventStream(EventHead):
    """Sends what a reader gets, until he or we go."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer.

        A peer that does not read keeps us waiting in ``send``, and is cut off after a
        while (`connections`); what is meant for him is let go long before.
        """
        watching = asyncio.create_task(self._until_gone(receive), name="events")
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            while (chunk := await self._reader.next()) is not None:
                await send(_body(chunk, is_more=True))
            await send(_body(b"", is_more=False))
        finally:
            watching.cancel()
            self._reader.end()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._reader.end()


def _body(chunk: bytes, *, is_more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": is_more}
