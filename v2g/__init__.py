"""Both ends of ISO 15118 for trying a station out, on the package `iso15118`.

`python -m v2g.secc` is a charging station's communication controller that speaks the
Josev API over MQTT; `python -m v2g.evcc` is a vehicle. They have an environment of
their own (requirements.txt) and know nothing of the connector.
"""
