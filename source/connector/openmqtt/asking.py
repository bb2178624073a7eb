"""Unknown id tokens: somebody is asked, and decides (datapoints, section 5).

A question goes out on ``N/bridge/ask``, its answer comes in as the bridge request
``authorize``, and is itself answered as every bridge request is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson

from connector.csms.token_members import STATUSES
from connector.csms.token_questions import Question, TokenQuestions
from connector.openmqtt.bridge import BadRequest
from connector.openmqtt.topics import Topics

logger = logging.getLogger(__name__)

Json = dict[str, Any]

AUTHORIZE = "authorize"
_EXPECTED = (
    'expected {"ask": "<id of the question>", "status": "<one of '
    f'{", ".join(STATUSES)}>"}}'
)
_BY_LOWER = {status.lower(): status for status in STATUSES}


def parse_answer(body: bytes) -> tuple[str, str]:
    """The id of a question, and the status that answers it.

    Raises:
        BadRequest: it is no answer.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequest(_EXPECTED) from None
    if not isinstance(found, dict) or found.keys() != {"ask", "status"}:
        raise BadRequest(_EXPECTED)
    ask, status = found["ask"], found["status"]
    if not isinstance(ask, str) or not isinstance(status, str):
        raise BadRequest(_EXPECTED)
    if status.strip().lower() not in _BY_LOWER:
        raise BadRequest(_EXPECTED)
    return ask, _BY_LOWER[status.strip().lower()]


class Asking:
    """Publishes questions and takes answers; made and used on the server's loop."""

    def __init__(
        self,
        topics: Topics,
        questions: TokenQuestions,
        publish: Callable[[str, bytes, bool], None],
        is_broker_there: Callable[[], bool],
    ) -> None:
        self._topic = topics.bridge_ask
        self._questions = questions
        self._publish = publish
        self._is_broker_there = is_broker_there
        questions.publish = self.ask

    def ask(self, question: Question) -> bool:
        """Publish a question; False where no broker takes it."""
        if not self._is_broker_there():
            return False
        station, where, id_token, type_, _ = question.shown
        body = {
            "ask": question.id,
            "station": station.identity,
            "where": where,
            "token": {"type": type_, "id": id_token},
        }
        # Not retained: whoever comes later cannot answer in time.
        self._publish(self._topic, orjson.dumps(body), False)
        return True

    def answer(self, body: bytes) -> Json:
        """Take an answer; gives what is said to it."""
        try:
            ask, status = parse_answer(body)
        except BadRequest as problem:
            return {"ask": "", "outcome": "invalid", "detail": str(problem)}
        outcome, detail = self._questions.answer(ask, status)
        if outcome != "accepted":
            logger.info("an answer about a token was ignored: %s", detail)
        return {"ask": ask, "outcome": outcome, "detail": detail}
