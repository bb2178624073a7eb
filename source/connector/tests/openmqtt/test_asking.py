"""Questions about id tokens on MQTT, and what those are told who answer them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.csms.options import CsmsOptions, StationOptions
from connector.csms.station import Station
from connector.csms.token_questions import Question, TokenQuestions
from connector.csms.token_verdicts import Presented
from connector.openmqtt.asking import AUTHORIZE, Asking, parse_answer
from connector.openmqtt.bridge import BadRequest, Bridge
from connector.openmqtt.topics import Topics
from connector.tests.clock import FakeClock
from connector.tests.openmqtt.test_requests import Registry

Json = dict[str, Any]


class Desk:
    """A bridge with questions; ``said`` is what was published."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes, bool]] = []
        self.is_broker_there = True
        topics = Topics("N")
        questions = TokenQuestions(CsmsOptions(), FakeClock())
        self.asking = Asking(
            topics, questions, self._publish, lambda: self.is_broker_there
        )
        self.bridge = Bridge(topics, Registry(), self._publish)
        self.bridge.others[AUTHORIZE] = self.asking.answer

    def _publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self.said.append((topic, payload, retain))

    async def answer(self, body: bytes) -> Json:
        """What is said to an answer."""
        await self.bridge.handle(AUTHORIZE, body)
        topic, payload, retain = self.said[-1]
        assert (topic, retain) == ("N/bridge/response/authorize", False)
        found: Json = json.loads(payload)
        return found


def question() -> Question:
    station = Station("CP/1", StationOptions())
    return Question("Q1", Presented(station, "2", "04A2", "ISO14443"))


def test_a_question_is_published_and_not_retained() -> None:
    desk = Desk()

    assert desk.asking.ask(question())

    [(topic, payload, retain)] = desk.said
    assert (topic, retain) == ("N/bridge/ask", False)
    assert json.loads(payload) == {
        "ask": "Q1",
        "station": "CP/1",
        "where": "2",
        "token": {"type": "ISO14443", "id": "04A2"},
    }


def test_without_a_broker_nobody_is_asked() -> None:
    desk = Desk()
    desk.is_broker_there = False

    assert not desk.asking.ask(question())
    assert desk.said == []


@pytest.mark.parametrize("status", ["Accepted", "accepted", " ACCEPTED "])
def test_an_answer_names_a_question_and_a_status(status: str) -> None:
    body = json.dumps({"ask": "Q1", "status": status}).encode()

    assert parse_answer(body) == ("Q1", "Accepted")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"Q1",
        b"null",
        b"[]",
        b"{}",
        b'{"ask": "Q1"}',
        b'{"ask": "Q1", "status": "Perhaps"}',
        b'{"ask": "Q1", "status": null}',
        b'{"ask": 1, "status": "Accepted"}',
        b'{"ask": "Q1", "status": "Accepted", "station": "CP1"}',
    ],
)
async def test_what_is_no_answer_is_told_what_was_expected(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_answer(body)

    said = await Desk().answer(body)

    assert (said["ask"], said["outcome"]) == ("", "invalid")
    assert said["detail"].startswith('expected {"ask": "<id of the question>"')


async def test_an_answer_to_no_question_is_told_so() -> None:
    said = await Desk().answer(b'{"ask": "Q9", "status": "Accepted"}')

    assert said == {
        "ask": "Q9",
        "outcome": "rejected",
        "detail": "there is no such question",
    }
