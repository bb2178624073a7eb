"""The MQTT client, against a real broker and against hostile ones."""
