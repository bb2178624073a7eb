"""What a version of OCPP supplies: calls for facts, and answers to calls.

A `Version` is one object for all stations; the `Client` it is given has everything of
the one it is about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from connector.errors import ConnectorError, RemoteProtocolError
from connector.ocppj.frames import Call, Json
from connector.ocppj.rules import rules
from connector.ocppj.schemas import schemas
from connector.ocppj.tolerance import refuse
from connector.sessions.handlers import Answer, Handler
from connector.station.core.events import CoreEvent

if TYPE_CHECKING:
    from connector.station.client.client import Client

PENDING, REJECTED, ACCEPTED = "Pending", "Rejected", "Accepted"

UNCHANGED = object()
"""An answer said nothing: it may be given for most of them."""


@dataclass(slots=True)
class Message:
    """A call that is to be sent, with wire names.

    ``took`` gets the answer, once; ``failed`` why there will be none: a CALLERROR, no
    answer in time, or an answer that fits no schema. Neither may wait. The station is
    looked at anew after them, unless they give `UNCHANGED`.
    """

    action: str
    payload: Json
    took: Callable[[Json], object] | None = None
    failed: Callable[[ConnectorError], object] | None = None


class Version(Protocol):
    """How one version says things."""

    handlers: Mapping[str, Handler]
    """By action, made with `gated`; their owner is the `Client`."""

    def boot(self, client: Client, reason: str) -> Message:
        """BootNotification; ``reason`` is a BootReasonEnum of 2.x."""

    def write(self, client: Client, event: CoreEvent) -> Sequence[Message]:
        """What is sent for a fact; asked when it is its turn, maybe after a restart.

        Events of transactions are asked for again until their answer is there.
        """

    def fit(self, action: str, payload: Json) -> Json:
        """A payload that was refused, as far as the version can say it; never raises.

        It may still not fit.
        """

    def accepted(self, client: Client, *, has_booted: bool) -> None:
        """The central system listens from now on."""


ClientHandler = Callable[[Any, Call], "Json | Answer | Awaitable[Json | Answer]"]
"""Takes the `Client` and a call. It must not wait for calls of its own: what it wants
to send goes to `Client.say` or `Client.tell`."""


def gated(handlers: Mapping[str, ClientHandler]) -> dict[str, Handler]:
    """Handlers that a rejected station does not serve, and whose effects are told."""
    return {action: _gate(handler) for action, handler in handlers.items()}


def _gate(handler: ClientHandler) -> Handler:
    def handle(client: Client, call: Call) -> Any:
        if client.boot_status == REJECTED:
            # 2.x part 2, B03.FR.03; 1.6 section 4.2 has nothing to be said either.
            raise RemoteProtocolError("SecurityError", "the station was rejected")
        _check(client.version_number, call)
        result = handler(client, call)
        client.was_asked()
        return result if isinstance(result, dict | Answer) else _late(client, result)

    return handle


def _check(version: str, call: Call) -> None:
    """A word that the version does not have is tolerated by nobody who acts on it."""
    schema = schemas(version).request(call.action)
    if not schema.is_valid(call.payload):
        raise refuse(schema.misfits(call.payload), rules(version).dialect)


async def _late(client: Client, result: Awaitable[Json | Answer]) -> Json | Answer:
    try:
        return await result
    finally:
        client.was_asked()
