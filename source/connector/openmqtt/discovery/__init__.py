"""Home Assistant's MQTT discovery: every station and connector as a device."""
