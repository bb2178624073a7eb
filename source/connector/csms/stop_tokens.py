"""Who stopped a transaction: a stop is kept whoever it was, and the log tells.

A station lets a token stop what its group started (1.6, section 3.6; 2.x, C09), and in
2.x one of the master pass group everything (C16). It decides by what it is answered.
"""

from __future__ import annotations

import logging

from connector.csms.tokens import Presented, Tokens
from connector.ocppj.redaction import shorten
from connector.store.records import TransactionRecord

logger = logging.getLogger(__name__)


def note_stop(
    tokens: Tokens,
    shown: Presented,
    record: TransactionRecord,
    master_group: str | None = None,
) -> None:
    """Tell of a stop by another token than the one that started."""
    by, started = shown.id_token, record.id_token
    if not by or not started or by.lower() == started.lower():
        return
    group = tokens.group_of(by, shown.type)
    its_group = tokens.group_of(started, record.token_type or tokens.ANY_TYPE)
    identity, ocpp_id, who = shown.station.identity, record.ocpp_id, shorten(by)
    if group and master_group and group.lower() == master_group.lower():
        text = "%s: transaction %s was stopped with the master pass %s"
        logger.info(text, identity, ocpp_id, who)
    elif tokens.is_own(by) or (group and group.lower() == (its_group or "").lower()):
        text = "%s: transaction %s was stopped with %s, which may do so"
        logger.info(text, identity, ocpp_id, who)
    else:
        logger.warning(
            "%s: transaction %s of %s was stopped with %s, which is not of its group",
            identity,
            ocpp_id,
            shorten(started),
            who,
        )
