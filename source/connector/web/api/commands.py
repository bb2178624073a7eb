"""Calls and commands: what is sent to a station, and its one outcome.

A command is one of datapoints.md, section 3: its outcome is published as ``__result``,
too. A call is a request (section 5): only who asked hears of it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from connector.datapoints import catalogue
from connector.datapoints.catalogue import STATION
from connector.datapoints.commands import Order, Report
from connector.datapoints.outcomes import Outcome
from connector.datapoints.values import LONGEST_TIMEOUT_S
from connector.web.api.context import ApiContext
from connector.web.api.outcomes import Accepted, LaterOutcomes, OutcomeView
from connector.web.api.router import api_router
from connector.web.api.stations import StationId, known
from connector.web.problems import Problem, errors

logger = logging.getLogger(__name__)

Json = dict[str, Any]

_CALL = "call"
_TOO_MANY = "too many calls are waited for: read their outcomes, or wait for each"
_Where = Annotated[
    str,
    Path(
        description="0: the station; 1, 2, ..: a connector or EVSE; 1.2: of an EVSE",
        examples=["1"],
    ),
]
_Command = Annotated[
    str,
    Path(description="One of docs/reference/datapoints.md", examples=["power_limit"]),
]
_Wait = Annotated[
    bool, Query(description="false: answer at once with 202 and a correlation")
]
_Correlation = Annotated[str, Path(description="Of a call with wait=false")]


class CallRequest(BaseModel):
    """A call of OCPP."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(
        min_length=1,
        max_length=100,
        description="Any that a central system may send in the station's version",
    )
    payload: Json = Field({}, description="As it goes to the station")
    timeout_s: float | None = Field(
        None,
        gt=0,
        le=LONGEST_TIMEOUT_S,
        description="For the answer; none: CALL_TIMEOUT_S",
    )


class CommandRequest(BaseModel):
    """The value of a command."""

    model_config = ConfigDict(extra="forbid")

    value: Any = Field(description="What the command takes; null means something, too")

    @model_validator(mode="before")
    @classmethod
    def _is_object(cls, body: Any) -> Any:
        """The value alone is what most people try first."""
        if not isinstance(body, dict):
            expected = 'an object such as {"value": 4140}'
            raise PydanticCustomError("expected", "{expected}", {"expected": expected})
        return body


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("commands")
    later = LaterOutcomes()

    @router.post(
        "/stations/{station}/calls",
        summary="Send a call, and hear its outcome",
        responses=errors(404) | {202: {"model": Accepted}},
        response_model=OutcomeView,
    )
    async def call_station(
        station: StationId, call: CallRequest, wait: _Wait = True
    ) -> Response:
        known(context, station)
        order = Order(station, STATION, _CALL, call.model_dump())
        if wait:
            return json_response(await carried_out(context, order, _log))
        return json_response(_begin(context, order, later), HTTPStatus.ACCEPTED)

    @router.get(
        "/calls/{correlation}",
        summary="The outcome of a call with wait=false",
        description="202 while there is none yet. The newest thousand are kept.",
        responses=errors(404) | {202: {"model": Accepted}},
        response_model=OutcomeView,
    )
    async def show_call(correlation: _Correlation) -> Response:
        if later.is_running(correlation):
            return json_response(_accepted(correlation), HTTPStatus.ACCEPTED)
        found = later.find(correlation)
        if found is None:
            detail = (
                "there is no call with this correlation: it was never made with "
                "wait=false, or others came after it, or the connector was restarted"
            )
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        return json_response(found)

    @router.post(
        "/stations/{station}/{where}/{command}",
        summary="Give a command, and hear its outcome",
        responses=errors(404),
        response_model=OutcomeView,
    )
    async def command_station(
        station: StationId, where: _Where, command: _Command, body: CommandRequest
    ) -> Response:
        known(context, station)
        if command not in catalogue.COMMANDS:
            names = ", ".join(catalogue.COMMANDS)
            detail = f"there is no command {command[:100]!r}; there are {names}"
            raise Problem(HTTPStatus.NOT_FOUND, detail)
        order = Order(station, where, command, body.value)
        published = context.commands.publish_result
        return json_response(await carried_out(context, order, published))

    return router


async def carried_out(context: ApiContext, order: Order, also: Report) -> str:
    """Carry out an order to its outcome, whether or not anybody still listens."""
    ended = asyncio.get_running_loop().create_future()

    def report(order: Order, outcome: Outcome, text: str) -> None:
        also(order, outcome, text)
        if not ended.done():
            ended.set_result(text)

    context.commands.submit(order, report)
    found: str = await ended
    return found


def _begin(context: ApiContext, order: Order, later: LaterOutcomes) -> str:
    if later.is_full:
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY, {"Retry-After": "5"})
    correlation = secrets.token_hex(8)
    later.expect(correlation)

    def report(order: Order, outcome: Outcome, text: str) -> None:
        _log(order, outcome, text)
        later.keep(correlation, text)

    context.commands.submit(order, report, correlation)
    return _accepted(correlation)


def _log(order: Order, outcome: Outcome, text: str) -> None:
    """Nothing is published of a call; the log tells of it."""
    action = order.value["action"] if isinstance(order.value, dict) else ""
    logger.info("%s: %s: %s", order.station, action, outcome.outcome)


def _accepted(correlation: str) -> str:
    return Accepted(correlation=correlation).model_dump_json()


def json_response(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """An answer that is JSON already."""
    return Response(text, status, media_type="application/json")
