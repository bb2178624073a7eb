"""Charging stations as they are in the field: they keep, retry and come back.

Written after OCPP-J and the schemas alone; nothing of the station role is used, so that
both ends cannot be wrong in the same way.
"""

from connector.tests.faults.field.charges import Charge
from connector.tests.faults.field.station import FieldStation, Manners

__all__ = ["Charge", "FieldStation", "Manners"]
