"""Who may charge: Authorize."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable
from typing import Any

from connector.csms.station import STATION, Station
from connector.csms.token_verdicts import Showing
from connector.csms.tokens import Presented, Tokens, Verdict
from connector.ocppj.frames import Call
from connector.ocppj.redaction import shorten
from connector.sessions.handlers import Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)


class Authorization:
    """Answers who may charge."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.handlers: dict[str, Handler] = {"Authorize": self.on_authorize}
        self.handlers_2: dict[str, Handler] = {"Authorize": self.on_authorize_2}

    def on_authorize(self, station: Station, call: Call) -> Json | Awaitable[Json]:
        """Authorize of 1.6."""
        id_tag = call.payload["idTag"]
        shown = Presented(station, STATION, id_tag, showing=Showing.ASKED)
        return self._answer(shown, "idTagInfo")

    def on_authorize_2(self, station: Station, call: Call) -> Json | Awaitable[Json]:
        """Authorize of 2.x."""
        token = call.payload["idToken"]
        text, type_ = token["idToken"], token["type"]
        shown = Presented(station, STATION, text, type_, Showing.ASKED)
        return self._answer(shown, "idTokenInfo")

    def _answer(self, shown: Presented, member: str) -> Json | Awaitable[Json]:
        verdict = self._tokens.decide(shown)
        if inspect.isawaitable(verdict):
            return self._wait(shown, verdict, member)
        return self._told(shown, verdict, member)

    async def _wait(
        self, shown: Presented, verdict: Awaitable[Verdict], member: str
    ) -> Json:
        return self._told(shown, await verdict, member)

    def _told(self, shown: Presented, verdict: Verdict, member: str) -> Json:
        info = self._tokens.info(shown.station, verdict)
        token = shorten(shown.id_token)
        identity = shown.station.identity
        logger.info("%s: token %s is %s", identity, token, info["status"])
        return {member: info}
