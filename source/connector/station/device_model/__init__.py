"""What a station says of itself and lets others set: the device model of 2.x.

The configuration keys of 1.6 are other names of the same variables (`keys`).
"""

from connector.station.device_model.device import DeviceModel
from connector.station.device_model.keys import Keys
from connector.station.device_model.wire import get_variables, set_variables

__all__ = ["DeviceModel", "Keys", "get_variables", "set_variables"]
