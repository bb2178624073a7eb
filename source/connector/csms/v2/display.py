"""Messages on the display of a station (2.x, use cases O01 to O06).

What is set is remembered by what was accepted, whoever sent it, and corrected by what
the station reports.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.csms import times
from connector.csms.context import Context
from connector.csms.events import Answered, TransactionEnded
from connector.csms.station import STATION, Station
from connector.csms.v2.gathered import Gathered
from connector.ocppj.frames import Call
from connector.ocppj.redaction import blanked_json
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]
_Messages = dict[str, Json]
"""By id, as text."""

OUR_ID = 9000
"""Of the message that is written without an id: the next one takes its place."""
_LEARNED = "display_messages"
_MOST = 32
"""Messages of one station that are remembered; the oldest make room."""
_ALWAYS_FRONT, _USUAL_PRIORITY, _USUAL_FORMAT = "AlwaysFront", "NormalCycle", "UTF8"
_OF_CONTENT = ("format", "language", "content")
_SHOWN = ("priority", "state", "startDateTime", "endDateTime", "transactionId")
_FILTERS = ("id", "priority", "state")
_LONGEST, _LONGEST_CONTENT = 64, 1024
"""What is remembered of a text that a station tells; its schema may not say."""


class Display:
    """Sets messages, and shows which there are."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._reports = Gathered(context, self._reported)
        self.handlers: dict[str, Handler] = {"NotifyDisplayMessages": self.on_messages}
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(TransactionEnded, self._on_ended)

    async def show(self, station: Station, wanted: Json) -> tuple[int, Json]:
        """SetDisplayMessage; gives the id of the message, and the answer.

        ``wanted`` is the payload, its member ``message`` alone, or only content.

        Raises:
            ConnectorError: as `Station.call`.
        """
        payload = message_of(wanted)
        answer = await station.call("SetDisplayMessage", payload)
        return payload["message"]["id"], answer

    def on_messages(self, station: Station, call: Call) -> Answer:
        """NotifyDisplayMessages."""
        payload = call.payload
        items = payload.get("messageInfo", [])
        return Answer({}, lambda: self._reports.add(station, payload, items))

    # -- what is known

    def _on_answered(self, event: Answered) -> None:
        station, payload, status = event.station, event.payload, event.answer
        match event.action, status.get("status"):
            case "SetDisplayMessage", "Accepted":
                self._tell(station, _with(_known(station), [payload["message"]]))
            case "ClearDisplayMessage", "Accepted" | "Unknown":
                self._drop(station, [payload["id"]])
            case "GetDisplayMessages", "Accepted":
                self._reports.asked(station, payload)
            case "GetDisplayMessages", "Unknown":
                self._none_match(station, payload)

    def _none_match(self, station: Station, request: Json) -> None:
        """The station has no message that fits the request."""
        if _has_filter(request):
            self._drop(station, request.get("id", []))
        elif _known(station):
            self._tell(station, {})

    def _reported(
        self, station: Station, request: Json | None, items: list[Json]
    ) -> None:
        is_all = request is not None and not _has_filter(request)
        self._tell(station, _with({} if is_all else _known(station), items))

    def _on_ended(self, event: TransactionEnded) -> None:
        """The messages of a transaction go with it (2.x part 2, MessageInfoType)."""
        ocpp_id = event.transaction.ocpp_id
        over = [
            int(number)
            for number, message in event.station.learned.get(_LEARNED, {}).items()
            if message.get("transactionId") == ocpp_id
        ]
        if over:
            self._drop(event.station, over)

    def _drop(self, station: Station, ids: Iterable[int]) -> None:
        gone = {str(number) for number in ids}
        known = _known(station)
        left = {n: message for n, message in known.items() if n not in gone}
        if left != known:
            self._tell(station, left)

    def _tell(self, station: Station, messages: _Messages) -> None:
        now_ms = self._context.clock.now_ms()
        shown = {n: m for n, m in messages.items() if not _is_over(m, now_ms)}
        if shown != station.learned.get(_LEARNED):
            station.learned[_LEARNED] = shown
            self._context.remember(station)
        listed = [{"id": int(number), **message} for number, message in shown.items()]
        text = blanked_json(listed)
        self._context.tell_state(station, STATION, {"display_messages": text})


def message_of(wanted: Json) -> Json:
    """The payload of SetDisplayMessage, with what was left out."""
    info = wanted.get("message")
    if not isinstance(info, dict):
        content = {name: wanted[name] for name in _OF_CONTENT if name in wanted}
        if isinstance(info, str):
            content["content"] = info
        rest = {n: v for n, v in wanted.items() if n not in (*_OF_CONTENT, "message")}
        return {"message": _filled({**rest, "message": content})}
    if "message" in info:
        return {**wanted, "message": _filled(info)}
    return {"message": _filled(wanted)}


def _filled(info: Json) -> Json:
    content = info["message"]
    if isinstance(content, dict):
        content = {"format": _USUAL_FORMAT, **content}
    usual = {"id": OUR_ID, "priority": _USUAL_PRIORITY}
    return {**usual, **info, "message": content}


def _known(station: Station) -> _Messages:
    found: _Messages = station.learned.get(_LEARNED, {})
    return found


def _has_filter(request: Json) -> bool:
    return any(name in request for name in _FILTERS)


def _with(known: _Messages, items: list[Json]) -> _Messages:
    """What is known, and these, each in the place of what it replaces."""
    messages = dict(known)
    for item in items:
        if item["priority"] == _ALWAYS_FRONT:
            # There is one such message only (2.x part 2, MessagePriorityEnumType).
            messages = {
                n: m for n, m in messages.items() if m.get("priority") != _ALWAYS_FRONT
            }
        messages.pop(str(item["id"]), None)
        shown = {name: item[name][:_LONGEST] for name in _SHOWN if name in item}
        content = item["message"]["content"][:_LONGEST_CONTENT]
        messages[str(item["id"])] = {"content": content, **shown}
    while len(messages) > _MOST:
        del messages[next(iter(messages))]
    return messages


def _is_over(message: Json, now_ms: int) -> bool:
    end_ms = times.parse(message.get("endDateTime"))
    return end_ms is not None and end_ms <= now_ms
