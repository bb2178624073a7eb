"""What some central systems want otherwise, by the names of those that do.

A profile that is sent twice replaces itself at every station, so there is no quirk for
central systems that do so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

import orjson

from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas
from connector.sessions.link import Link
from connector.sessions.versions import version_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Quirks:
    """Manners; the default is what the specifications say."""

    reports_connector_zero: bool = True
    """Whether a status of the station itself is told (1.6)."""
    periodic: Literal["heartbeat", "status", "none"] = "heartbeat"
    """What a silent station says at the heartbeat interval."""
    never_callerror: bool = False
    """Refuse by an answer that says no, where a CALLERROR would end the link."""
    min_gap_ms: int = 0
    """The least time between two calls."""
    start_meter_zero: bool = False
    """Count the energy of a transaction from 0 (1.6)."""
    tells_security_events: bool = True
    """Whether SecurityEventNotification goes out: in 1.6 it is an extension."""


NONE = Quirks()
QUIRKS: Mapping[str, Quirks] = MappingProxyType(
    {
        "biapower": Quirks(
            reports_connector_zero=False,
            periodic="none",
            never_callerror=True,
            tells_security_events=False,
        ),
        "none": NONE,
    }
)
"""All that one central system wants, by its name."""
FLAGS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "connector_zero": ("reports_connector_zero", False),
        "never_callerror": ("never_callerror", True),
        "no_security_events": ("tells_security_events", False),
        "start_meter_zero": ("start_meter_zero", True),
    }
)
"""Single ones that are there or not, by their names in files: member, value."""
PERIODIC = ("heartbeat", "status", "none")
LONGEST_GAP_MS = 60_000
NAMES = tuple(sorted((*QUIRKS, *FLAGS)))
"""What may be named without a value."""


def together(first: Quirks, second: Quirks) -> Quirks:
    """Both: what the second does not want otherwise is as in the first."""
    wanted: Json = {
        each.name: getattr(second, each.name)
        for each in fields(Quirks)
        if getattr(second, each.name) != each.default
    }
    return replace(first, **wanted)


def named(name: str) -> Quirks | None:
    """Those of a central system, or a single one; None: there is none of the name."""
    found = QUIRKS.get(name)
    if found is None and name in FLAGS:
        member, value = FLAGS[name]
        wanted: Json = {member: value}
        return replace(NONE, **wanted)
    return found


def quirks_of(names: str) -> Quirks:
    """Those of comma-separated names.

    Raises:
        ValueError: nobody knows one of them; the text says who is known.
    """
    found = NONE
    for name in names.split(","):
        quirk = named(name.strip().lower())
        if quirk is None:
            known = ", ".join(NAMES)
            raise ValueError(f"quirks {name[:60]!r}: expected one of {known}")
        found = together(found, quirk)
    return found


_REFUSALS = ("Rejected", "NotSupported", "Failed", "UnknownVendorId", "NotImplemented")
_CALL, _CALLERROR = "[2,", "[4,"
_MOST_ASKED = 100


class MildLink:
    """A link on which no CALLERROR goes out (`Quirks.never_callerror`)."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asked: deque[tuple[str, str]] = deque(maxlen=_MOST_ASKED)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    async def recv(self) -> str | bytes:
        """The next text; of calls it is known what they were."""
        text = await self._link.recv()
        if isinstance(text, str) and text.replace(" ", "")[:3] == _CALL:
            self._note(text)
        return text

    def _note(self, text: str) -> None:
        try:
            _, unique_id, action, *_ = orjson.loads(text)
        except (ValueError, TypeError):
            return
        self._asked.append((str(unique_id), str(action)))

    async def send(self, text: str) -> None:
        """Send a text, or in the place of an error what says no."""
        if text.startswith(_CALLERROR):
            unique_id = orjson.loads(text)[1]
            action = dict(self._asked).get(unique_id, "")
            text = orjson.dumps([3, unique_id, self._refusal(action)]).decode()
        await self._link.send(text)

    def _refusal(self, action: str) -> Json:
        version = version_of(self._link.subprotocol or "ocpp1.6")
        if action not in ROUTES[version].down:
            return {}
        schema = schemas(version).response(action)
        answers: list[Json] = [{"status": status} for status in _REFUSALS]
        return next((each for each in answers if schema.is_valid(each)), {})
