"""Stations whose limit is set by a DataTransfer of their manufacturer (`vendor_limit`).

It holds one number for a connector until another is sent: it has no schedule, no
number of phases, and nothing clears it.
"""

from __future__ import annotations

from typing import Any

from connector.datapoints.limits.book import Book
from connector.datapoints.limits.plans import Plan
from connector.errors import LocalProtocolError

Json = dict[str, Any]

NOT_CLEARED = "a vendor's limit is not cleared, and max_current_a is not known"


async def send(book: Book, where: str, plan: Plan, now_ms: int) -> Json:
    """Send what a plan allows now; gives the wire response.

    Raises:
        LocalProtocolError: the station has no such limit (any more).
        ConnectorError: as `Station.call`.
    """
    template = book.vendor_limit
    if template is None:
        raise LocalProtocolError("no vendor_limit is set for this station")
    payload = template.payload(plan.at(now_ms) or 0.0, where)
    return await book.station.call("DataTransfer", payload)
