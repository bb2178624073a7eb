"""What a TransactionEvent is told about its id token (2.x part 2, C, E01 to E07)."""

from __future__ import annotations

import inspect
import logging
from typing import Any

from connector.csms.station import Station
from connector.csms.stop_tokens import note_stop
from connector.csms.token_verdicts import INVALID, Showing
from connector.csms.tokens import Presented, Tokens, Verdict
from connector.csms.v2 import transaction_events as event
from connector.csms.v2.device_model import actual
from connector.csms.v2.variables import Variable
from connector.ocppj.redaction import shorten
from connector.store.interface import VariableStore
from connector.store.records import TransactionRecord

Json = dict[str, Any]

logger = logging.getLogger(__name__)

MASTER_PASS = Variable("AuthCtrlr", "MasterPassGroupId")
_STOPS = "StopAuthorized"


class EventTokens:
    """Decides about the tokens of events; the events themselves are kept before."""

    def __init__(self, store: VariableStore, tokens: Tokens) -> None:
        self._store = store
        self._tokens = tokens

    async def of(
        self,
        station: Station,
        payload: Json,
        record: TransactionRecord,
        *,
        is_late: bool,
    ) -> Json:
        """The IdTokenInfo of an event that names a token.

        Raises:
            StoreError: what holds cannot be read.
        """
        text, type_ = event.token_of(payload)
        shown = Presented(station, record.where, text, type_, _showing(payload))
        may_ask = record.is_open and not is_late
        if _is_stop(payload):
            verdict = await self._stopped(shown, record)
        elif text.lower() == record.id_token.lower():
            verdict = await self._tokens.started(shown, record, may_ask=may_ask)
            verdict = await self._unless_master(shown, verdict)
        else:
            found = self._tokens.decide(shown, may_ask=may_ask)
            verdict = await found if inspect.isawaitable(found) else found
        logger.info(
            "%s: transaction %s: token %s is %s",
            station.identity,
            record.ocpp_id,
            shorten(text) or type_,
            verdict.status,
        )
        return self._tokens.info(station, verdict)

    async def _stopped(self, shown: Presented, record: TransactionRecord) -> Verdict:
        verdict = self._tokens.stopped(shown, record.id_token)
        master = await self._master_group(shown.station) if verdict.group else None
        note_stop(self._tokens, shown, record, master)
        return verdict

    async def _unless_master(self, shown: Presented, verdict: Verdict) -> Verdict:
        """A master pass stops whatever runs, and starts nothing (MasterPassGroupId)."""
        if not verdict.is_accepted or not verdict.group:
            return verdict
        master = await self._master_group(shown.station)
        if master is None or master.lower() != verdict.group.lower():
            return verdict
        logger.warning(
            "%s: the master pass %s starts nothing",
            shown.station.identity,
            shorten(shown.id_token),
        )
        return verdict._replace(status=INVALID)

    async def _master_group(self, station: Station) -> str | None:
        """As it was set or read last, else as the station reported it."""
        known = station.configuration.get(str(MASTER_PASS))
        if known is None:
            items = await self._store.variables(station.identity)
            known = actual(items.get(str(MASTER_PASS), {}))
        return (known or "").strip() or None


def _showing(payload: Json) -> Showing:
    """Whoever has unplugged has not held his token there."""
    is_end = payload["eventType"] == event.ENDED
    is_by_token = event.reason_of(payload) == event.USUAL_REASON
    return Showing.NAMED if is_end and not is_by_token else Showing.USED


def _is_stop(payload: Json) -> bool:
    kind, why = payload["eventType"], payload["triggerReason"]
    return bool(kind == event.ENDED or why == _STOPS)
