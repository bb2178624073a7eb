"""What a vehicle says of itself by ISO 15118, told on (2.x part 2, K15 to K17).

An adapter that speaks with vehicles calls these; versions without the message say
nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import StationNotConnected
from connector.ocppj.frames import Json

if TYPE_CHECKING:
    from connector.station.client.client import Client

_PHASES = ("_L2", "_L3")


def tell_needs(
    client: Client, evse: int, needs: Json, *, most_tuples: int | None = None
) -> None:
    """What it wants: a ChargingNeedsType of 2.1.

    Only who has said what it takes per phase may be limited so (2.1, K01.FR.142).
    """
    knows_phases = any(name.endswith(_PHASES) for name in _names(needs))
    client.parts.profiles.tell_needs(evse, knows_phases=knows_phases)
    details: Json = {"evseId": evse, "chargingNeeds": needs}
    if most_tuples is not None:
        details["maxScheduleTuples"] = most_tuples
    client.core.report("NotifyEVChargingNeeds", details, client.now_ms())


def _names(needs: Json) -> set[str]:
    groups = (each for each in needs.values() if isinstance(each, dict))
    return {name for group in groups for name in group}


async def get_certificate(
    client: Client, schema: str, action: str, exi: str
) -> tuple[str, str]:
    """A contract certificate for it: a status, and what it is to be answered (base64).

    ``action`` is Install or Update, ``exi`` its CertificateInstallationReq in base64.

    Raises:
        StationNotConnected: there is no link, or nobody there listens yet.
        ConnectorError: as `Client.ask`; UnsupportedAction in 1.6.
    """
    if not client.is_accepted:
        raise StationNotConnected(client.identity)
    asked = {"iso15118SchemaVersion": schema, "action": action, "exiRequest": exi}
    answer = await client.ask("Get15118EVCertificate", asked)
    return answer["status"], answer["exiResponse"]


def tell_schedule(client: Client, evse: int, schedule: Json, *, base: str) -> None:
    """What it is going to take: a ChargingScheduleType, from the time ``base`` on."""
    details: Json = {"evseId": evse, "timeBase": base, "chargingSchedule": schedule}
    client.core.report("NotifyEVChargingSchedule", details, client.now_ms())
