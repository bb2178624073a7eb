"""What leaves for the services: verbs to the hardware's, events to all others."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.core.session import Session
from connector.station.hardware_mqtt.envelope import (
    REQUEST,
    RESPONSE,
    UPDATE,
    Envelope,
)
from connector.station.hardware_mqtt.post import Post, Wire
from connector.station.hardware_mqtt.topics import AUTH, CHARGE, METER, OCPP, Place
from connector.station.hardware_mqtt.units import Units

SUBSCRIBE, READ = {"action": "subscribe"}, {"action": "read"}
METER_VERBS = ("tension", "current", "power", "energy", "over-limit")


@dataclass(slots=True)
class Telling:
    """Writes messages for one station."""

    station: str
    """As it stands in topics."""
    wire: Wire
    units: Units

    def ask(self, post: Post, port: str, verb: str, data: Any) -> str:
        """A verb of a service; gives the id of the request."""
        id_ = str(uuid.uuid4())
        place = Place(self.station, post.model.number, port)
        self.wire.ask(place, Envelope(id_, verb, REQUEST, data))
        return id_

    def reply(self, place: Place, request: Envelope, data: Any) -> None:
        """The answer to a request."""
        self.wire.tell(place, Envelope(request.id, request.name, RESPONSE, data))

    def event(self, post: Post, data: Any) -> None:
        """A `msg` to whoever has subscribed at an EVSE."""
        if post.is_subscribed:
            place = Place(self.station, post.model.number, OCPP)
            self.wire.tell(place, Envelope(str(uuid.uuid4()), "msg", UPDATE, data))

    # -- to the hardware

    def hello(self, post: Post) -> None:
        """After a connect nothing is known: subscribe, and ask how things are."""
        for port in (CHARGE, AUTH):
            self.ask(post, port, "subscribe", SUBSCRIBE)
        for verb in METER_VERBS:
            self.ask(post, METER, verb, SUBSCRIBE)
        self.meter(post)
        self.state(post)
        self.limit(post)
        self.power(post)

    def state(self, post: Post) -> None:
        """Ask how things are; any answer is a sign of life."""
        self.ask(post, CHARGE, "state", READ)

    def meter(self, post: Post) -> None:
        """Ask what the register shows: a transaction that begins has to know."""
        self.ask(post, METER, "energy", READ)

    def limit(self, post: Post) -> None:
        """What may be drawn from now on."""
        config = self.units.config(post.offered_a, post.offered_w)
        post.config_id = self.ask(post, METER, "config", config)

    def power(self, post: Post) -> None:
        """Whether power may flow."""
        self.ask(post, CHARGE, "remote_power", post.is_closed)

    def reserve(self, post: Post, reservation: Mapping[str, Any]) -> None:
        """A reservation, to the hardware and to whoever listens."""
        self.ask(post, CHARGE, "reserve", reservation)
        self.event(post, {"reservation": reservation})

    # -- events

    def transaction_id(self, session: Session) -> str | int:
        """The central system's number where it has given one (1.6), else our key.

        The tux-evse binding knows numbers of 31 bits alone.
        """
        if session.id_16 is not None:
            return session.id_16
        key = session.key
        return key if self.units.is_si else zlib.crc32(key.encode()) & 0x7FFFFFFF

    def began(self, post: Post, session: Session) -> None:
        """A transaction runs; told anew once the central system has numbered it."""
        self.event(post, {"transaction": [True, self.transaction_id(session)]})

    def power_limit(self, post: Post, session: Session, duration_s: int) -> None:
        """A limit of what runs; duration 0: until another is told."""
        imax = self.units.config(post.offered_a, post.offered_w)["imax"]
        found = {
            "tid": self.transaction_id(session),
            "imax": imax,
            "duration": duration_s,
        }
        self.event(post, {"powerlimit": found})
