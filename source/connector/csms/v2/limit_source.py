"""What blocks of 2.x ask the limits for while a station waits for its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.station import Station

Json = dict[str, Any]


class LimitSource:
    """No limits, until whoever keeps them puts its own functions here."""

    def __init__(self) -> None:
        self.has_limit: Callable[[Station, str], bool] = lambda station, where: False
        """Whether a limit of ours is to hold at a place."""
        self.schedule_update: Callable[[Station, int], Json | None] = (
            lambda station, profile_id: None
        )
        """The limits that hold now of a profile of ours, by its id."""
