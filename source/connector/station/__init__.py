"""Simulated charging stations: the physics, the profiles, OCPP 1.6, a demo."""
