"""The OCPP connector: charging stations on one side, MQTT datapoints on the other."""
