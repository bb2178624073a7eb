"""Facts on their way up, without the secrets that their station was sent.

Stations repeat what they are sent, and in what they say it has no name by which it
would be found: in a DataTransfer, in a security event, in the name of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from connector.csms.facts import Datum, Facts, Scalar
from connector.csms.station import Station
from connector.ocppj.known_secrets import KnownSecrets

_STATUS = "status"
"""How values are called that are words of the specification, whatever a secret is."""


class ToldFacts:
    """Stands before who publishes."""

    def __init__(
        self, stations: Mapping[str, Station], publish: Callable[[Facts], None]
    ) -> None:
        self._stations = stations
        self._publish = publish

    def publish(self, facts: Facts) -> None:
        """Hand them on; of most stations no secret is known."""
        station = self._stations.get(facts.station)
        if station is not None and station.secrets.texts:
            facts = replace(facts, values=_without(station.secrets, facts.values))
        self._publish(facts)


def _without(
    secrets: KnownSecrets, values: Mapping[Datum, Scalar]
) -> dict[Datum, Scalar]:
    return {
        datum: secrets.hide_in_json(value)
        if isinstance(value, str) and not datum.name.endswith(_STATUS)
        else value
        for datum, value in values.items()
    }
