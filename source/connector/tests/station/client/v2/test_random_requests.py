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
from connector.tests.station.client.v2.bench import VERSIONS, Place2
from connector.tests.station.client.v2.requests import KEY, requests

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
