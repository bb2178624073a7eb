"""Being accepted, staying in time, and giving signs of life.

Until BootNotification is answered with Accepted nothing is sent but what was asked for;
the interval of the answer says when to ask again (1.6, 4.2; 2.x part 2, B01 to B03).
A station that was accepted and only lost its link goes on with a Heartbeat.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from connector.errors import CallErrorReceived, ConnectorError
from connector.ocppj.frames import Json
from connector.station.client.messages import ACCEPTED, REJECTED, Message
from connector.station.times import epoch_ms

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

HEARTBEAT_INTERVAL_S = "OCPPCommCtrlr/HeartbeatInterval"
_RETRY_S = 30.0
"""Where the central system leaves it to us (an interval of 0), or says nothing."""
_USUAL_HEARTBEAT_S = 300.0
_LEAST_S = 1.0


class Booting:
    """The state of one station's registration; it outlives links."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.status = ""
        """Of the last boot; empty until there was one."""
        self.reason = "PowerUp"
        self._due_s = 0.0
        self._is_asking = False
        self._heartbeat_s = 0.0

    # -- the boot

    def link_opened(self) -> None:
        """Begin: boot, or go on where the last link ended."""
        self._is_asking = False
        if self.status == ACCEPTED and not self._client.options.boots_again:
            self._ask(self._hello)
            return
        wait_s = self._due_s - self._client.clock.monotonic()
        if self.status == ACCEPTED or wait_s <= 0:
            self.now()
        else:
            self._client.timers.set("boot", wait_s, self.now)

    def link_ended(self) -> None:
        """Nobody is asked any more."""
        self._client.timers.cancel("boot", "heart")

    def again(self, reason: str) -> None:
        """The station starts anew: it is nobody's until it has booted."""
        self.status, self.reason, self._due_s = "", reason, 0.0

    def now(self) -> None:
        """Send BootNotification as soon as possible."""
        self._ask(self._boot)

    def triggered(self) -> None:
        """Send it because it was asked for (TriggerMessage)."""
        self._ask(self._boot_as_asked)

    def _ask(self, make: object) -> None:
        self._client.telling.due.append(make)  # type: ignore[arg-type]
        self._client.telling.wake()

    def _boot(self) -> Message:
        return self._boot_for(self.reason)

    def _boot_as_asked(self) -> Message:
        return self._boot_for("Triggered")

    def _boot_for(self, reason: str) -> Message:
        version = self._client.version
        assert version is not None  # noqa: S101
        message = version.boot(self._client, reason)
        message.took, message.failed = self._answered, self._failed
        return message

    def _failed(self, problem: ConnectorError) -> None:
        self._again_in(_RETRY_S)

    def _again_in(self, delay_s: float) -> None:
        self._due_s = self._client.clock.monotonic() + delay_s
        self._client.timers.set("boot", delay_s, self.now)

    def _answered(self, answer: Json) -> None:
        client = self._client
        self.status = answer["status"]
        logger.info("%s: boot: %s", client.identity, self.status)
        self.set_clock(answer)
        interval_s = max(0.0, float(answer["interval"]))
        if self.status == ACCEPTED:
            client.timers.cancel("boot")
            self._take_interval(interval_s)
            client.was_accepted(has_booted=True)
            return
        client.was_refused()
        self._again_in(max(_LEAST_S, interval_s or _RETRY_S))

    @property
    def is_rejected(self) -> bool:
        """Whether nothing at all may be said."""
        return self.status == REJECTED

    # -- time

    def set_clock(self, answer: Json) -> None:
        """Take the time of an answer; one that cannot be is no reason to stop."""
        try:
            moved_ms = self._client.clock.set(epoch_ms(answer["currentTime"]))
        except ValueError as problem:
            shown = answer["currentTime"][:40]
            logger.warning(
                "%s: currentTime %r: %s", self._client.identity, shown, problem
            )
            return
        if moved_ms:
            self._client.time_moved(moved_ms)

    # -- heartbeats

    def _take_interval(self, interval_s: float) -> None:
        """The answer to a boot says how often (1.6, HeartbeatInterval; 2.x B01)."""
        variables = self._client.parts.variables
        if interval_s and interval_s != variables.number(HEARTBEAT_INTERVAL_S):
            component, variable = HEARTBEAT_INTERVAL_S.split("/")
            variables.set(component, variable, value=f"{interval_s:.0f}")
        self.beat_each(interval_s)

    def interval_changed(self, text: str) -> None:
        """HeartbeatInterval is another."""
        if self._client.is_accepted:
            self.beat_each(float(text or 0))

    def beat_each(self, interval_s: float) -> None:
        """From now on; 0: as it was (1.6, 4.2: the station chooses)."""
        variables = self._client.parts.variables
        known_s = variables.number(HEARTBEAT_INTERVAL_S) or _USUAL_HEARTBEAT_S
        self._heartbeat_s = interval_s or known_s
        self._arm(self._heartbeat_s)

    def _arm(self, delay_s: float) -> None:
        self._client.timers.set("heart", max(_LEAST_S, delay_s), self._beat_if_due)

    def _beat_if_due(self) -> None:
        """Any call counts as a sign of life (1.6, 4.6; 2.x part 2, G02)."""
        telling = self._client.telling
        silent_s = self._client.clock.monotonic() - telling.called_s
        rest_s = self._heartbeat_s - silent_s
        if rest_s > 0:
            self._arm(rest_s)
            return
        self._arm(self._heartbeat_s)
        if telling.is_allowed:
            self._tell_periodically()

    def _tell_periodically(self) -> None:
        client = self._client
        match client.options.quirks.periodic:
            case "heartbeat":
                self._ask(self.heartbeat)
            case "status":
                client.core.tell_status(0, 0, client.now_ms())

    def heartbeat(self) -> Message:
        """A sign of life, which sets the clock."""
        return Message("Heartbeat", {}, took=self.set_clock)

    def _hello(self) -> Message:
        return Message("Heartbeat", {}, took=self._known, failed=self._stranger)

    def _known(self, answer: Json) -> None:
        self.set_clock(answer)
        self.beat_each(self._heartbeat_s)
        self._client.was_accepted(has_booted=False)

    def _stranger(self, problem: ConnectorError) -> None:
        """It was restarted, and wants to be asked (2.x part 2, B01.FR.10)."""
        if isinstance(problem, CallErrorReceived):
            self.now()
        else:
            self._again_in(_RETRY_S)
