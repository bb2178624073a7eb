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
        self.handlers_2: dict[str, Handler] = {"Authorize": self.on_authorize_2}

    def on_authorize(self, station: Station, call: Call) -> Json:
        """Authorize of 1.6."""
        id_token = call.payload["idTag"]
        info = self._tokens.info(id_token)
        _log(station, id_token, info)
        return {"idTagInfo": info}

    def on_authorize_2(self, station: Station, call: Call) -> Json:
        """Authorize of 2.x."""
        id_token = call.payload["idToken"]
        info = self._tokens.info_2(id_token)
        _log(station, id_token["idToken"], info)
        return {"idTokenInfo": info}


def _log(station: Station, id_token: str, info: Json) -> None:
    token = shorten(id_token)
    logger.info("%s: token %s is %s", station.identity, token, info["status"])
