"""The generic MQTT connector base of BEMCom: its protocol, and nothing of any device.

The public face is that of `pyconnector_template` 0.8; a connector is
``class Connector(SensorFlow, ActuatorFlow, bemcom.Connector)``.
"""

from connector.bemcom.actuator_flow import ActuatorFlow
from connector.bemcom.connector import Connector
from connector.bemcom.dispatch import DispatchInInterval, DispatchOnce
from connector.bemcom.environment import Environment
from connector.bemcom.logs import MQTTHandler
from connector.bemcom.sensor_flow import SensorFlow
from connector.bemcom.times import timestamp_utc_now

__all__ = [
    "ActuatorFlow",
    "Connector",
    "DispatchInInterval",
    "DispatchOnce",
    "Environment",
    "MQTTHandler",
    "SensorFlow",
    "timestamp_utc_now",
]
