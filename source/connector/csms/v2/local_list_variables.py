"""Variables of local authorization lists (2.x part 2, LocalAuthListCtrlr)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from connector.csms.station import Station
from connector.csms.v2.variables import Variable, of_wire
from connector.errors import CallErrorReceived
from connector.store.interface import VariableStore

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_COMPONENT = "LocalAuthListCtrlr"
ENABLED = Variable(_COMPONENT, "Enabled")
_AVAILABLE = Variable(_COMPONENT, "Available")
_ITEMS = Variable(_COMPONENT, "ItemsPerMessage")
_BYTES = Variable(_COMPONENT, "BytesPerMessage")
_ENTRIES = Variable(_COMPONENT, "Entries")
_READ = (ENABLED, _AVAILABLE, _ITEMS, _BYTES)


class ListVariables:
    """What a station says of its list; what it has no variable for is unknown."""

    def __init__(self, values: Mapping[Variable, str], room: int | None) -> None:
        self._values = values
        self.room = room
        """How many entries fit."""

    @property
    def most(self) -> int | None:
        """Entries of one message."""
        return self._number(_ITEMS)

    @property
    def most_bytes(self) -> int | None:
        """Of one message."""
        return self._number(_BYTES)

    @property
    def is_absent(self) -> bool:
        """Whether it says that it can have no list."""
        return self._is_false(_AVAILABLE)

    @property
    def is_disabled(self) -> bool:
        """Whether it says that it does not use its list."""
        return self._is_false(ENABLED)

    async def allow(self, station: Station) -> str | None:
        """Have the station use its list; gives what it does not agree to.

        Raises:
            ConnectorError: as `Station.call`, but for a CALLERROR.
        """
        if not self.is_disabled:
            return None
        wanted = {"attributeValue": "true", **ENABLED.wire()}
        try:
            answer = await station.call("SetVariables", {"setVariableData": [wanted]})
        except CallErrorReceived as problem:
            return f"{ENABLED} is false at the station: {problem}"
        match answer["setVariableResult"][0]["attributeStatus"]:
            case "Accepted":
                return None
            case "RebootRequired":
                return f"{ENABLED} becomes true when the station reboots"
            case status:
                return f"{ENABLED} is false at the station: {status}"

    def _number(self, variable: Variable) -> int | None:
        text = self._values.get(variable.folded, "")
        return (int(text) or None) if text.isdecimal() else None

    def _is_false(self, variable: Variable) -> bool:
        return self._values.get(variable.folded, "").lower() == "false"


async def read_variables(station: Station, store: VariableStore) -> ListVariables:
    """Ask for all of them; a station that refuses has none.

    Raises:
        StoreError: what the station reported cannot be read.
        ConnectorError: as `Station.call`, but for a CALLERROR.
    """
    room = await _room(station, store)
    wanted = [variable.wire() for variable in _READ]
    try:
        answer = await station.call("GetVariables", {"getVariableData": wanted})
    except CallErrorReceived as problem:
        logger.info("%s: %s: %s", station.identity, _COMPONENT, problem)
        return ListVariables({}, room)
    values = {
        of_wire(result).folded: str(result["attributeValue"]).strip()
        for result in answer["getVariableResult"]
        if "attributeValue" in result
    }
    return ListVariables(values, room)


async def _room(station: Station, store: VariableStore) -> int | None:
    """The largest number of entries stands in reports only."""
    items = await store.variables(station.identity)
    item = items.get(str(_ENTRIES), {})
    limit = item.get("variableCharacteristics", {}).get("maxLimit")
    return int(limit) if isinstance(limit, int | float) and limit > 0 else None
