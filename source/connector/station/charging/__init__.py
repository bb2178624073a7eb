"""Charging profiles: the stack, what it leaves to every EVSE, composite schedules.

Profiles of all versions are kept in the form of 2.x; times are epoch ms, powers W.
"""

from connector.station.charging.composite import Composite, CompositePeriod
from connector.station.charging.criteria import Criteria
from connector.station.charging.decision import Decision, Refused
from connector.station.charging.profiles import Profiles

__all__ = [
    "Composite",
    "CompositePeriod",
    "Criteria",
    "Decision",
    "Profiles",
    "Refused",
]
