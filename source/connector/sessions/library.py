"""Handlers written as the `ocpp` library has them: methods with `@on` and `@after`.

Routes are found once for each class, not for each connection.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from connector.ocppj.frames import Call, Json
from connector.ocppj.names import names
from connector.ocppj.typed import as_wire


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """The names of the methods for one action."""

    on: str | None = None
    after: str | None = None


def routes_of(instance: Any) -> dict[str, Route]:
    """The decorated methods of an object, by action."""
    return _routes(type(instance))  # type: ignore[arg-type]


@cache
def _routes(owner: Any) -> dict[str, Route]:
    found: dict[str, Route] = {}
    for name in dir(owner):
        method = inspect.getattr_static(owner, name)
        for kind, marker in (("on", "_on_action"), ("after", "_after_action")):
            action = getattr(method, marker, None)
            if action is not None:
                route = found.get(str(action), Route())
                found[str(action)] = dataclasses.replace(route, **{kind: name})
    return found


def arguments(version: str, call: Call, method: Callable[..., Any]) -> Json:
    """The keyword arguments of a handler: snake_case, as the library gives them.

    Members that the handler does not name are left out.
    """
    found: Json = names(version, call.action, is_response=False).to_snake(call.payload)
    parameters = inspect.signature(method).parameters
    if all(p.kind is not p.VAR_KEYWORD for p in parameters.values()):
        found = {name: found[name] for name in found if name in parameters}
    if "call_unique_id" in parameters:
        found["call_unique_id"] = call.unique_id
    return found


def payload(version: str, action: str, result: object) -> Any:
    """A result dataclass as the payload of an answer."""
    return as_wire(version, action, result, is_response=True)


def result(version: str, action: str, answer: Json, result_class: Any) -> Any:
    """An answer as its result class, which knows no members beyond the schema's."""
    found: Json = names(version, action, is_response=True).to_snake(answer)
    known = {field.name for field in dataclasses.fields(result_class)}
    return result_class(**{name: found[name] for name in found if name in known})


async def awaited(result: Any) -> Any:
    """The result of a handler, be it async or not."""
    return await result if isinstance(result, Awaitable) else result
