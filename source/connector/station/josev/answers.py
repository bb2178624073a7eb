"""Requests of Josev's, each answered: now, or when whoever has to judge has judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connector.station.hardware_mqtt.envelope import Envelope, Refused
from connector.station.josev import parameters, readings
from connector.station.josev.messages import (
    Asked,
    Authorization,
    CableCheck,
    EvCertificate,
    Message,
    PilotWanted,
    Setpoint,
)
from connector.station.josev.options import JOSEV
from connector.station.josev.post import Post

if TYPE_CHECKING:
    from connector.station.josev.bridge import Bridge

Json = dict[str, Any]


class Answers:
    """Answers what is asked."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._known: Mapping[str, Callable[[Envelope, Any], Json | None]] = {
            "cs_parameters": self._parameters,
            "cs_status_and_limits": self._limits,
            "device_model": self._device_model,
            "cp_pwm": self._pilot,
            "authorization": self._authorization,
            "cs_contactor_status": self._contactor,
            "stop_charging": self._stop,
            "meter_values": self._meter,
            "cable_check": self._cable_check,
            "power_electronics_setpoint": self._setpoint,
            "x_ev_certificate": self._certificate,
            "x_session_options": self._options,
        }

    def answer(self, request: Envelope, asked: Message) -> None:
        """Answer, or see to it that somebody does.

        Raises:
            Refused: it cannot be.
        """
        data = self._known[request.name](request, asked)
        if data is not None:
            self._bridge.telling.reply(request, data)

    def _find(self, evse_id: str | None) -> Post:
        post = self._bridge.find(evse_id)
        if self._bridge.core is None:
            raise Refused("the station is starting", "another try in a moment")
        post.heard_ms = self._bridge.now()
        return post

    # -- what is

    def _parameters(self, _: Envelope, __: Asked) -> Json:
        bridge = self._bridge
        posts = bridge.posts.values()
        return parameters.cs_parameters(bridge.model, bridge.options, posts)

    def _limits(self, _: Envelope, asked: Asked) -> Json:
        if asked.evse_id is not None:
            self._find(asked.evse_id)
        return self._bridge.showing.status_and_limits()

    def _device_model(self, _: Envelope, __: Asked) -> Json:
        """Who has an OCPP client of its own needs our identity; nobody else does."""
        source = self._bridge.outside.device_model
        if self._bridge.options.ocpp != JOSEV or source is None:
            raise Refused("the station has the OCPP client", "ocpp: josev")
        return dict(source())

    def _contactor(self, _: Envelope, asked: Asked) -> Json:
        post = self._find(asked.evse_id)
        self._bridge.gate.look(post)
        status = self._bridge.gate.status(post)
        return {"evse_id": asked.evse_id, "status": status}

    def _meter(self, _: Envelope, asked: Asked) -> Json:
        post = self._find(asked.evse_id)
        reading = self._bridge.read(post.number)
        rating, now_ms = post.model.rating, self._bridge.now()
        return {"evse_id": post.evse_id, **readings.of(reading, rating, now_ms)}

    def _options(self, _: Envelope, asked: Asked) -> Json:
        """`x_session_options`: what a vehicle is offered."""
        post, outside = self._find(asked.evse_id), self._bridge.outside
        payments = ["EIM"] if post.options.supports_eim else []
        return {
            "evse_id": asked.evse_id,
            "payment_options": [*payments, "PnC"],
            "services": sorted(post.names),
            "is_authorized": post.is_authorized,
            "certificate_service": outside.certificates is not None,
        }

    # -- what is wanted

    def _pilot(self, _: Envelope, asked: PilotWanted) -> Json:
        post = self._find(asked.evse_id)
        post.pilot_error, post.basic_a = asked.error, None
        if not asked.is_hlc and asked.current_a:
            post.basic_a = asked.current_a
            self._bridge.is_basic(post)
        self._bridge.showing.pilot(post)
        return {"evse_id": asked.evse_id, "status": "valid"}

    def _stop(self, _: Envelope, asked: Asked) -> Json:
        post = self._find(asked.evse_id)
        post.opens_ms = None
        self._bridge.power_off(post, "stop_charging")
        return {"evse_id": asked.evse_id, "status": "accepted"}

    def _authorization(self, request: Envelope, asked: Authorization) -> Json | None:
        post = self._bridge.authorizing.meant(asked)
        post.heard_ms = self._bridge.now()
        return self._bridge.authorizing.ask(post, request, asked)

    def _cable_check(self, _: Envelope, asked: CableCheck) -> Json:
        post = self._find(asked.evse_id)
        check = self._bridge.direct_current.check
        status, level = check(post, is_start=asked.is_start)
        found = {"evse_id": asked.evse_id, "cable_check_status": status}
        return found | ({"isolation_level": level} if level is not None else {})

    def _setpoint(self, _: Envelope, asked: Setpoint) -> Json:
        post = self._find(asked.evse_id)
        self._bridge.direct_current.set(post, asked)
        return {"evse_id": asked.evse_id, "status": "accepted"}

    def _certificate(self, request: Envelope, asked: EvCertificate) -> None:
        post, outside = self._find(asked.evse_id), self._bridge.outside
        if outside.certificates is None:
            raise Refused("nobody gets certificates", "a source of certificates")

        def done(status: str, exi: str) -> None:
            data = {"evse_id": asked.evse_id, "status": status, "exi_response": exi}
            self._bridge.telling.reply(request, data)

        self._bridge.authorizing.later(post, request, done, outside.certificates, asked)
