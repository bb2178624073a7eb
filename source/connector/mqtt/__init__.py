"""A robust MQTT client for everybody."""

from connector.mqtt.client import Client, received_properties
from connector.mqtt.options import MqttOptions, TlsOptions, Will

__all__ = ["Client", "MqttOptions", "TlsOptions", "Will", "received_properties"]
