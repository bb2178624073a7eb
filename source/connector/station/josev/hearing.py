"""News of Josev's: states of sessions, of matching, of services; limits; vehicles."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connector.station.hardware_mqtt.envelope import Envelope, Refused
from connector.station.josev.messages import (
    Asked,
    Authorization,
    ChargeLimit,
    ChargingNeeds,
    EvInfo,
    HlcCharging,
    Message,
    ServiceStatus,
    SlacStatus,
    StateInfo,
    TransactionStatus,
)
from connector.station.josev.options import JOSEV
from connector.station.josev.post import HLC, UNDECIDED, Post, V2g
from connector.station.ports import Communicating

if TYPE_CHECKING:
    from connector.station.josev.bridge import Bridge

logger = logging.getLogger(__name__)

ISO: Mapping[str, str] = {
    "ISO_15118_2": "iso2",
    "DIN_SPEC_70121": "iso2",
    "ISO_15118_20_AC": "iso20",
    "ISO_15118_20_DC": "iso20",
}
"""The words of the charge port."""
_BEGINS, _ENDS = "supportedappprotocol", "sessionstop"
_NAMES = {
    "contractauthentication": "authorization",
    "servicepaymentselection": "paymentserviceselection",
}
"""States of DIN SPEC 70121 that have another name in ISO 15118-2."""
_LOOPS = frozenset({"chargingstatus", "currentdemand", "acchargeloop", "dcchargeloop"})
_GONE = frozenset({"starting", "stopping", "error"})


class Hearing:
    """Does what follows from news."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._known: Mapping[str, Callable[[Envelope, Any], None]] = {
            "slac_status": self._slac,
            "service_status": self._service,
            "iso15118_state_info": self._state,
            "hlc_charging": self._hlc,
            "authorization": self._authorization,
            "transaction_status": self._transaction,
            "iso15118_charge_limit": self._limit,
            "reset": self._reset,
            "x_ev_info": self._ev_info,
            "x_charging_needs": self._needs,
        }

    def hear(self, message: Envelope, news: Message) -> None:
        """One message.

        Raises:
            Refused: it is of an EVSE that is not here.
        """
        self._known[message.name](message, news)

    def _find(self, evse_id: str | None) -> Post:
        post = self._bridge.find(evse_id)
        post.heard_ms = self._bridge.now()
        return post

    # -- matching and services

    def _slac(self, _: Envelope, news: SlacStatus) -> None:
        post, status = self._find(news.evse_id), news.status
        post.slac = status
        if isinstance(self._bridge.hardware, Communicating):
            self._bridge.hardware.slac(post.number, status)
        if status == "basic_charging":
            self._bridge.is_basic(post)
        elif status == "matched":
            post.mode, post.decides_ms = HLC, None
            self._bridge.communicated(post, "iso3")
        elif post.mode == HLC:
            self._bridge.session_over(post, f"slac {status}")
            post.mode = UNDECIDED

    def _service(self, _: Envelope, news: ServiceStatus) -> None:
        """Who starts anew knows nothing of us, nor of sessions that it had."""
        if isinstance(self._bridge.hardware, Communicating):
            self._bridge.hardware.service(news.service, news.status)
        if news.service == "iso15118" and news.status in _GONE:
            for post in self._bridge.posts.values():
                self._bridge.session_over(post, f"iso15118 {news.status}")
        if news.status == "ready" and self._bridge.core is not None:
            self._bridge.showing.everything()
        if news.status == "error":
            who = self._bridge.model.identity
            logger.warning("%s: Josev's %s has an error", who, news.service)

    # -- sessions

    def _state(self, _: Envelope, news: StateInfo) -> None:
        post = self._find(news.evse_id)
        if not post.is_plugged:
            # Late news of a vehicle that has gone.
            return
        state = news.state.replace("_", "").lower()
        state = _NAMES.get(state, state)
        if state == _ENDS:
            told_before = post.pilots
            self._bridge.session_over(post, "session stop")
            self._bridge.showing.pilot(post)
            self._bridge.showing.pilot_again(post, told_before)
            return
        if state == _BEGINS:
            self._bridge.session_over(post, "a new session")
        v2g = self._bridge.speaks(post)
        self._learn(post, v2g, news)
        if state == "authorization" and v2g.payment != "pnc":
            self._bridge.authorizing.waits(post)
        elif self._needs_power(v2g, state):
            v2g.is_delivering |= state in _LOOPS
            self._bridge.power_on(post)
        v2g.state = state

    @staticmethod
    def _needs_power(v2g: V2g, state: str) -> bool:
        """-20 has the contactor closed before PowerDelivery.

        Who is in its loop already was charging before we were there.
        """
        if state == "scheduleexchange":
            return not v2g.has_power
        return state in _LOOPS and not v2g.state

    def _learn(self, post: Post, v2g: V2g, news: StateInfo) -> None:
        session = post.evse.session if post.evse is not None else None
        if news.protocol is not None and v2g.protocol != news.protocol:
            v2g.protocol = news.protocol
            self._bridge.communicated(post, ISO[news.protocol])
        if news.payment is not None and v2g.payment != news.payment:
            v2g.payment = news.payment
            if isinstance(self._bridge.hardware, Communicating):
                self._bridge.hardware.payment(post.number, news.payment)
        if session is not None:
            session.payment = v2g.payment or session.payment

    def _hlc(self, _: Envelope, news: HlcCharging) -> None:
        post = self._find(news.evse_id)
        if not news.is_on:
            post.opens_ms = None
            self._bridge.power_off(post, "ev stop")
        elif post.is_plugged:
            v2g = self._bridge.speaks(post)
            v2g.is_delivering = True
            self._bridge.power_on(post)

    # -- Josev's own OCPP client

    def _authorization(self, message: Envelope, news: Authorization) -> None:
        self._bridge.authorizing.told(message, news)

    def _transaction(self, _: Envelope, news: TransactionStatus) -> None:
        """Where the client is ours, our transaction ends as our central system says."""
        post = self._find(news.evse_id)
        if news.status.lower() != "ended":
            return
        post.opens_ms = None
        self._bridge.power_off(post, "transaction ended")
        if self._bridge.options.ocpp == JOSEV:
            self._bridge.authorizing.ended(post)

    def _reset(self, _: Envelope, __: Asked) -> None:
        reset = self._bridge.outside.reset
        if self._bridge.options.ocpp != JOSEV or reset is None:
            raise Refused("reset: the station has the OCPP client", "ocpp: josev")
        reset()

    # -- limits and vehicles

    def _limit(self, _: Envelope, news: ChargeLimit) -> None:
        """Below 0 it is to feed back, and that is shown."""
        post = self._find(news.evse_id)
        post.bound_w = news.limit * self._bridge.unit_w(post)
        self._bridge.bound(post)
        protocol = post.v2g.protocol if post.v2g is not None else None
        if protocol is not None and ISO[protocol] == "iso20":
            shown = "iso20discharge" if post.bound_w < 0 else "iso20"
            self._bridge.communicated(post, shown)

    def _ev_info(self, _: Envelope, news: EvInfo) -> None:
        post, core = self._find(news.evse_id), self._bridge.core
        post.ev = news
        if core is not None:
            departure_ms = None
            if news.departure_s is not None:
                departure_ms = self._bridge.now() + round(news.departure_s * 1000)
            core.departs(post.number, departure_ms, news.energy_wanted_wh or 0.0)
        if self._bridge.outside.ev_info is not None:
            self._bridge.outside.ev_info(post.number, news)

    def _needs(self, _: Envelope, news: ChargingNeeds) -> None:
        post = self._find(news.evse_id)
        if self._bridge.outside.needs is not None:
            self._bridge.outside.needs(post.number, news.needs, news.most_tuples)
