"""Whole stations: all parts put together, of simulated hardware or of that on MQTT."""

from connector.station.assembly.assembling import assemble
from connector.station.assembly.plan import StationPlan, numbered
from connector.station.assembly.station import Station

__all__ = ["Station", "StationPlan", "assemble", "numbered"]
