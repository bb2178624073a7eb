"""OCPP-J without I/O: frames, schemas, names, routes, error codes, redaction."""
