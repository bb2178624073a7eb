"""The vocabulary between OCPP and MQTT: keys, sensors, commands, limits."""
