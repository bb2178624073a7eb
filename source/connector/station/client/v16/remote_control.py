"""What 1.6 asks of a station from afar: starts, stops, resets, switches, reservations.

Everything really happens in the core; here it is translated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.station.client.messages import ACCEPTED
from connector.station.client.v16 import charging
from connector.station.client.v16.places import find
from connector.station.client.v16.tokens import entries_of, token_of, wrong_list
from connector.station.core import settings as names
from connector.station.core.evse import Evse
from connector.station.core.reservations import Reservation
from connector.station.times import epoch_ms

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

_MOST_ENTRIES = "LocalAuthListCtrlr/ItemsPerMessage"
"""SendLocalListMaxLength of 1.6."""
_REJECTED: Json = {"status": "Rejected"}
_UNLOCK_16 = {"Unlocked": "Unlocked", "UnlockFailed": "UnlockFailed"}


def accepted_if(is_so: bool) -> Json:
    """Accepted or Rejected."""
    return {"status": "Accepted" if is_so else "Rejected"}


def change_availability(client: Client, call: Call) -> Json:
    """ChangeAvailability; connector 0 is the station with all of its connectors."""
    found = find(client, call.payload["connectorId"])
    if found is None:
        return dict(_REJECTED)
    evse, connector = found
    answer = client.core.change_availability(
        evse,
        connector,
        client.now_ms(),
        is_operative=call.payload["type"] == "Operative",
        includes_parts=evse == 0,
    )
    return {"status": answer.status}


def remote_start(client: Client, call: Call) -> Json:
    """RemoteStartTransaction, with its profile where there is one."""
    payload = call.payload
    if client.boot_status != ACCEPTED:
        # 1.6, 4.2: neither starts nor stops while a boot is pending.
        return dict(_REJECTED)
    where = payload.get("connectorId")
    found = None if where is None else client.core.model.places.get(where)
    if where is not None and found is None:
        return dict(_REJECTED)
    evse, connector = found or (None, None)
    answer = client.core.remote_start(
        token_of(payload["idTag"]),
        client.now_ms(),
        evse=evse,
        connector=connector,
        install=_installer(client, payload.get("chargingProfile")),
    )
    return accepted_if(answer.is_accepted)


def _installer(client: Client, profile: Json | None) -> Callable[[Evse], bool] | None:
    """What sets the profile once the EVSE is known (1.6, 5.11: a TxProfile)."""
    if profile is None:
        return None

    def install(evse: Evse) -> bool:
        if profile["chargingProfilePurpose"] != "TxProfile":
            return False
        decision = charging.install(client, evse.number, profile, is_for_start=True)
        return decision.is_accepted

    return install


def remote_stop(client: Client, call: Call) -> Json:
    """RemoteStopTransaction."""
    if client.boot_status != ACCEPTED:
        return dict(_REJECTED)
    id_16 = call.payload["transactionId"]
    answer = client.core.remote_stop(client.now_ms(), id_16=id_16)
    return accepted_if(answer.is_accepted)


def reset(client: Client, call: Call) -> Json:
    """Reset; the core says when it is due (`ResetDue`)."""
    kind = call.payload["type"]
    answer = client.core.reset(
        0, client.now_ms(), is_hard=kind == "Hard", reason=f"{kind}Reset"
    )
    return accepted_if(answer.is_accepted)


async def unlock_connector(client: Client, call: Call) -> Json:
    """UnlockConnector; a transaction there ends first (1.6, 5.18)."""
    found = client.core.model.places.get(call.payload["connectorId"])
    if found is None:
        return {"status": "NotSupported"}
    now_ms = client.now_ms()
    answer = await client.core.unlock(*found, now_ms, ends_transaction=True)
    return {"status": _UNLOCK_16.get(answer.status, "NotSupported")}


def reserve_now(client: Client, call: Call) -> Json:
    """ReserveNow; connector 0 is any of them."""
    payload = call.payload
    place = find(client, payload["connectorId"])
    variables = client.parts.variables
    if place is None or (place[0] == 0 and not variables.flag(names.RESERVES_ANY)):
        return dict(_REJECTED)
    try:
        expiry_ms = epoch_ms(payload["expiryDate"])
    except ValueError:
        return dict(_REJECTED)
    out_of_use = _out_of_use(client, *place)
    if out_of_use and expiry_ms > client.now_ms():
        return {"status": out_of_use}
    wanted = Reservation(
        payload["reservationId"],
        place[0],
        token_of(payload["idTag"]),
        expiry_ms,
        payload.get("parentIdTag"),
    )
    return {"status": client.core.reserve(wanted, client.now_ms())}


def _out_of_use(client: Client, number: int, connector: int) -> str:
    """Why this very connector cannot be reserved (1.6, 5.13)."""
    evse = client.core.evses.get(number)
    if evse is None:
        return ""
    if evse.is_faulted(connector):
        return "Faulted"
    return "" if evse.is_operative(connector) else "Unavailable"


def cancel_reservation(client: Client, call: Call) -> Json:
    """CancelReservation."""
    id_ = call.payload["reservationId"]
    return accepted_if(client.core.cancel_reservation(id_, client.now_ms()).is_accepted)


def clear_cache(client: Client, call: Call) -> Json:
    """ClearCache."""
    return accepted_if(client.core.clear_cache().is_accepted)


def send_local_list(client: Client, call: Call) -> Json:
    """SendLocalList."""
    payload = call.payload
    if not client.parts.variables.flag(names.HAS_LIST):
        return {"status": "NotSupported"}
    entries = entries_of(payload.get("localAuthorizationList", ()))
    is_full = payload["updateType"] == "Full"
    most = int(client.parts.variables.number(_MOST_ENTRIES))
    wrong = wrong_list(entries, is_full=is_full)
    if most and len(entries) > most:
        wrong = f"expected at most {most} entries"
    if wrong:
        logger.info("%s: SendLocalList: %s", client.identity, wrong)
        return {"status": "Failed"}
    version = payload["listVersion"]
    return {"status": client.core.update_list(version, entries, is_full=is_full)}


def get_local_list_version(client: Client, call: Call) -> Json:
    """GetLocalListVersion; -1 where there are no lists."""
    return {"listVersion": client.core.list_version()}
