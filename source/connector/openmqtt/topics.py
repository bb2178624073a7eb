"""The topics below ``<name>/`` that everybody may use (datapoints, section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from connector.csms.facts import Datum
from connector.datapoints.keys import escape, local_topic, unescape


@dataclass(frozen=True, slots=True)
class RequestTopic:
    """``N/request/<station>/<Action>[/<correlation>]``, taken apart."""

    station: str
    action: str
    correlation: str | None


class Topics:
    """All topics of one connector."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bridge_state = f"{name}/bridge/state"
        self.bridge_pending = f"{name}/bridge/pending"
        self.bridge_ask = f"{name}/bridge/ask"
        self.bridge_info = f"{name}/bridge/info"
        self.bridge_health = f"{name}/bridge/health"
        self.bridge_requests = f"{name}/bridge/request/+"
        self.transactions = f"{name}/events/transaction"
        self.happenings = f"{name}/events/station"
        self.commands = f"{name}/stations/+/+/+/set"
        self.requests = f"{name}/request/#"
        self._stations = f"{name}/stations/"
        self._requests = f"{name}/request/"
        self._responses = f"{name}/response/"

    def bridge_response(self, request: str) -> str:
        """Where the answer to a bridge request goes."""
        return f"{self.name}/bridge/response/{request}"

    def bridge_request(self, request: str) -> str:
        """Where the bridge is asked for something."""
        return f"{self.name}/bridge/request/{request}"

    def unique_id(self, station: str) -> str:
        """A station for who knows other connectors, too; the same for ever."""
        return f"{self.name}/{escape(station)}"

    def station(self, station: str) -> str:
        """The root of one station, with a slash."""
        return f"{self._stations}{escape(station)}/"

    def value(self, station: str, datum: Datum) -> str:
        """Where the value of a datum is published."""
        return self.station(station) + local_topic(datum)

    def result(self, station: str, where: str, name: str) -> str:
        """Where the result of a command is published."""
        return f"{self.station(station)}{escape(where)}/{escape(name)}/result"

    def availability(self, station: str) -> str:
        """Where ``online`` or ``offline`` of a station is published."""
        return self.station(station) + "availability"

    def parse_command(self, topic: str) -> tuple[str, str, str]:
        """The station, place and command of a ``/set`` topic."""
        station, where, name, _ = topic.removeprefix(self._stations).split("/")
        return unescape(station), unescape(where), unescape(name)

    def parse_request(self, topic: str) -> RequestTopic:
        """The parts of a request topic.

        Raises:
            ValueError: it has not two or three levels below ``N/request/``.
        """
        levels = topic.removeprefix(self._requests).split("/")
        if len(levels) not in (2, 3) or not all(levels):
            raise ValueError("expected request/<station>/<Action>[/<correlation>]")
        station, action, *rest = map(unescape, levels)
        return RequestTopic(station, action, rest[0] if rest else None)

    def response(self, request: RequestTopic) -> str:
        """Where the outcome of a request goes when it names no topic of its own."""
        levels = [request.station, request.action, request.correlation or ""]
        return self._responses + "/".join(escape(level) for level in levels if level)

    def may_answer_on(self, response_topic: str) -> bool:
        """Whether a response topic that somebody names may be written by us.

        One with wildcards is none; one of our own would let a stranger forge values.
        """
        if not response_topic or "+" in response_topic or "#" in response_topic:
            return False
        is_ours = response_topic == self.name or response_topic.startswith(
            f"{self.name}/"
        )
        return not is_ours or response_topic.startswith(self._responses)
