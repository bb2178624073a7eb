"""The bridge topics: who waits for adoption, adopt, reject, forget, info and health.

They are there with and without the open tree. Runs on the server's loop.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson

from connector.openmqtt.topics import Topics
from connector.sessions.identity import EXPECTED, is_identity

logger = logging.getLogger(__name__)

Publish = Callable[[str, bytes, bool], None]
Decision = tuple[str, str]


class Registry(Protocol):
    """Who decides about stations."""

    async def adopt(self, identity: str) -> Decision:
        """Let it in; gives an outcome and a detail."""

    async def reject(self, identity: str) -> Decision:
        """Keep it out from now on."""

    async def forget(self, identity: str) -> Decision:
        """Make it unknown again."""

    def pending(self) -> list[Any]:
        """The stations that wait for adoption."""


_LOOKS_LIKE_JSON = ("{", "[", '"')
_EXPECTED = 'expected {"station": "<identity>"} or the bare identity'


class BadRequest(ValueError):
    """A bridge request that cannot be understood."""


def parse_station(body: bytes) -> str:
    """The identity in ``{"station": ..}``, or the bare identity.

    Raises:
        BadRequest: it is neither.
    """
    try:
        text = body.decode().strip()
        found = orjson.loads(text)
    except UnicodeDecodeError as problem:
        raise BadRequest(f"not UTF-8 at byte {problem.start}, {_EXPECTED}") from None
    except orjson.JSONDecodeError:
        if text.startswith(_LOOKS_LIKE_JSON):
            raise BadRequest(_EXPECTED) from None
        return text
    if isinstance(found, dict):
        found = found.get("station")
    if isinstance(found, int) and not isinstance(found, bool):
        return text if text.isdecimal() else str(found)
    if not isinstance(found, str) or not found:
        raise BadRequest(_EXPECTED)
    return found


class Bridge:
    """Publishes below ``N/bridge/`` and answers what is asked there."""

    def __init__(self, topics: Topics, registry: Registry, publish: Publish) -> None:
        self._topics = topics
        self._registry = registry
        self._publish = publish
        self.others: dict[str, Callable[[bytes], dict[str, Any]]] = {}
        """Requests that are not about a station: each gives its answer."""
        self._requests: dict[str, Callable[[str], Awaitable[Decision]]] = {
            "adopt": registry.adopt,
            "reject": registry.reject,
            "forget": registry.forget,
        }

    async def handle(self, request: str, body: bytes) -> None:
        """Carry out one bridge request and answer it, whatever it is."""
        run = self._requests.get(request)
        if run is not None:
            answer: dict[str, Any] = await self._answer(run, body)
        elif request in self.others:
            answer = self.others[request](body)
        else:
            logger.warning(
                "unknown bridge request %r: expected %s",
                request[:40],
                ", ".join([*self._requests, *self.others]),
            )
            return
        self._publish(
            self._topics.bridge_response(request), orjson.dumps(answer), False
        )

    async def _answer(
        self, run: Callable[[str], Awaitable[Decision]], body: bytes
    ) -> dict[str, Any]:
        try:
            station = parse_station(body)
            if not is_identity(station):
                raise BadRequest(f"expected an identity: {EXPECTED}")
        except BadRequest as problem:
            return {"station": "", "outcome": "invalid", "detail": str(problem)}
        try:
            outcome, detail = await run(station)
        except Exception as problem:
            logger.exception("%s: a bridge request failed", station)
            outcome, detail = "error", str(problem)
        return {"station": station, "outcome": outcome, "detail": detail}

    def publish_pending(self) -> None:
        """Publish the list of stations that wait for adoption."""
        waiting = [as_json(station) for station in self._registry.pending()]
        self._publish(self._topics.bridge_pending, orjson.dumps(waiting), True)

    def publish_info(self, info: dict[str, Any]) -> None:
        """Publish what this connector is."""
        self._publish(self._topics.bridge_info, orjson.dumps(info), True)

    def publish_health(self, health: dict[str, Any]) -> None:
        """Publish how this connector is."""
        self._publish(self._topics.bridge_health, orjson.dumps(health), True)


def as_json(pending: Any) -> dict[str, Any]:
    """A pending station as it stands in the list."""
    return {
        "station": pending.station,
        "vendor": pending.vendor,
        "model": pending.model,
        "protocol": pending.protocol,
        "address": pending.address,
        "since": pending.since,
    }
