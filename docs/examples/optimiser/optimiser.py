"""Share what the house leaves among the cars: python optimiser.py BROKER PORT WATTS."""

import sys

import paho.mqtt.client as mqtt

ROOT, HOUSE = "ocpp-connector/stations/", "house/power"
plugged, drawn_w, site_w = {}, {HOUSE: 0.0}, float(sys.argv[3])


def on_message(client, _, message):
    if message.topic == HOUSE:
        drawn_w[HOUSE] = float(message.payload)
    else:  # each value is repeated within a minute: so are the limits, then
        plugged[message.topic.removesuffix("/plugged")] = message.payload == b"true"
    cars = [place for place, is_plugged in plugged.items() if is_plugged]
    for place in cars:
        share_w = max(site_w - drawn_w[HOUSE], 0) / len(cars)
        client.publish(f"{place}/power_limit/set", round(share_w))


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.on_message = on_message
client.on_connect = lambda c, *_: c.subscribe([(f"{ROOT}+/+/plugged", 1), (HOUSE, 1)])
client.connect(sys.argv[1], int(sys.argv[2]))
client.loop_forever()
