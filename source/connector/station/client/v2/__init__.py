"""OCPP 2.0.1 and 2.1: how a station says things, and answers."""
