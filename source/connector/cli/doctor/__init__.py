"""What `ocpp-connector doctor` looks at: one file for each part of a connector."""
