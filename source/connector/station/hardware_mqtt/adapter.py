"""The hardware of a station whose services are on MQTT.

It implements `ports.Hardware`, tells the core what the services say, and answers what
they ask. There is no timer: somebody calls `step` when it said. All of it lives on one
event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from connector.station.core.events import CoreEvent, SessionEvent, StatusChanged
from connector.station.core.session import Session
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt.envelope import (
    REQUEST,
    UPDATE,
    Envelope,
    Refused,
    parse,
)
from connector.station.hardware_mqtt.hearing import GONE, Hearing
from connector.station.hardware_mqtt.post import Core, Post, Wire
from connector.station.hardware_mqtt.telling import Telling
from connector.station.hardware_mqtt.topics import AUTH, OCPP, Place, Topics
from connector.station.hardware_mqtt.units import Units
from connector.station.hardware_mqtt.vehicle_side import VehicleSide
from connector.station.hardware_mqtt.verbs import LATER, Asked, Verbs
from connector.station.model import EvseModel, StationModel
from connector.station.ports import Plug, Reading, Token

logger = logging.getLogger(__name__)

_SILENT = "InternalError"
_UNLOCKS_WITHIN_S = 10.0


class MqttHardware(VehicleSide):
    """Implements `ports.Hardware`; set ``core`` before anything happens.

    ``now`` gives epoch ms. Hardware that gives no sign of life for ``silent_after_s``
    faults its EVSE.
    """

    def __init__(
        self,
        model: StationModel,
        wire: Wire,
        now: Callable[[], int],
        *,
        units: Units | None = None,
        silent_after_s: float = 30.0,
        answer_within_s: float = 30.0,
    ) -> None:
        self.core: Core | None = None
        self.now = now
        self.units = units or Units()
        self.silent_after_s = silent_after_s
        self.answer_within_s = answer_within_s
        self.telling = Telling(Topics.name(model.identity), wire, self.units)
        models = (EvseModel(0), *model.evses)
        self.posts = {each.number: Post(each, now()) for each in models}
        self._identity = model.identity
        self._asking: dict[tuple[int, str], int] = {}
        """Tokens that somebody is asked about, and for how long at most."""
        self._hearing = Hearing(self)
        self._verbs = Verbs(self)

    @property
    def _evses(self) -> list[Post]:
        return [post for number, post in self.posts.items() if number]

    # -- what the core asks (`ports.Hardware`)

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        """What may be drawn; cards and hardware may allow less."""
        post = self.posts[evse]
        post.limit_w, post.phases = limit_w, phases
        self.telling.limit(post)
        session = self.core.evses[evse].session if self.core else None
        if session is not None and session.is_running:
            self.telling.power_limit(post, session, 0)

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        """Let power flow, or not."""
        post = self.posts[evse]
        if post.is_closed != is_closed:
            post.is_closed = is_closed
            self.telling.power(post)

    async def unlock(self, evse: int, connector: int) -> str:
        """No power, and the charge service has to say that the lock is open.

        There is no verb that opens it: a service does that without power, and tells.
        """
        post = self.posts.get(evse)
        if post is None or not 0 < connector <= len(post.model.connectors) or not evse:
            return "UnknownConnector"
        post.is_closed = False
        self.telling.power(post)
        if post.plug is Plug.PLUGOUT:
            return "Unlocked"
        self.telling.state(post)
        waiting = post.unlocking
        if waiting is None or waiting.done():
            waiting = post.unlocking = asyncio.get_running_loop().create_future()
        done, _ = await asyncio.wait([waiting], timeout=_UNLOCKS_WITHIN_S)
        return "Unlocked" if done else "UnlockFailed"

    async def reset(self, evse: int, *, is_hard: bool) -> None:
        """No power; the services hear of it and start anew."""
        for number, post in self.posts.items():
            if evse in (0, number):
                post.is_closed = False
                self.telling.event(post, "reset")
                if number:
                    self.telling.power(post)

    def read(self, evse: int) -> Reading:
        """What the meter service told last; 0: the main meter, else the sum."""
        post = self.posts[evse]
        if evse or post.has_gauge:
            return post.gauge.reading()
        readings = [each.gauge.reading() for each in self._evses]
        return Reading(
            energy_wh=sum(each.energy_wh for each in readings),
            power_w=sum(each.power_w for each in readings),
        )

    def is_running(self, post: Post) -> bool:
        """Whether a transaction runs there."""
        core, number = self.core, post.model.number
        return core is not None and bool(number) and core.evses[number].is_running

    # -- kept over restarts (`client.parts.Counting`)

    def registers_wh(self) -> dict[int, tuple[float, float]]:
        """By EVSE: our register, and what the hardware's showed then (-1: unknown)."""
        gauges = {number: post.gauge for number, post in self.posts.items()}
        return {
            number: (each.register_wh, -1.0 if (h := each.hardware_wh) is None else h)
            for number, each in gauges.items()
        }

    def restore(self, registers_wh: Mapping[int, tuple[float, float]]) -> None:
        """What was kept; what the hardware counts from there is added."""
        for number, (register_wh, hardware_wh) in registers_wh.items():
            if number in self.posts:
                gauge = self.posts[number].gauge
                gauge.register_wh = max(gauge.register_wh, register_wh)
                gauge.hardware_wh = hardware_wh if hardware_wh >= 0 else None

    def show_at_least(self, evse: int, energy_wh: float) -> None:
        """A value that was told before a restart; a register never goes back."""
        if evse in self.posts:
            self.posts[evse].gauge.show_at_least(energy_wh)

    # -- what comes (`bus.Listener`)

    def connected(self) -> None:
        """Whatever was said meanwhile is lost: say and ask everything anew."""
        for post in self._evses:
            self.telling.hello(post)

    def received(self, place: Place, body: bytes) -> None:
        """A message; what is wrong with it is answered, or logged."""
        message: Envelope | None = None
        try:
            message = parse(body)
            self._handle(place, message)
        except Refused as refused:
            self._refuse(place, message, refused)

    def _handle(self, place: Place, message: Envelope) -> None:
        core, post = self.core, self.posts.get(place.evse)
        if post is None:
            numbers = ", ".join(map(str, self.posts))
            raise Refused(f"EVSE {place.evse}", f"one of {numbers}")
        if core is None:
            raise Refused("the station is starting", "another try in a moment")
        if place.port == OCPP:
            self._asked(Asked(place, message, core, post))
        elif message.type == UPDATE and message.name == GONE:
            self._lost(post, "the hardware is gone")
        elif message.type != REQUEST:
            self._lives(post)
            self._hearing.hear(core, post, place.port, message)

    def _asked(self, asked: Asked) -> None:
        if asked.request.type != REQUEST:
            raise Refused(f"type: {asked.request.type}", "request")
        data = self._verbs.answer(asked)
        if data is not LATER:
            self.telling.reply(asked.place, asked.request, data)

    def refuse(self, asked: Asked, refused: Refused) -> None:
        """Answer that something cannot be."""
        self._refuse(asked.place, asked.request, refused)

    def _refuse(self, place: Place, message: Envelope | None, refused: Refused) -> None:
        seen = message or Envelope(refused.id, refused.name, refused.type, None)
        what = "%s: EVSE %d, %s: %s (expected %s)"
        words = (place.evse, place.port, refused.error, refused.expected)
        logger.info(what, self._identity, *words)
        # Only requests are answered: two who answer answers never end.
        if place.port == OCPP and seen.type in (REQUEST, ""):
            self.telling.reply(place, seen, refused.data)

    # -- what the core's client sees (`watched.Watcher`)

    def accepted(self) -> None:
        """A central system listens."""
        for post in self.posts.values():
            self.telling.event(post, "initialized")

    def judged(self, evse: int, token: Token, *, is_accepted: bool) -> None:
        """What was said about a token."""
        if evse in self.posts:
            self.authorized_event(self.posts[evse], is_accepted=is_accepted)
        for number in (0, evse):
            self._asking.pop((number, token.id.casefold()), None)
        self._verbs.judged(evse, token, is_accepted=is_accepted)

    def present(self, core: Core, evse: int, token: Token) -> Verdict | None:
        """Show a token, once while it is asked about: a second time might be a stop.

        Gives what the station itself says of it; None: somebody is asked.
        """
        now_ms = self.now()
        verdict = core.tokens.decide(token, now_ms, is_online=core.is_online)
        if verdict is None:
            key = evse, token.id.casefold()
            if self._asking.get(key, 0) > now_ms:
                return None
            self._asking[key] = now_ms + round(self.answer_within_s * 1000)
        core.presented(token, now_ms, evse or None)
        return verdict

    def authorized_event(self, post: Post, *, is_accepted: bool) -> None:
        """Tell the services."""
        self.telling.event(post, {"authorized": is_accepted})

    def numbered(self, session: Session) -> None:
        """The central system has given a transaction its number (1.6)."""
        self.telling.began(self.posts[session.evse], session)

    def heard(self, event: CoreEvent) -> None:
        """What the client was told: transactions and reservations."""
        match event:
            case SessionEvent(kind="Started"):
                self._transaction_began(event)
            case SessionEvent(kind="Ended"):
                self._transaction_ended(event)
            case StatusChanged():
                self._reservation_may_differ(event)

    def _transaction_began(self, event: SessionEvent) -> None:
        session, post = event.session, self.posts[event.session.evse]
        post.gauge.session_began(session.meter_start_wh)
        self.telling.began(post, session)
        self._hand_bounds(post)

    def _transaction_ended(self, event: SessionEvent) -> None:
        session, post = event.session, self.posts[event.session.evse]
        id_ = self.telling.transaction_id(session)
        self.telling.event(post, {"transaction": [False, id_]})
        last_wh = event.reading.energy_wh if event.reading else post.gauge.register_wh
        taken_wh = max(0.0, last_wh - session.meter_start_wh)
        self.telling.ask(post, AUTH, "logout", round(taken_wh, 3))
        post.ended()

    def _reservation_may_differ(self, event: StatusChanged) -> None:
        core, post = self.core, self.posts.get(event.evse)
        if core is None or post is None or event.evse not in core.evses:
            return
        before, now = post.reservation_id, core.evses[event.evse].reservation_id
        post.reservation_id = now
        if before is not None and before != now:
            self.telling.reserve(post, {"id": before, "status": "cancel"})
        found = [each for each in core.reservations if each.id == now]
        if before != now and found:
            details = {
                "id": found[0].id,
                "tagid": found[0].token.id,
                "start": event.time_ms // 1000,
                "stop": found[0].expiry_ms // 1000,
                "status": "accepted",
            }
            self.telling.reserve(post, details)

    # -- bounds and faults

    def bound(self, post: Post, who: str, limit_w: float) -> None:
        """A card, or the hardware, allows no more than this."""
        if post.bounds.get(who) != limit_w:
            post.bounds[who] = limit_w
            self._hand_bounds(post)

    def _hand_bounds(self, post: Post) -> None:
        core = self.core
        session = core.evses[post.model.number].session if core else None
        if core is not None and session is not None and post.bounds:
            session.limits.update(post.bounds)
            core.offer_anew(self.now())

    def broken(self, post: Post, code: str, info: str) -> None:
        """A service says that something is broken, or whole again (`NoError`)."""
        post.error = code, info
        if self.core is not None and not post.is_silent:
            self.core.fault(post.model.number, code, self.now(), info)

    def _lives(self, post: Post) -> None:
        post.heard_ms = self.now()
        if post.is_silent:
            post.is_silent = False
            # What it was told may be lost, and what it told was not heard.
            post.plug = None
            self.telling.hello(post)
            self.broken(post, *post.error)

    def _lost(self, post: Post, info: str) -> None:
        """Nobody knows what happens there: no power, and the EVSE is of no use."""
        if post.is_silent or not post.model.number:
            return
        post.is_silent = True
        logger.warning("%s: EVSE %d: %s", self._identity, post.model.number, info)
        if self.core is not None:
            self.core.fault(post.model.number, _SILENT, self.now(), info)
        post.is_closed = False
        self.telling.power(post)

    # -- time

    def time_moved(self, by_ms: int) -> None:
        """The clock was set: nobody has been silent for that."""
        for post in self.posts.values():
            post.heard_ms += by_ms
            post.asked_ms += by_ms
            if post.over_since_ms is not None:
                post.over_since_ms += by_ms

    def step(self, now_ms: int) -> int:
        """Do what is due; gives when to come again at the latest (epoch ms)."""
        half_ms = round(self.silent_after_s * 500)
        late = [key for key, until_ms in self._asking.items() if until_ms <= now_ms]
        for key in late:
            del self._asking[key]
        due = [self._verbs.expire(now_ms) or now_ms + half_ms]
        for post in self._evses:
            heard_ms = post.heard_ms = min(post.heard_ms, now_ms)
            if now_ms - heard_ms >= 2 * half_ms:
                self._lost(post, f"silent for {self.silent_after_s:g} s")
            asked_ms = min(max(heard_ms, post.asked_ms), now_ms)
            if now_ms - asked_ms >= half_ms:
                post.asked_ms = asked_ms = now_ms
                self.telling.state(post)
            due.append(asked_ms + half_ms)
        return max(now_ms + 1, min(due))
