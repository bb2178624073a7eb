"""The default tariffs of a station (2.1, block I), as it has taken them."""

from __future__ import annotations

from typing import Any

from connector.csms.context import Context, at
from connector.csms.events import Answered
from connector.csms.facts import Datum, Scalar
from connector.csms.places import place
from connector.csms.station import STATION, Station

Json = dict[str, Any]

_LEARNED = "tariffs"
"""In `Station.learned`: the id of the default tariff, by place."""
_AGREED = ("Accepted", "NoTariff")


class Tariffs:
    """Follows what is set, cleared, and listed, whoever asked for it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._changes = {
            "SetDefaultTariff": _when_set,
            "GetTariffs": _when_listed,
            "ClearTariffs": _when_cleared,
        }
        context.events.subscribe(Answered, self._on_answered)

    def _on_answered(self, event: Answered) -> None:
        change = self._changes.get(event.action)
        if change is None:
            return
        station = event.station
        before: dict[str, str] = station.learned.get(_LEARNED, {})
        after = {
            where: tariff_id
            for where, tariff_id in change(before, event.payload, event.answer).items()
            if place(self._context, station, int(where)) is not None
        }
        self._tell(station, before, after)

    def _tell(
        self, station: Station, before: dict[str, str], after: dict[str, str]
    ) -> None:
        if after == before:
            return
        station.learned[_LEARNED] = after
        self._context.remember(station)
        values: dict[Datum, Scalar] = {
            at(where, "default_tariff"): after.get(where)
            for where in {**before, **after}
            if before.get(where) != after.get(where)
        }
        self._context.tell(station, values)


def _when_set(known: dict[str, str], payload: Json, answer: Json) -> dict[str, str]:
    """A tariff of EVSE 0 is that of every EVSE (2.1 part 2, I07)."""
    if answer["status"] != "Accepted":
        return known
    where, tariff_id = str(payload["evseId"]), payload["tariff"]["tariffId"]
    kept = {} if where == STATION else known
    return {**kept, where: tariff_id}


def _when_listed(known: dict[str, str], payload: Json, answer: Json) -> dict[str, str]:
    if answer["status"] not in _AGREED:
        return known
    asked = str(payload["evseId"])
    kept = {} if asked == STATION else {w: t for w, t in known.items() if w != asked}
    for assigned in answer.get("tariffAssignments", ()):
        if assigned["tariffKind"] == "DefaultTariff":
            for evse_id in assigned.get("evseIds", (int(asked),)):
                kept[str(evse_id)] = assigned["tariffId"]
    return kept


def _when_cleared(known: dict[str, str], payload: Json, answer: Json) -> dict[str, str]:
    """Without ids all are meant, without an EVSE those of all (2.1 part 2, I09)."""
    results = answer["clearTariffsResult"]
    gone = {r.get("tariffId") for r in results if r["status"] in _AGREED}
    is_all = "tariffIds" not in payload and all(
        result["status"] in _AGREED for result in results
    )
    only_at = payload.get("evseId")
    return {
        where: tariff_id
        for where, tariff_id in known.items()
        if (only_at not in (None, 0) and where != str(only_at))
        or not (is_all or tariff_id in gone)
    }
