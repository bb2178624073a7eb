"""The command `configuration` at a station of 2.x: its variables, by their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector.csms.station import Station
from connector.csms.v2.device_model import is_agreed, values_of
from connector.csms.v2.variables import EXPECTED, Variable, parse
from connector.datapoints import values
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import EMPTY, Outcome, OutcomeName, done_in_part
from connector.datapoints.values import InvalidName
from connector.errors import ConnectorError
from connector.ocppj.redaction import blank

Json = dict[str, Any]

_WHOLE = "FullInventory"


async def configuration(
    context: Context, station: Station, where: str, value: Json | list[str] | None
) -> Outcome:
    """SetVariables for an object, GetVariables for a list; null reads everything."""
    if isinstance(value, dict):
        return await _set(context, station, value)
    if value:
        return await _get(context, station, value)
    items = await context.blocks.v2.device_model.report(station, _WHOLE)
    detail = "" if items else EMPTY
    return Outcome(OutcomeName.ACCEPTED, detail, blank(values_of(items)))


async def _get(context: Context, station: Station, names: list[str]) -> Outcome:
    wanted = [_variable(name) for name in names]
    results: dict[Variable, Json] = {}
    try:
        await context.blocks.v2.device_model.get(station, wanted, results)
    except ConnectorError as problem:
        read = blank({str(v): _value(result) for v, result in results.items()})
        return done_in_part(problem, read, "read", _left(wanted, results))
    found = {str(v): _value(results.get(v, {})) for v in wanted}
    return _outcome(results, wanted, blank(found))


async def _set(context: Context, station: Station, wanted: Json) -> Outcome:
    texts = {_variable(n): values.configuration_text(v) for n, v in wanted.items()}
    results: dict[Variable, Json] = {}
    try:
        await context.blocks.v2.device_model.set(station, texts, results)
    except ConnectorError as problem:
        done = {str(v): _status(result) for v, result in results.items()}
        return done_in_part(problem, done, "set", _left(texts, results))
    statuses = {str(v): _status(results.get(v)) for v in texts}
    return _outcome(results, list(texts), statuses)


def _left(wanted: Iterable[Variable], results: dict[Variable, Json]) -> list[str]:
    return [str(variable) for variable in wanted if variable not in results]


def _outcome(
    results: dict[Variable, Json], wanted: list[Variable], response: Json
) -> Outcome:
    refused = [
        f"{variable}: {_status(results.get(variable))}"
        for variable in wanted
        if variable not in results or not is_agreed(results[variable])
    ]
    name = OutcomeName.REJECTED if refused else OutcomeName.ACCEPTED
    return Outcome(name, ", ".join(refused), response)


def _value(result: Json) -> Any:
    return result.get("attributeValue")


def _status(result: Json | None) -> str:
    return "no result" if result is None else str(result["attributeStatus"])


def _variable(name: str) -> Variable:
    try:
        return parse(name)
    except ValueError:
        raise InvalidName(name, EXPECTED) from None
