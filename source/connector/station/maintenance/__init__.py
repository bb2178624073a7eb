"""What keeps a station in order: firmware, logs, certificates."""

from connector.station.maintenance.maintenance import Maintenance
from connector.station.maintenance.options import MaintenanceOptions
from connector.station.maintenance.requests2 import HANDLERS as HANDLERS_2
from connector.station.maintenance.requests16 import HANDLERS as HANDLERS_16

__all__ = ["HANDLERS_2", "HANDLERS_16", "Maintenance", "MaintenanceOptions"]
