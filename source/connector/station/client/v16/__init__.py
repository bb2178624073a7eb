"""OCPP 1.6 with its security extension: how a station says things, and answers."""
