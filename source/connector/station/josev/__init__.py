"""The bridge to the ISO 15118 stack Josev, over its MQTT interface.

`bridge.Bridge` stands between a station's core and its hardware, `bus.JosevBus` is the
connection to the broker, `core.HlcCore` the core that such a station needs.
"""
