"""Id tokens in the messages of every version."""

from __future__ import annotations

from typing import Any

from connector.tests.csms.conftest import NAME, StationEnd
from connector.tests.csms.v2.conftest import Harness2, start2

__all__ = [
    "VERSIONS",
    "authorize",
    "connect",
    "info",
    "start",
    "start2",
    "stop",
    "token",
]

Json = dict[str, Any]
VERSIONS = ["1.6", "2.0.1", "2.1"]


async def connect(
    system: Harness2, version: str, identity: str = NAME, **more: Any
) -> Any:
    """A station of a version."""
    if version == "1.6":
        return await system.connect(identity, **more)
    return await system.connect_2(identity, version=version, **more)


def token(end: StationEnd, id_token: str, type_: str = "ISO14443") -> Json:
    """The member of an Authorize."""
    if end.session.version == "1.6":
        return {"idTag": id_token}
    return {"idToken": {"idToken": id_token, "type": type_}}


def info(answer: Json) -> Json:
    """What was said about the token."""
    found: Json = answer.get("idTagInfo") or answer["idTokenInfo"]
    return found


async def authorize(end: StationEnd, id_token: str = "stranger") -> str:
    """The status that is answered to Authorize."""
    answer = await end.say("Authorize", **token(end, id_token))
    return str(info(answer)["status"])


async def start(
    end: Any, id_token: str = "stranger", connector: int = 1, **more: Any
) -> str:
    """The status that is answered to a start."""
    if end.session.version == "1.6":
        answer = await end.start(idTag=id_token, connector=connector, **more)
    else:
        tx = f"tx-{id(end)}-{connector}"
        more = {"tx": tx, "evse": connector} | more
        answer = await end.event("Started", 0, token=id_token, **more)
    return str(info(answer)["status"])


async def stop(end: Any, id_token: str, reason: str) -> None:
    """The first transaction ends, and a token is named with it."""
    if end.session.version == "1.6":
        await end.stop(1, idTag=id_token, reason=reason)
    else:
        tx = f"tx-{id(end)}-1"
        await end.event("Ended", 1, tx=tx, token=id_token, reason=reason)
