"""`/api/v1/stations`: who is known, how they are, and what is registered for them."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field
from starlette.requests import Request

from connector.csms import password_change
from connector.csms.provisioning import REGISTRATION
from connector.csms.registering import Entry, Wanted, WrongMember, WrongMembers
from connector.csms.station import Station
from connector.errors import PasswordError, StoreError
from connector.sessions.identity import EXPECTED, is_identity
from connector.web.api.context import ApiContext
from connector.web.api.entry_types import check_types
from connector.web.api.pages import DEFAULT_LIMIT, Cursor, Limit, Page, page_of
from connector.web.api.router import api_router
from connector.web.api.station_view import RegistrationWord, StationView, view
from connector.web.description import body_of
from connector.web.problems import Problem, errors, unfit

Json = dict[str, Any]

StationId = Annotated[
    str,
    Path(description="Identity of a station, percent-encoded", examples=["CP-7"]),
]
_SECURITY = frozenset({"password", "security_profile"})
_KEY = re.compile("[0-9a-fA-F]{32,}")
"""As machines make them: 128 bits and more."""
_NAMED = "{} is named in STATIONS: change it there, and start the connector again"
ENTRY = "StationEntry"
_BODY = body_of(ENTRY)
_Connected = Annotated[bool | None, Query(description="Only those with (no) link")]
_Registration = Annotated[
    RegistrationWord | None, Query(description="Only those that are so registered")
]


class Decision(BaseModel):
    """How a decision about a station ended."""

    station: str = Field(examples=["CP-7"])
    outcome: Literal["accepted"]
    detail: str = Field(examples=["is not connected; it is let in when it comes"])


def routes(context: ApiContext) -> APIRouter:
    """The routes."""
    router = api_router("stations")
    stations = _Stations(context)

    @router.get("/stations", summary="All stations, those that wait included")
    async def list_stations(
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        registration: _Registration = None,
        connected: _Connected = None,
    ) -> Page[StationView]:
        chosen = stations.chosen(registration, connected)
        found, after = page_of(chosen, limit, cursor, lambda s: s.identity)
        return Page(items=[view(context, each) for each in found], next=after)

    @router.get("/stations/{station}", summary="One", responses=errors(404))
    async def show_station(station: StationId) -> StationView:
        return view(context, known(context, station))

    @router.put(
        "/stations/{station}",
        summary="Register it: it is adopted, with these options in place of others",
        description=(
            "The members are those of an entry of `STATIONS`. One that is not there, "
            "or null, is not set; but a password stays unless it is given as null."
        ),
        responses=errors(409) | {201: {"model": StationView}},
        openapi_extra=_BODY,
    )
    async def put_station(
        station: StationId, request: Request, response: Response
    ) -> StationView:
        is_new = station not in context.central_system.stations
        registered = await stations.put(station, await _members(request))
        if is_new:
            response.status_code = HTTPStatus.CREATED
        return view(context, registered)

    @router.patch(
        "/stations/{station}",
        summary="Change some of its options",
        description="A member that is null is not set from then on.",
        responses=errors(404, 409),
        openapi_extra=_BODY,
    )
    async def patch_station(station: StationId, request: Request) -> StationView:
        return view(context, await stations.patch(station, await _members(request)))

    @router.delete(
        "/stations/{station}",
        summary="Forget it: it is unknown again; its transactions stay",
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=errors(404, 409),
    )
    async def delete_station(station: StationId) -> None:
        known(context, station)
        await stations.decide(station, context.central_system.forget)

    _add_decisions(router, context, stations)
    return router


def _add_decisions(router: APIRouter, context: ApiContext, stations: _Stations) -> None:
    central = context.central_system

    @router.post(
        "/stations/{station}/adopt",
        summary="Let it in; it is asked to boot at once",
        responses=errors(404, 409),
    )
    async def adopt_station(station: StationId) -> Decision:
        known(context, station)
        return await stations.decide(station, central.adopt)

    @router.post(
        "/stations/{station}/reject",
        summary="Keep it out from now on",
        responses=errors(404, 409),
    )
    async def reject_station(station: StationId) -> Decision:
        known(context, station)
        return await stations.decide(station, central.reject)

    @router.post(
        "/stations/{station}/disconnect",
        summary="End its link; it may come back at once",
        responses=errors(404),
    )
    async def disconnect_station(station: StationId) -> Decision:
        known(context, station)
        _, detail = central.disconnect(station)
        return Decision(station=station, outcome="accepted", detail=detail)


def known(context: ApiContext, identity: str) -> Station:
    """A station that is known.

    Raises:
        Problem: it is not (404).
    """
    station = context.central_system.stations.get(identity)
    if station is None:
        raise Problem(HTTPStatus.NOT_FOUND, _unknown(identity))
    return station


class _Stations:
    """What the routes have in common."""

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._central = context.central_system

    def chosen(
        self, registration: str | None, connected: bool | None
    ) -> Iterable[Station]:
        """Those that are asked for."""
        return (
            station
            for station in tuple(self._central.stations.values())
            if registration in (None, REGISTRATION[station.registration])
            and connected in (None, station.is_connected)
        )

    async def decide(
        self, identity: str, run: Callable[[str], Awaitable[tuple[str, str]]]
    ) -> Decision:
        """Carry out a decision.

        Raises:
            Problem: it cannot be made here (409).
            StoreError: it could not be kept.
        """
        outcome, detail = await run(identity)
        if outcome == "accepted":
            return Decision(station=identity, outcome="accepted", detail=detail)
        if outcome == "rejected":
            raise Problem(HTTPStatus.CONFLICT, f"{identity}: {detail}")
        raise StoreError(detail, is_told=True)

    async def put(self, identity: str, members: Json) -> Station:
        """Register a station with these members and no others.

        Raises:
            Problem: it cannot be (409), or they do not fit (422).
        """
        if not is_identity(identity):
            detail = f"{identity!r} cannot be an identity: expected {EXPECTED}"
            raise unfit("station", EXPECTED, detail)
        return await self._register(identity, members, members)

    async def patch(self, identity: str, members: Json) -> Station:
        """Change some of what is registered for a station.

        Raises:
            Problem: it is unknown (404), cannot be changed (409), or they do not fit
                (422).
        """
        station = known(self._context, identity)
        if not station.is_adopted:
            detail = f"{identity} is not adopted: PUT registers it, adopt lets it in"
            raise Problem(HTTPStatus.CONFLICT, detail)
        return await self._register(identity, station.registered | members, members)

    async def _register(self, identity: str, members: Json, sent: Json) -> Station:
        """``sent``: those of them that were not registered before."""
        if self._central.registry.is_named(identity):
            raise Problem(HTTPStatus.CONFLICT, _NAMED.format(identity))
        try:
            entry = self._context.read_entry(members)
            check_types(self._context.entry_schema, sent)
            security = await self._security(identity, entry, members)
            kept = {
                name: value
                for name, value in members.items()
                if value is not None and name not in _SECURITY
            }
            return await self._central.register(identity, Wanted(kept, security))
        except WrongMembers as wrong:
            raise _misfit(wrong) from None

    async def _security(
        self, identity: str, entry: Entry, members: Json
    ) -> Json | None:
        """What is kept of its password and profile; None: as it is."""
        if not _SECURITY & members.keys():
            return None
        station = self._central.stations.get(identity)
        found = dict(station.security) if station else {}
        if "password" in members:
            found = {n: v for n, v in found.items() if n == "profile"}
            if entry.password is not None:
                version = entry.options().ocpp_version
                _check_password(entry.password, version or _spoken(station))
                found["password"] = await self._hash(entry.password)
        if "security_profile" in members:
            found["profile"] = entry.security_profile
        return found

    async def _hash(self, password: str) -> str:
        passwords = self._context.passwords
        try:
            if _KEY.fullmatch(password):
                return await passwords.hash_generated(password)
            return await passwords.hash_human(password)
        except PasswordError as problem:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(problem)) from None


def _spoken(station: Station | None) -> str:
    return station.spoken if station is not None else ""


def _check_password(password: str, version: str) -> None:
    """Whether a station of a version can have it.

    Raises:
        WrongMembers: it is too short or too long.
    """
    least, most = password_change.SHORTEST, password_change.longest(version)
    if least <= len(password) <= most:
        return
    expected = f"{least} to {most} characters"
    if most < password_change.LONGEST_21:
        expected += f" ({password_change.LONGEST_21} for OCPP 2.1)"
    text = f"password has {len(password)} characters, expected {expected}"
    raise WrongMembers([WrongMember("password", expected, text)])


def _unknown(identity: str) -> str:
    return (
        f"nobody knows the station {identity[:255]!r}: PUT /api/v1/stations/{{station}}"
        " registers it, GET /api/v1/stations lists those that are known"
    )


async def _members(request: Request) -> Json:
    """The body, which is an object.

    Raises:
        Problem: it is none (422).
    """
    body = await request.body()
    members = json.loads(body) if body else None
    if not isinstance(members, dict):
        expected = "a JSON object, members of an entry of STATIONS"
        raise unfit("body", expected, f"the body: expected {expected}")
    return members


def _misfit(wrong: WrongMembers) -> Problem:
    found = [{"field": m.name, "expected": m.expected} for m in wrong.members]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(wrong), errors=found)
