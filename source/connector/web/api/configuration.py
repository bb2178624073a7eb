"""`/api/v1/stations/{station}/configuration`: what a station says of its settings."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from connector.csms import times
from connector.csms.provisioning import get_configuration
from connector.csms.station import Station
from connector.csms.v2.variables import of_wire
from connector.datapoints.outcomes import OutcomeName, outcome_of
from connector.errors import CallErrorReceived, CommandRejected, ConnectorError
from connector.ocppj.redaction import blank, names_a_secret
from connector.web.api.context import ApiContext
from connector.web.api.router import api_router
from connector.web.api.stations import StationId, known
from connector.web.problems import Problem, errors

Json = dict[str, Any]

_INVENTORIES = ("FullInventory", "ConfigurationInventory")
_ACTUAL = "Actual"
_STATUS = {
    OutcomeName.DISCONNECTED: HTTPStatus.CONFLICT,
    OutcomeName.QUEUE_FULL: HTTPStatus.CONFLICT,
    OutcomeName.TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
}
"""Of what went wrong on the way; the rest is what the station did."""
_WHEN = "2026-01-31T12:00:00Z"


class Setting(BaseModel):
    """A key of OCPP 1.6, or one attribute of a variable of 2.x."""

    name: str = Field(
        description="A key, or Component#instance@evse.connector/Variable#instance: as "
        "the command `configuration` takes it",
        examples=["MeterValueSampleInterval"],
    )
    value: str | None = Field(
        description="As the station has it; *** for a secret; null: it tells none",
        examples=["60"],
    )
    readonly: bool | None = Field(description="null: it does not say")
    is_secret: bool = Field(description="Its value is not shown")
    attribute: str = Field(
        default=_ACTUAL,
        description="Which value of a variable (2.x): Actual, Target, MinSet, MaxSet",
    )
    mutability: str | None = Field(
        default=None, description="2.x", examples=["ReadWrite"]
    )
    type: str | None = Field(default=None, description="2.x", examples=["integer"])
    unit: str | None = Field(default=None, description="2.x", examples=["s"])
    min: float | None = Field(default=None, description="2.x: the least that it takes")
    max: float | None = Field(
        default=None,
        description="2.x: the most that it takes; of text, how long it may be",
    )
    values: list[str] | None = Field(
        default=None, description="2.x: those that it takes", examples=[["A", "W"]]
    )


class Configuration(BaseModel):
    """All of them."""

    station: str = Field(examples=["CP-7"])
    ocpp_version: str = Field(examples=["1.6"])
    read: str = Field(description="When the station told it", examples=[_WHEN])
    items: list[Setting] = Field(description="In the order of their names")


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("stations")

    @router.get(
        "/stations/{station}/configuration",
        summary="All settings of a station, read from it now",
        description=(
            "GetConfiguration (1.6), or a full inventory by GetBaseReport (2.x), which "
            "may take a while. 409: it is not connected, or too much waits for it; "
            "502: it refused; 504: it did not answer in time. To change one give the "
            "command `configuration`."
        ),
        responses=errors(404, 409, 502, 504),
    )
    async def show_configuration(station: StationId) -> Configuration:
        found = known(context, station)
        try:
            items = await _read(context, found)
        except ConnectorError as problem:
            raise _problem(found, problem) from None
        return Configuration(
            station=station,
            ocpp_version=found.spoken,
            read=times.iso(context.clock.now_ms()),
            items=sorted(items, key=lambda each: (each.name.lower(), each.attribute)),
        )

    return router


async def _read(context: ApiContext, station: Station) -> list[Setting]:
    if not station.speaks_2:
        answer = await get_configuration(station)
        keys = station.secrets.hide(answer.get("configurationKey", []))
        return [_key(entry) for entry in keys]
    items = station.secrets.hide(await _inventory(context, station))
    return [setting for item in items for setting in _variable(item)]


async def _inventory(context: ApiContext, station: Station) -> list[Json]:
    """The fullest that the station knows: the first one is optional (2.x, B07)."""
    device_model = context.central_system.blocks.v2.device_model
    *fuller, last = _INVENTORIES
    for base in fuller:
        try:
            return await device_model.report(station, base)
        except (CommandRejected, CallErrorReceived):
            continue
    return await device_model.report(station, last)


def _key(entry: Json) -> Setting:
    shown = blank(entry)
    return Setting(
        name=entry["key"],
        value=shown.get("value"),
        readonly=entry.get("readonly"),
        is_secret=names_a_secret(entry),
    )


def _variable(item: Json) -> Iterable[Setting]:
    shown, name = blank(item), str(of_wire(item))
    of_it = item.get("variableCharacteristics") or {}
    values = of_it.get("valuesList")
    attributes: list[Json] = shown.get("variableAttribute") or [{}]
    for attribute in attributes:
        mutability = attribute.get("mutability", "ReadWrite")
        yield Setting(
            name=name,
            value=attribute.get("value"),
            readonly=mutability == "ReadOnly",
            is_secret=names_a_secret(item),
            attribute=attribute.get("type", _ACTUAL),
            mutability=mutability,
            type=of_it.get("dataType"),
            unit=of_it.get("unit"),
            min=of_it.get("minLimit"),
            max=of_it.get("maxLimit"),
            values=values.split(",") if values else None,
        )


def _problem(station: Station, problem: ConnectorError) -> Problem:
    outcome = outcome_of(problem)
    status = _STATUS.get(outcome.outcome, HTTPStatus.BAD_GATEWAY)
    if not station.is_connected:
        detail = f"{station.identity} is not connected: its settings are read from it"
        return Problem(HTTPStatus.CONFLICT, detail)
    said = outcome.detail or outcome.outcome.value
    return Problem(status, f"{station.identity} did not tell its settings: {said}")
