"""What a station knows of a customer: told, and forgotten (2.x part 2, N09 and N10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import Message
from connector.station.client.v2.answers import answer
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

_ACTION = "NotifyCustomerInformation"
_LONGEST = 512
_NAMES = ("customerCertificate", "idToken", "customerIdentifier")


def customer_information(client: Client, call: Call) -> Json | Answer:
    """CustomerInformation; of customers a station knows their tokens alone."""
    payload = call.payload
    named = [name for name in _NAMES if name in payload]
    if len(named) != 1:
        return answer("Invalid", "MissingParam", "expected one of " + ", ".join(_NAMES))
    if not payload["report"] and not payload["clear"]:
        return answer("Rejected", "InvalidValue", "neither report nor clear")
    id_ = payload["idToken"]["idToken"] if "idToken" in payload else None
    text = _known(client, id_) if payload["report"] else ""
    if payload["clear"] and id_ is not None:
        _forget(client, id_)
    request_id = payload["requestId"]
    return Answer(answer("Accepted"), lambda: _tell(client, request_id, text))


def _known(client: Client, id_: str | None) -> str:
    if id_ is None:
        return ""
    core, folded = client.core, id_.casefold()
    lines = [
        f"local list: {entry.verdict.status}"
        for entry in core.tokens.listed()
        if entry.token.id.casefold() == folded and entry.verdict is not None
    ]
    lines += [
        f"cache: {verdict.status}"
        for known, verdict, _ in core.tokens.cached()
        if known == folded
    ]
    lines += [
        f"transaction {session.key} at EVSE {session.evse}"
        for session in core.all_running()
        if session.token is not None and session.token.id.casefold() == folded
    ]
    return "\n".join(lines)


def _forget(client: Client, id_: str) -> None:
    """The local list is the central system's own (N10.FR.02)."""
    tokens, folded = client.core.tokens, id_.casefold()
    tokens.restore_cache(each for each in tokens.cached() if each[0] != folded)
    client.state.is_stale = True


def _tell(client: Client, request_id: int, text: str) -> None:
    starts = range(0, max(1, len(text)), _LONGEST)
    for number, start in enumerate(starts):
        payload: Json = {
            "requestId": request_id,
            "generatedAt": iso(client.now_ms()),
            "seqNo": number,
            "tbc": start + _LONGEST < len(text),
            "data": text[start : start + _LONGEST],
        }
        client.say(Message(_ACTION, payload))
