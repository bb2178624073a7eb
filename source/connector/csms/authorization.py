"""Who may charge: Authorize."""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.station import Station
from connector.csms.tokens import Tokens
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

    def on_authorize(self, station: Station, call: Call) -> Json:
        """Authorize."""
        id_token = call.payload["idTag"]
        info = self._tokens.info(id_token)
        logger.info(
            "%s: token %s is %s", station.identity, shorten(id_token), info["status"]
        )
        return {"idTagInfo": info}
