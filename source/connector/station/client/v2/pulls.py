"""Dynamic charging profiles whose numbers are asked for at intervals (2.1, K28)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.ocppj.frames import Json
from connector.station.charging.criteria import Criteria
from connector.station.client.messages import Message

if TYPE_CHECKING:
    from connector.station.client.client import Client

_TIMER = "pulls"
ACTION = "PullDynamicScheduleUpdate"


class Pulls:
    """Asks when it is due; what is not answered is asked for an interval later."""

    __slots__ = ("_asked_ms", "_client")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._asked_ms: dict[int, int] = {}

    def wake(self) -> None:
        """Ask for what is due, and come again."""
        client = self._client
        client.timers.cancel(_TIMER)
        if not client.is_accepted or client.version_number != "2.1":
            return
        now_ms = client.now_ms()
        due, next_ms = client.parts.profiles.pulls(now_ms)
        waits = [] if next_ms is None else [next_ms]
        for profile_id in due:
            waits.append(self._ask(profile_id, now_ms))
        self._asked_ms = {i: self._asked_ms[i] for i in due if i in self._asked_ms}
        if waits:
            client.timers.set(_TIMER, (min(waits) - now_ms) / 1000, self.wake)

    def _ask(self, profile_id: int, now_ms: int) -> int:
        """When to ask again, should nothing come of it."""
        found = self._client.parts.profiles.find(Criteria(ids=(profile_id,)))
        pull_ms = max((profile.pull_ms for profile in found), default=0)
        again_ms = self._asked_ms.get(profile_id, 0) + pull_ms
        if now_ms < again_ms:
            return again_ms
        self._asked_ms[profile_id] = now_ms
        payload = {"chargingProfileId": profile_id}
        took = self._taker(profile_id)
        self._client.tell(Message(ACTION, payload, took))
        return now_ms + pull_ms

    def _taker(self, profile_id: int) -> Callable[[Json], None]:
        def took(answer: Json) -> None:
            client, update = self._client, answer.get("scheduleUpdate")
            if answer["status"] != "Accepted" or update is None:
                return
            now_ms = client.now_ms()
            client.parts.profiles.update(profile_id, update, now_ms)
            client.core.offer_anew(now_ms)
            self.wake()

        return took
