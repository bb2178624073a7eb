"""What hardware on MQTT is told of its vehicle's communication (ISO 15118).

The verbs of the charge port that the tux-evse binding has (`iso-state`,
`payment-option`, `set_slac_status`, `set-service-status`), and those for a pilot, a
rectifier and an isolation monitor, which only hardware that has them needs to know.
"""

from __future__ import annotations

from connector.station.hardware_mqtt.post import Post
from connector.station.hardware_mqtt.telling import READ, Telling
from connector.station.hardware_mqtt.topics import AUTH, CHARGE


class VehicleSide:
    """`ports.Communicating`, `Piloting`, `Rectifying`, `Insulating`, `Sensing`."""

    posts: dict[int, Post]
    telling: Telling

    def protocol(self, evse: int, protocol: str) -> None:
        """See `ports.Communicating`."""
        self.telling.ask(self.posts[evse], CHARGE, "iso-state", protocol)

    def payment(self, evse: int, payment: str) -> None:
        """See `ports.Communicating`."""
        self.telling.ask(self.posts[evse], CHARGE, "payment-option", payment)

    def slac(self, evse: int, status: str) -> None:
        """See `ports.Communicating`."""
        self.telling.ask(self.posts[evse], CHARGE, "set_slac_status", status)

    def service(self, service: str, status: str) -> None:
        """See `ports.Communicating`."""
        for number, post in self.posts.items():
            if number:
                data = {"service": service, "status": status}
                self.telling.ask(post, CHARGE, "set-service-status", data)

    def log_in(self, evse: int) -> None:
        """See `ports.Communicating`."""
        post = self.posts[evse]
        if post.login is None:
            self.telling.ask(post, AUTH, "login", {})

    def pilot(self, evse: int, *, duty_percent: float, error: str) -> None:
        """See `ports.Piloting`; the verb `pilot`."""
        data = {"duty": duty_percent, "error": error}
        self.telling.ask(self.posts[evse], CHARGE, "pilot", data)

    def setpoint(
        self, evse: int, voltage: float, current_a: float | None, power_w: float | None
    ) -> None:
        """See `ports.Rectifying`; the verb `setpoint`."""
        data = {"voltage": voltage, "current": current_a, "power": power_w}
        self.telling.ask(self.posts[evse], CHARGE, "setpoint", data)

    def output(self, evse: int) -> tuple[float, float] | None:
        """See `ports.Rectifying`: what the meter shows."""
        reading = self.posts[evse].gauge.reading()
        if not reading.voltages:
            return None
        return reading.voltages[0], next(iter(reading.currents_a), 0.0)

    def measure_isolation(self, evse: int) -> None:
        """See `ports.Insulating`; the verb `isolation`."""
        post = self.posts[evse]
        post.isolation = None
        self.telling.ask(post, CHARGE, "isolation", READ)

    def isolation(self, evse: int) -> str | None:
        """See `ports.Insulating`: what the charge service has told since then."""
        return self.posts[evse].isolation

    def is_closed(self, evse: int) -> bool | None:
        """See `ports.Sensing`: what the charge service tells, where it does."""
        return self.posts[evse].contactor
