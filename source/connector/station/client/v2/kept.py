"""Keeping what a central system has set, in the file of the device model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)


def keep(client: Client, kind: str, value: Any) -> None:
    """Have it after a restart; where that fails it holds until then."""
    try:
        client.parts.variables.remember(kind, value)
    except OSError as problem:
        logger.error("%s: %s are not kept: %s", client.identity, kind, problem)


def kept(client: Client, kind: str) -> list[dict[str, Any]]:
    """The objects that were kept, or none."""
    found = client.parts.variables.remembered(kind)
    items = found if isinstance(found, list) else []
    return [each for each in items if isinstance(each, dict)]
