"""Hardware whose services are on MQTT; the vocabulary is that of the tux-evse binding.

`Bus` is the connection to a broker, `MqttHardware` the hardware of one station on it,
`WatchedCore` the core that such a station needs.
"""

from connector.station.hardware_mqtt.adapter import MqttHardware
from connector.station.hardware_mqtt.bus import Bus
from connector.station.hardware_mqtt.topics import Topics
from connector.station.hardware_mqtt.units import Units
from connector.station.hardware_mqtt.watched import WatchedCore

__all__ = ["Bus", "MqttHardware", "Topics", "Units", "WatchedCore"]
