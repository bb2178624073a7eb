"""What each command does at a station: one function a command, and their table.

Limits have a room of their own (`datapoints.limits`); the rest are calls of the
functional blocks, whose answers are read in one place (`outcomes.of_response`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from connector.csms import (
    availability,
    provisioning,
    remote_control,
    smart_charging,
)
from connector.csms.blocks import Blocks
from connector.csms.station import Station
from connector.csms.v2.id_tokens import own_token
from connector.datapoints import values
from connector.datapoints.catalogue import STATION
from connector.datapoints.limits.profiles2 import from_16
from connector.datapoints.limits.requests import (
    LimitRequest,
    PowerLimit,
    RawProfile,
)
from connector.datapoints.outcomes import (
    Outcome,
    OutcomeName,
    done_in_part,
    of_response,
)
from connector.datapoints.profile_template import ProfileTemplate
from connector.errors import ConnectorError

Json = dict[str, Any]
Run = Callable[["Context", Station, str, Any], Awaitable[Outcome]]


class Limits(Protocol):
    """The limits, as far as commands need them."""

    async def write(
        self, station: Station, where: str, request: LimitRequest
    ) -> Outcome:
        """Put a request into the slot of a place; returns its one outcome."""

    def touched(self, station: Station) -> None:
        """Somebody else sent a profile: nobody knows what holds."""

    def profile_for_start(self, station: Station, where: str) -> Json | None:
        """The charging profile that a remote start is to carry."""

    async def known(self, station: Station, where: str) -> None:
        """Wait until it is known how that is said, no longer than for an answer."""


@dataclass(frozen=True, slots=True)
class Context:
    """What commands need beside the station."""

    limits: Limits
    remote_id_token: str
    template: ProfileTemplate
    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Rule:
    """How the value of a command is read, and what is done with it."""

    parse: values.Parser
    run: Run
    is_read: Callable[[Any], bool] = lambda _value: False
    """Whether it only asks: such commands reach a station that is not adopted, too."""


def limit(request: Callable[[Any], LimitRequest]) -> Run:
    """The run of a command that writes to the slot of a place."""

    async def run(
        context: Context, station: Station, where: str, value: Any
    ) -> Outcome:
        return await context.limits.write(station, where, request(value))

    return run


async def send_charging_profile(
    context: Context, station: Station, where: str, profile: Json | float
) -> Outcome:
    """Put a profile, or a number in the template, into the slot."""
    if not isinstance(profile, dict):
        profile = context.template.with_limit(profile)
        if station.speaks_2:
            profile = from_16(profile)
    return await context.limits.write(station, where, RawProfile(profile))


async def clear_charging_profile(
    context: Context, station: Station, where: str, filter_: Json | None
) -> Outcome:
    """ClearChargingProfile with a filter; without one ours is released."""
    if filter_ is None:
        return await context.limits.write(station, where, PowerLimit(None))
    payload = await smart_charging.clear_matching(station, where, filter_)
    context.limits.touched(station)
    return of_response("ClearChargingProfile", payload)


async def get_composite_schedule(
    context: Context, station: Station, where: str, seconds: int
) -> Outcome:
    """GetCompositeSchedule; the schedule is in the response."""
    answer = await smart_charging.get_composite_schedule(station, where, seconds)
    return of_response("GetCompositeSchedule", answer)


async def charge(context: Context, station: Station, where: str, on: bool) -> Outcome:
    """Start with our own token, or stop what runs."""
    if on:
        token = own_token(context.remote_id_token)
        return await start(context, station, where, token)
    transaction = station.transaction(where)
    if transaction is None:
        return Outcome(OutcomeName.REJECTED, "no transaction runs")
    answer = await remote_control.remote_stop(station, transaction.ocpp_id)
    return of_response("RemoteStopTransaction", answer)


async def start(
    context: Context, station: Station, where: str, id_token: str | Json
) -> Outcome:
    """RemoteStartTransaction, with the limit of the place in it."""
    await context.limits.known(station, where)
    profile = context.limits.profile_for_start(station, where)
    answer = await remote_control.remote_start(station, where, id_token, profile)
    return of_response("RemoteStartTransaction", answer)


async def available(
    context: Context, station: Station, where: str, operative: bool
) -> Outcome:
    """ChangeAvailability; some know it for connectors only."""
    if station.options.quirks.no_change_availability:
        return Outcome(OutcomeName.UNSUPPORTED, "quirks: no_change_availability")
    outcome = await _change_availability(station, where, operative)
    if where != STATION or outcome.outcome is not OutcomeName.REJECTED:
        return outcome
    for place in station.places:
        outcome = await _change_availability(station, place, operative)
        if not outcome.is_accepted:
            return replace(outcome, detail=f"connector {place}: {outcome.detail}")
    return replace(outcome, detail="connector by connector")


async def _change_availability(
    station: Station, where: str, operative: bool
) -> Outcome:
    answer = await availability.change_availability(station, where, operative)
    return of_response("ChangeAvailability", answer)


async def unlock(context: Context, station: Station, where: str, _: bool) -> Outcome:
    """UnlockConnector."""
    answer = await remote_control.unlock_connector(station, where)
    return of_response("UnlockConnector", answer)


async def reset(context: Context, station: Station, where: str, kind: str) -> Outcome:
    """Reset."""
    return of_response("Reset", await provisioning.reset(station, where, kind))


async def trigger_message(
    context: Context, station: Station, where: str, message: str
) -> Outcome:
    """TriggerMessage, extended where it has to be."""
    answer = await remote_control.trigger_message(station, where, message)
    return of_response("TriggerMessage", answer)


async def configuration(
    context: Context, station: Station, where: str, value: Json | list[str] | None
) -> Outcome:
    """ChangeConfiguration for each key of an object, else GetConfiguration."""
    if isinstance(value, dict):
        return await _change_configuration(station, value)
    answer = await provisioning.get_configuration(station, value)
    return of_response("GetConfiguration", answer)


async def _change_configuration(station: Station, wanted: Json) -> Outcome:
    texts = {name: values.configuration_text(v) for name, v in wanted.items()}
    for name, text in texts.items():
        station.check("ChangeConfiguration", {"key": name, "value": text})
    statuses: dict[str, str] = {}
    for name, text in texts.items():
        try:
            answer = await provisioning.change_configuration(station, name, text)
        except ConnectorError as problem:
            left = [name for name in texts if name not in statuses]
            return done_in_part(problem, statuses, "set", left)
        statuses[name] = str(answer.get("status"))
    refused = [
        f"{name}: {status}"
        for name, status in statuses.items()
        if status not in ("Accepted", "RebootRequired")
    ]
    name = OutcomeName.REJECTED if refused else OutcomeName.ACCEPTED
    return Outcome(name, ", ".join(refused), statuses)


def calling(action: str) -> Run:
    """The run of a command whose value is the payload of an action."""

    async def run(_: Context, station: Station, where: str, payload: Json) -> Outcome:
        return of_response(action, await station.call(action, payload))

    return run


_PROFILE_ACTIONS = (
    "SetChargingProfile",
    "ClearChargingProfile",
    "UpdateDynamicSchedule",
)


async def call(context: Context, station: Station, where: str, call: Json) -> Outcome:
    """Any action, payload as given."""
    action, payload = call["action"], call["payload"]
    answer = await station.call(action, payload, timeout_s=call.get("timeout_s"))
    if action in _PROFILE_ACTIONS:
        context.limits.touched(station)
    return of_response(action, answer)
