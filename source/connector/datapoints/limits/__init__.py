"""Limits: asked over MQTT, sent to the station, kept, and seen to be kept."""

from connector.datapoints.limits.service import LimitService

__all__ = ["LimitService"]
