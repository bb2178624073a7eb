"""The OCPP client of a station: between its core and a central system.

`client.Client` is one station at its central system; what a version of OCPP says of a
fact, and what it answers, is in a `messages.Version` (`client.v16`, `client.v2`).
"""
