"""What a station of any version is to be configured to."""

from __future__ import annotations

from collections.abc import Iterable

from connector.csms.options import CsmsOptions
from connector.csms.station import Station

AUTOMATIC_MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "SoC",
    "Current.Offered",
    "Power.Offered",
)
ATTEMPTS = 20
"""With the usual 60 s between two that grow, a station tries for three hours."""


def measurands(station: Station, options: CsmsOptions) -> tuple[str, ...]:
    """Those that are wanted; none leaves the station's own."""
    wanted, usual = station.options.measurands, options.measurands
    # Who leaves stations alone leaves them alone, whatever their preset says.
    if wanted is None or (station.given.measurands is None and usual == ()):
        wanted = usual
    return AUTOMATIC_MEASURANDS if wanted is None else wanted


def meter_interval_s(station: Station, options: CsmsOptions) -> int:
    """The interval of meter values that a station is to have, in s; 0 is its own."""
    interval_s = station.options.meter_interval_s
    if interval_s is None:
        interval_s = options.meter_interval_s
    least_s = station.options.quirks.meter_interval_min_s or 0
    return max(interval_s, least_s) if interval_s else 0


def same(current: str | None, wanted: str) -> bool:
    """Whether two configuration values say the same, spaces and order aside."""
    return current is not None and _items(current) == _items(wanted)


def _items(text: str) -> Iterable[str]:
    return {item.strip().strip("\"'") for item in text.split(",") if item.strip()}
