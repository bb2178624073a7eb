"""How a station is bridged to Josev."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.station.model import EvseModel, StationModel

AC_SERVICES, DC_SERVICES = ("ac", "ac_bpt"), ("dc", "dc_bpt")
SERVICES = (*AC_SERVICES, *DC_SERVICES)
CONNECTOR_TYPES = (
    "AC_single_phase_core",
    "AC_three_phase_core",
    "DC_core",
    "DC_extended",
    "DC_combo_core",
    "DC_unique",
)
CONTROL_MODES = ("dynamic", "scheduled")
UNITS: Mapping[str, float] = {"W": 1.0, "kW": 1000.0}
"""Of `iso15118_charge_limit`, and what that is in W; `A` follows from the EVSE."""
NO_MONITOR, NO_MONITOR_IN_CHECKS = "no_imd", "no_i_m_d"
"""Some versions of Josev spell it so in answers to cable checks."""
STATION, JOSEV = "station", "josev"
"""Who has the OCPP client."""


@dataclass(frozen=True, slots=True)
class Service:
    """An energy service of a connector; `more` are further members of Josev's form."""

    name: str
    connector_type: str
    control_mode: str | None = "dynamic"
    nominal_voltage: int | None = None
    more: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvseOptions:
    """One EVSE on the side of the vehicle's communication.

    ``services`` by connector; None: they follow from what the EVSE is. The numbers of
    direct current are those of its rectifier; None: they follow from its rating.
    """

    network_interface: str = ""
    supports_eim: bool = True
    services: tuple[tuple[Service, ...], ...] | None = None
    max_current_a: float | None = None
    min_current_a: float = 1.0
    min_voltage: float = 150.0
    ripple_a: float = 1.0
    without_monitor: str = NO_MONITOR
    """What is said of the insulation where nobody monitors it."""


@dataclass(frozen=True, slots=True)
class JosevOptions:
    """All of it; times are in s, 0 switches off what may be switched off."""

    host: str = "localhost"
    port: int = 1883
    prefix: str = ""
    """Before all topics; `{identity}` in it is the station's."""
    extends_topics: bool = False
    """Publish to `<topic>/<name>`."""
    ocpp: str = STATION
    hw_version: str = "1"
    answer_within_s: float = 30.0
    authorize_within_s: float = 55.0
    """How long a vehicle waits for a card; it gives up after 60 s (ISO 15118-2)."""
    contactor_within_s: float = 3.0
    open_within_s: float = 3.0
    """How long a vehicle may take to stop before the contactor opens."""
    cable_check_within_s: float = 38.0
    basic_after_s: float = 60.0
    """When a vehicle that does not speak is charged by IEC 61851 (AC); 0: never."""
    silent_after_s: float = 60.0
    """When a session that nothing was heard of is over; 0: never."""
    limit_unit: str = "W"
    evses: Mapping[int, EvseOptions] = field(default_factory=dict)

    def evse(self, number: int) -> EvseOptions:
        """Those of an EVSE."""
        return self.evses.get(number) or EvseOptions()

    def interface(self, number: int) -> str:
        """Its network interface."""
        return self.evse(number).network_interface or f"plc{number - 1}"

    def prefix_of(self, identity: str) -> str:
        """What stands before the topics of a station."""
        return self.prefix.replace("{identity}", identity)


_DC_CONNECTORS = frozenset(
    {"cCCS1", "cCCS2", "cChaoJi", "cG105", "cGBT", "cMCS", "OppCharge", "Pan"}
)


def services_of(model: EvseModel, options: EvseOptions) -> list[tuple[Service, ...]]:
    """The energy services of each connector."""
    if options.services is not None:
        return list(options.services)
    return [_usual(model, each) for each in model.connectors]


def usual_service(model: EvseModel, name: str) -> Service:
    """A service as it follows from what the EVSE is."""
    rating = model.rating
    more: dict[str, str | bool] = {}
    if name.endswith("_bpt"):
        more = {"bpt_channel": "unified", "generator_mode": "grid_following"}
    if name in DC_SERVICES:
        return Service(name, "DC_extended", more=more)
    kind = "AC_single_phase_core" if rating.phases == 1 else "AC_three_phase_core"
    volts = 230 if rating.is_dc else round(rating.voltage)
    return Service(name, kind, nominal_voltage=volts, more=more)


def _usual(model: EvseModel, connector: str) -> tuple[Service, ...]:
    is_dc = connector in _DC_CONNECTORS or model.rating.is_dc
    one_way, both_ways = DC_SERVICES if is_dc else AC_SERVICES
    found = (usual_service(model, one_way),)
    if model.rating.max_discharge_w <= 0:
        return found
    return *found, usual_service(model, both_ways)


def evse_id_of(model: StationModel, evse: EvseModel) -> str:
    """Its EVSEID (ISO 15118-2, annex H)."""
    if evse.iso15118_id is not None:
        return evse.iso15118_id
    letters = "".join(each for each in model.identity.upper() if each.isalnum())
    return f"ZZ*OCX*E{letters[:20]}*{evse.number}"


def folded_id(evse_id: str) -> str:
    """An EVSEID as it is compared: separators are optional, and so is case."""
    return evse_id.replace("*", "").upper()
