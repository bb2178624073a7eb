"""The device model of one station, as its clients use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.station.device_model.keys import Keys
from connector.station.device_model.reports import of_base, of_criteria
from connector.station.device_model.values import Values

Json = dict[str, Any]


class DeviceModel(Values):
    """Values, and how both versions ask for them and set them."""

    __slots__ = ()

    def get_keys(self, names: Iterable[str] | None = None) -> Json:
        """The response to GetConfiguration; None or no names ask for all."""
        return Keys(self).get(names)

    def set_key(self, name: str, text: str) -> str:
        """ChangeConfiguration; gives its status."""
        return Keys(self, self.agrees).set(name, text)

    def report(self, base: str) -> list[Json]:
        """The ``reportData`` of GetBaseReport."""
        return of_base(self, base)

    def report_on(
        self,
        criteria: Iterable[str] = (),
        wanted: Iterable[Mapping[str, Any]] = (),
    ) -> list[Json]:
        """The ``reportData`` of GetReport; nothing: EmptyResultSet."""
        return of_criteria(self, list(criteria), list(wanted))
