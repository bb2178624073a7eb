"""What a charging station is: its identity, its EVSEs and what their hardware can do.

A file describes it (`station.files`); the default is a wallbox with one EVSE.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_EVSES = 64


@dataclass(frozen=True, slots=True)
class Rating:
    """What the hardware of an EVSE can do.

    ``voltage`` is between a phase and neutral, at DC the highest; ``min_current_a`` per
    phase; ``max_discharge_w`` is 0 where nothing flows back.
    """

    max_power_w: float = 22_080.0
    voltage: float = 230.0
    phases: int = 3
    is_dc: bool = False
    min_current_a: float = 6.0
    max_discharge_w: float = 0.0

    @property
    def max_current_a(self) -> float:
        """Per phase; at DC in all."""
        return self.max_power_w / (self.voltage * (1 if self.is_dc else self.phases))


@dataclass(frozen=True, slots=True)
class EvseModel:
    """One EVSE: one vehicle at a time, at one of its connectors (numbers from 1).

    ``connectors`` are the types (2.x ConnectorEnum: `cType2`, `cCCS2`, ..).
    """

    number: int
    connectors: tuple[str, ...] = ("cType2",)
    rating: Rating = Rating()
    iso15118_id: str | None = None


@dataclass(frozen=True, slots=True)
class StationModel:
    """A whole station."""

    identity: str
    vendor: str = "Simulated"
    model: str = "Demo AC"
    serial_number: str = "SIM-0001"
    firmware_version: str = "1.0"
    iccid: str | None = None
    imsi: str | None = None
    evses: tuple[EvseModel, ...] = (EvseModel(1),)
    offline_limit_w: float | None = None
    """What an EVSE may draw while no central system was reached; None: its rating."""

    _places: dict[int, tuple[int, int]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        pairs = [
            (e.number, c + 1) for e in self.evses for c in range(len(e.connectors))
        ]
        self._places.update(enumerate(pairs, 1))

    @property
    def places(self) -> dict[int, tuple[int, int]]:
        """Connector numbers of 1.6, which run over (EVSE, connector)."""
        return self._places

    def connector_16(self, evse: int, connector: int = 1) -> int:
        """The 1.6 number of a connector of an EVSE; 0 for the station."""
        pair = (evse, connector)
        for number, place in self._places.items():
            if place == pair:
                return number
        return 0
