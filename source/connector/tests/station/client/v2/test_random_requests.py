"""Whatever a central system asks for: it is answered, and charging stays safe."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.ocppj.schemas import schemas
from connector.tests.station.client.v2.bench import VERSIONS, Place2, profile
from connector.tests.station.client.v2.requests import KEY, answers, requests

Json = dict[str, Any]
_RATED_W = 22_080.0


class Errors(logging.Handler):
    """What is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_anything_that_fits_is_answered(version: str, data: st.DataObject) -> None:
    asked = data.draw(st.lists(requests(version), min_size=1, max_size=8))
    errors = Errors()
    logging.getLogger("connector").addHandler(errors)
    try:
        asyncio.run(_ask_all(version, asked))
    finally:
        logging.getLogger("connector").removeHandler(errors)

    assert errors.texts == []


_ANSWERED = {
    "2.0.1": ("Authorize", "TransactionEvent", "NotifyEvent", "SignCertificate"),
    "2.1": ("Authorize", "TransactionEvent", "PullDynamicScheduleUpdate"),
}


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_fits_is_taken_as_an_answer(version: str, data: st.DataObject) -> None:
    given_ = {
        action: data.draw(answers(version, action), label=action)
        for action in _ANSWERED[version]
    }
    errors = Errors()
    logging.getLogger("connector").addHandler(errors)
    try:
        asyncio.run(_hear_all(version, given_))
    finally:
        logging.getLogger("connector").removeHandler(errors)

    assert errors.texts == []


async def _hear_all(version: str, given_: dict[str, Json]) -> None:
    place = await Place2(version, evses=2).start()
    dynamic = profile(9000.0, chargingProfileKind="Dynamic", dynUpdateInterval=30)
    try:
        if version == "2.1":
            await place.answered(
                "SetChargingProfile", evseId=1, chargingProfile=dynamic
            )
        await place.charge()
        place.central.answers |= given_
        await place.charge(2)
        await place.wait(60, step_s=20)
        _is_safe(place)
        await place.unplug()
        await place.unplug(2)
        _is_safe(place)
    finally:
        await place.stop()
    assert place.central.misfits == []
    _is_in_order(place)


async def _ask_all(version: str, asked: list[tuple[str, Json]]) -> None:
    place = await Place2(version, evses=2, connectors=2).start()
    try:
        await place.charge()
        for action, payload in asked:
            await _listening(place)
            await _ask(place, action, payload)
        await _listening(place)
        await place.unplug()
        await place.charge(2)
        _is_safe(place)
    finally:
        await place.stop()
    assert place.central.misfits == []
    _is_in_order(place)


def _is_in_order(place: Place2) -> None:
    """Every event of a transaction was told, from its start to its end."""
    told: dict[str, dict[int, str]] = {}
    for event in place.central.events():
        key = event["transactionInfo"]["transactionId"]
        told.setdefault(key, {})[event["seqNo"]] = event["eventType"]
    for events in told.values():
        kinds = [events[number] for number in sorted(events)]
        assert sorted(events) == list(range(len(events)))
        assert kinds[0] == "Started"
        assert "Ended" not in kinds[:-1]
        assert "Started" not in kinds[1:]


async def _listening(place: Place2) -> None:
    for _ in range(40):
        if place.client.is_accepted:
            return
        await place.wait(5, step_s=5)
    pytest.fail("it came back to nobody")


async def _ask(place: Place2, action: str, payload: Json) -> None:
    keys = [session.key for session in place.core.all_running()]
    text = orjson.dumps(payload).decode().replace(KEY, keys[0] if keys else KEY)
    frame = await place.central.frame(action, orjson.loads(text))
    if frame[0] == 4:
        assert frame[2] in (
            "PropertyConstraintViolation",
            "OccurrenceConstraintViolation",
        ), (action, frame)
    else:
        schema = schemas(place.version, formats="times").response(action)
        assert list(map(str, schema.misfits(frame[2]))) == [], (action, frame)
    _is_safe(place)


def _is_safe(place: Place2) -> None:
    """Power flows only in transactions, and never more than the hardware can."""
    for number, evse in place.core.evses.items():
        assert 0.0 <= place.hardware.offers.get(number, 0.0) <= _RATED_W
        may_flow = evse.session is not None and evse.is_plugged
        assert may_flow or not place.hardware.closed.get(number)
