"""The session of each subprotocol; modules of a version are imported when needed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType

from connector.sessions.engine import Session

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "ocpp2.1": "connector.sessions.v21",
        "ocpp2.0.1": "connector.sessions.v201",
        "ocpp1.6": "connector.sessions.v16",
    }
)
"""By subprotocol, the newest first."""
SUBPROTOCOLS = tuple(_MODULES)


class _Sessions(Mapping[str, type[Session]]):
    """Imports a version at its first look-up: a tenth of a second, once."""

    def __getitem__(self, subprotocol: str) -> type[Session]:
        found: type[Session] = import_module(_MODULES[subprotocol]).ChargePoint
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


SESSIONS: Mapping[str, type[Session]] = _Sessions()
"""The class of a session, by subprotocol."""


async def load(subprotocol: str) -> None:
    """Import a version beside the loop, where that is still to be done."""
    if _MODULES[subprotocol] not in sys.modules:
        await asyncio.to_thread(SESSIONS.__getitem__, subprotocol)


def version_of(subprotocol: str) -> str:
    """The OCPP version that a subprotocol stands for."""
    return subprotocol.removeprefix("ocpp")
