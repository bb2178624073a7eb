"""Where messages are: ``<prefix>/<station>/<evse>/<port>/<direction>``.

``in`` is what a port is asked, ``out`` what it answers and tells. We are the port
`ocpp`; the hardware's services are `charge`, `auth` and `meter`. EVSE 0 is the station.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

OCPP, CHARGE, AUTH, METER = "ocpp", "charge", "auth", "meter"
HARDWARE = (CHARGE, AUTH, METER)
_MOST_DIGITS = 3
_SAFE = " !$&'()*,-.:;=@_~"


@dataclass(frozen=True, slots=True)
class Place:
    """One port of one EVSE of one station (its name as it stands in topics)."""

    station: str
    evse: int
    port: str


class Topics:
    """Makes and reads topics below a prefix."""

    def __init__(self, prefix: str) -> None:
        """Raises ValueError: a prefix that no topic can begin with."""
        if not prefix or set(prefix) & set("+#\0") or prefix.strip("/") != prefix:
            raise ValueError(f"prefix {prefix!r}: expected a topic without + # and /")
        self.prefix = prefix

    @staticmethod
    def name(identity: str) -> str:
        """A station's identity as one level of a topic."""
        return quote(identity, safe=_SAFE)

    def asked(self, place: Place) -> str:
        """Where a port is asked."""
        return f"{self.prefix}/{place.station}/{place.evse}/{place.port}/in"

    def told(self, place: Place) -> str:
        """Where a port answers and tells."""
        return f"{self.prefix}/{place.station}/{place.evse}/{place.port}/out"

    def filters(self, station: str) -> list[str]:
        """What to subscribe to for a station: what we are asked and told."""
        ours = f"{self.prefix}/{station}/+/{OCPP}/in"
        return [ours, *(f"{self.prefix}/{station}/+/{port}/out" for port in HARDWARE)]

    def place(self, topic: str) -> Place | None:
        """What a topic of `filters` is about; None: it is none of them."""
        if not topic.startswith(self.prefix + "/"):
            return None
        parts = topic[len(self.prefix) + 1 :].split("/")
        if len(parts) != 4:
            return None
        station, evse, port, direction = parts
        is_ours = (port, direction) == (OCPP, "in")
        is_theirs = port in HARDWARE and direction == "out"
        is_number = evse.isascii() and evse.isdecimal() and len(evse) <= _MOST_DIGITS
        if not is_number or not (is_ours or is_theirs):
            return None
        return Place(station, int(evse), port)
