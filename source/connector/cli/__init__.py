"""The `ocpp-connector` command."""
