"""`/api/v1/stations/{station}/password`: another password, set at the station, too."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from connector.datapoints.catalogue import STATION
from connector.datapoints.commands import Order
from connector.datapoints.security_runs import NewPassword
from connector.web.api.commands import carried_out, json_response
from connector.web.api.context import ApiContext
from connector.web.api.outcomes import OutcomeView
from connector.web.api.router import api_router
from connector.web.api.stations import StationId, known
from connector.web.problems import errors


class PasswordRequest(BaseModel):
    """What the station is to have."""

    model_config = ConfigDict(extra="forbid")

    password: str | None = Field(
        None,
        max_length=200,
        repr=False,
        description="16 to 40 printable characters of ASCII (OCPP 2.1: to 64); none: "
        "one is made up that nobody is told",
    )


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("stations")

    @router.post(
        "/stations/{station}/password",
        summary="Set another password at the station, and hear the outcome",
        description=(
            "The station is sent AuthorizationKey (1.6) or BasicAuthPassword (2.x). "
            "The password before is right, too, until the station came with the new "
            "one. PUT and PATCH of a station only change what is registered here."
        ),
        responses=errors(404),
        response_model=OutcomeView,
    )
    async def change_password(station: StationId, body: PasswordRequest) -> Response:
        known(context, station)
        value = True if body.password is None else NewPassword(body.password)
        order = Order(station, STATION, "password", value)
        published = context.commands.publish_result
        return json_response(await carried_out(context, order, published))

    return router
