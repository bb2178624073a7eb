"""A past for the pictures: an afternoon of values, a month of transactions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from connector.store import open_store
from connector.store.records import HistoryRecord, TransactionStart, TransactionStop

MINUTE_MS = 60_000
DAY_MS = 86_400_000
TOKENS = ("04A2B3C4D5", "ADA", "VAN-3", "04F19920AA")
# Minutes ago, from which on a limit in W was asked; the station follows a bit later.
LIMITS = ((400, 11_000), (210, 7400), (150, 11_000), (55, 7400), (25, 4140))
SINCE_MIN = 65
METER_WH = 1_482_300.0


def asked_w(minutes_ago: float) -> float:
    """The limit that was asked at that time."""
    return [watts for since, watts in LIMITS if since >= minutes_ago][-1]


def flowing_w(minutes_ago: float) -> float:
    """What flowed: two vehicles, the second still charges."""
    is_there = minutes_ago <= SINCE_MIN or 120 <= minutes_ago <= 290
    ripple = 60 * math.sin(minutes_ago * 1.7) + 35 * math.sin(minutes_ago * 5.3)
    return max(0.0, asked_w(minutes_ago + 0.5) - 90 + ripple) if is_there else 0.0


def values(station: str, now_ms: int) -> Iterator[HistoryRecord]:
    """Every half minute of the last five hours at connector 1."""
    for half_minutes in range(600, 0, -1):
        ago = half_minutes / 2
        time_ms = now_ms - round(ago * MINUTE_MS)
        watts = flowing_w(ago)
        found = {
            "Power.Active.Import": round(watts),
            "power_limit_asked": asked_w(ago),
            "power_limit": asked_w(ago + 0.5),
            "current_limit": round(asked_w(ago + 0.5) / 690, 1),
            **{
                f"Current.Import__{phase}": round(watts / 690 + shift, 1)
                for phase, shift in (("L1", 0.1), ("L2", 0.0), ("L3", -0.1))
                if watts
            },
        }
        if ago <= SINCE_MIN:
            found["SoC"] = round(41 + (SINCE_MIN - ago) * 0.28)
        for name, value in found.items():
            yield HistoryRecord(f"{station}__1__{name}", time_ms, value)


async def make_past(folder: Path, stations: list[str], now_ms: int) -> str:
    """Write it into the store of a connector that does not run; the open one's id."""
    store = open_store(f"sqlite:///{folder / 'connector.sqlite'}")
    await store.open()
    store.archive.add_history(values(stations[0], now_ms))
    await store.archive.flush_history()
    for number in reversed(range(60)):
        start_ms = now_ms - DAY_MS * number // 2 - 7_200_000 - number * 977_000
        meter = 1_000_000.0 + 9000 * (60 - number)
        station = stations[number * 7 % len(stations)]
        token = TOKENS[number * 5 % len(TOKENS)]
        begun = TransactionStart(station, "1", token, start_ms, meter)
        record = await store.start_transaction(begun)
        length_ms = (35 + number * 13 % 90) * MINUTE_MS
        energy = 4200 + number * 1733 % 24_000
        reason = ("Local", "EVDisconnected", "Remote")[number % 3]
        end = TransactionStop(start_ms + length_ms, meter + energy, reason)
        await store.stop_transaction(record.key, end)
    running_ms = now_ms - SINCE_MIN * MINUTE_MS
    running = TransactionStart(stations[0], "1", "ADA", running_ms, METER_WH - 6900)
    record = await store.start_transaction(running)
    await store.close()
    return record.ocpp_id
