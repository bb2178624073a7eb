"""Limits: asked over MQTT, sent to the station, kept, and seen to be kept."""
