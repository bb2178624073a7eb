"""Names of values that nobody knows become keys, but not without end."""

from __future__ import annotations

import logging

from connector.csms.sampled import Reading
from connector.csms.station import Station

logger = logging.getLogger(__name__)

MOST_UNKNOWN_NAMES = 200


def bound(station: Station, reading: Reading) -> None:
    """Leave out what is beyond the number of unknown names of a station."""
    if not reading.unknown:
        return
    if station.unknown_names is None:
        station.unknown_names = set()
    known = station.unknown_names
    for datum in reading.unknown:
        if datum.name in known:
            continue
        if len(known) < MOST_UNKNOWN_NAMES:
            known.add(datum.name)
            continue
        reading.values.pop(datum, None)
        if station.first_time("names"):
            logger.warning(
                "%s: has more than %d unknown names of values; %r and later "
                "ones are not shown",
                station.identity,
                MOST_UNKNOWN_NAMES,
                datum.name,
            )
