"""Id tokens of 2.x: a text and a type."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

CARD = "ISO14443"
"""The type of what people write as text: what they hold to the reader."""
CENTRAL = "Central"
"""The type of a token that the central system made up (2.x part 2, C02)."""
NO_AUTHORIZATION = "NoAuthorization"


def wire_token(given: str | Json) -> Json:
    """The member `idToken`; ``given`` is a text, or an object with `id` and `type`."""
    if isinstance(given, str):
        return {"idToken": given, "type": CARD if given else NO_AUTHORIZATION}
    text = given.get("id", given.get("idToken", ""))
    rest = {k: v for k, v in given.items() if k == "additionalInfo"}
    return {"idToken": text, "type": given.get("type", CARD), **rest}


def own_token(text: str) -> Json:
    """A token of ours (`REMOTE_ID_TOKEN`, `autostart_token`), as `wire_token` takes."""
    return {"id": text, "type": CENTRAL if text else NO_AUTHORIZATION}
