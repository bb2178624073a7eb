"""The commands `update_firmware` and `get_log`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.csms.file_requests import Reply
from connector.csms.station import Station
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import Outcome, of_response

Json = dict[str, Any]


async def update_firmware(
    context: Context, station: Station, where: str, wanted: Json
) -> Outcome:
    """UpdateFirmware, or SignedUpdateFirmware where its members are given."""
    return _outcome(await context.blocks.firmware.update(station, wanted))


async def get_log(
    context: Context, station: Station, where: str, wanted: Json | None
) -> Outcome:
    """GetDiagnostics, or GetLog where its members are given."""
    return _outcome(await context.blocks.diagnostics.get_log(station, wanted or {}))


def _outcome(reply: Reply) -> Outcome:
    outcome = of_response(reply.action, reply.answer)
    details = filter(None, (outcome.detail, reply.detail))
    return replace(outcome, detail=", ".join(details))
