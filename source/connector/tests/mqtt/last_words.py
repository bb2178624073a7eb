"""A process with a will: ``python -m connector.tests.mqtt.last_words PORT [shutdown]``.

It says "here" once it is connected, and then dies by whoever kills it, or shuts down
on its own.
"""

from __future__ import annotations

import sys
import threading

from connector.mqtt import Client, MqttOptions, Will

TOPIC = "state"


def main(port: int, *, shuts_down: bool) -> None:
    client = Client(MqttOptions(will=Will(TOPIC, b"gone")))
    connected = threading.Event()
    client.on_connected.append(connected.set)
    client.connect("127.0.0.1", port)
    threading.Thread(target=client.loop_forever, daemon=True).start()
    assert connected.wait(10)
    print("here", flush=True)
    if shuts_down:
        client.publish_batch([("values", b"%d" % n, False) for n in range(1000)])
        client.shutdown([(TOPIC, b"offline", True)])
    else:
        threading.Event().wait(60)


if __name__ == "__main__":
    main(int(sys.argv[1]), shuts_down="shutdown" in sys.argv)
