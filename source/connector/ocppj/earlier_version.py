"""Stations that agree on 2.x in the handshake, and then speak 1.6."""

from __future__ import annotations

from typing import Any

from connector.errors import RemoteProtocolError
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import Schema, schemas

Json = dict[str, Any]

_EARLIEST = "1.6"
_TOLERATED = frozenset({"Enum", "MaxLength", "AdditionalProperties"})


class EarlierVersion(RemoteProtocolError):
    """A message of 1.6 on a link of a later version."""

    kind = "1.6 on a 2.x link"
    """The same for every message: it is one fault of the peer."""

    def __init__(self, code: str, action: str, version: str) -> None:
        super().__init__(code, f"this is OCPP 1.6 on a link of OCPP {version}")
        self.warning = (
            f"speaks OCPP 1.6 on a link of OCPP {version}: its {action} was answered "
            f"with {code}; pin the version of this station with `ocpp_version`"
        )


def is_spoken(action: str, payload: Json, version: str, *, is_station: bool) -> bool:
    """Whether a message that ``version`` cannot take is one of 1.6."""
    routes = ROUTES[_EARLIEST]
    if version == _EARLIEST or action not in (routes.down if is_station else routes.up):
        return False
    if not ROUTES[version].knows(action):
        return True
    earlier, later = (schemas(each).request(action) for each in (_EARLIEST, version))
    theirs = _members(earlier) - _members(later)
    return not theirs.isdisjoint(payload) and all(
        misfit.kind in _TOLERATED for misfit in earlier.misfits(payload)
    )


def _members(schema: Schema) -> set[str]:
    return set(schema.document["properties"])
